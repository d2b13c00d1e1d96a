// SPDX-License-Identifier: GPL-2.0-only
/*
 * share-client card|system|scattered [lazy]: a card's buffer as a dma-buf, mapped,
 * transferred by another device, freed, and revoked. Needs the module share-rig, with the
 * same memory=. With "lazy", that device unmaps it some time after it was told of the
 * revocation.
 *
 * share-client mistakes: what is refused of a caller.
 *
 * share-client hold: exports a buffer and maps it, and lets go of all else; prints "held",
 * waits for a line on the standard input, and prints what it finds then. Of another dma-buf it
 * has a descriptor by O_PATH, and no other.
 *
 * share-client path: a dma-buf of which nothing but such a descriptor is left is revoked.
 *
 * share-client quota: as a user, what he can have of a card's memory by dma-bufs.
 */
#define _GNU_SOURCE /* for O_PATH */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../modules/share-rig.h"
#include "figure.h"
#include "ktap.h"

#define SIZE    SHARE_BUFFER_SIZE
#define PAGE    4096
#define ALL     ((SIZE + PAGE - 1) / PAGE * PAGE)
#define SOME    9000 /* more than two blocks of the engine's */
#define SOME_AT 3000 /* in the middle of a page */

static int exporter, importer;
static struct ktap ktap;
static unsigned char expected[ALL];

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* The errno of a call, negative, or what it returned. */
static int told(int fd, unsigned long command, void *argument)
{
	int result = ioctl(fd, command, argument);

	return result < 0 ? -errno : result;
}

static bool result_is(int got, int wanted, const char *name)
{
	if (got != wanted)
		ktap_note(&ktap, "got %d (%s), not %d", got,
			  strerror(got < 0 ? -got : 0), wanted);
	return ktap_result(&ktap, got == wanted, name);
}

static int export_with(uint64_t offset, uint64_t bytes, uint32_t flags)
{
	struct share_part part = {
		.offset = offset,
		.bytes = bytes,
		.flags = flags,
	};

	return told(exporter, SHARE_EXPORT, &part);
}

static int export_part(uint64_t offset, uint64_t bytes)
{
	int fd = export_with(offset, bytes, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		errno = -fd;
		fail("export");
	}
	return fd;
}

static int attach(int fd, enum share_how how)
{
	struct share_attach attach = { .fd = fd, .how = how };

	return told(importer, SHARE_ATTACH, &attach);
}

static int map_within(struct share_map *map, uint32_t size_max,
		      uint32_t boundary)
{
	*map = (struct share_map){ .size_max = size_max, .boundary = boundary };
	return told(importer, SHARE_MAP, map);
}

static int map(void)
{
	struct share_map unused;

	return map_within(&unused, 1 << 20, 1U << 31);
}

static int copy(void *user, uint64_t offset, uint32_t length, bool to_memory)
{
	struct share_copy copy = {
		.user = (uintptr_t)user,
		.offset = offset,
		.length = length,
		.to_memory = to_memory,
	};

	return told(importer, SHARE_COPY, &copy);
}

static int peek(void *user, uint64_t offset, uint32_t length)
{
	struct share_copy copy = {
		.user = (uintptr_t)user,
		.offset = offset,
		.length = length,
	};

	return told(importer, SHARE_PEEK, &copy);
}

static unsigned char *map_fd(int fd, size_t size)
{
	unsigned char *base =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	return base;
}

static void fill(void *bytes, size_t count)
{
	static uint32_t state = 1;
	unsigned char *at = bytes;

	while (count--) {
		state = state * 1664525 + 1013904223;
		*at++ = state >> 24;
	}
}

/* What the owner finds in its buffer is what is expected. */
static bool owner_agrees(void)
{
	static unsigned char found[SIZE];

	if (pread(exporter, found, SIZE, 0) != SIZE)
		fail("read");
	return !memcmp(found, expected, SIZE);
}

static bool device_agrees(uint64_t offset, size_t length, size_t in_buffer)
{
	static unsigned char found[ALL];

	return !copy(found, offset, length, false) &&
	       !memcmp(found, expected + in_buffer, length);
}

static long figure_of_device(const char *file, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", getenv("DMA_CORE_DEVICE"), file);
	return figure(path, name);
}

static int synced(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_RW };

	return told(fd, DMA_BUF_IOCTL_SYNC, &sync);
}

/* --- what works ------------------------------------------------------------------- */

static void transfers(int fd, unsigned char *base)
{
	result_is(synced(fd, DMA_BUF_SYNC_START), 0, "the CPU begins");
	fill(expected, ALL);
	memcpy(base, expected, ALL);
	result_is(synced(fd, DMA_BUF_SYNC_END), 0, "the CPU ends");
	ktap_result(&ktap, owner_agrees(),
		    "what a process writes is in the owner's buffer");
	result_is(map(), 0, "the device has it mapped");
	ktap_result(&ktap, device_agrees(SOME_AT, SOME, SOME_AT),
		    "the device reads what the process wrote");
	ktap_result(&ktap, device_agrees(ALL - PAGE, PAGE, ALL - PAGE),
		    "up to the last byte");
	fill(expected + SOME_AT, SOME);
	result_is(copy(expected + SOME_AT, SOME_AT, SOME, true), 0,
		  "the device writes");
	ktap_result(&ktap, !memcmp(base, expected, ALL),
		    "the process finds that, and nothing else changed");
	ktap_result(&ktap, owner_agrees(), "so does the owner");
	result_is(told(importer, SHARE_UNMAP, NULL), 0, "unmapped");
}

static void narrow_importer(void)
{
	struct share_map map;

	result_is(map_within(&map, 2 * PAGE + 100, 4 * PAGE), 0,
		  "a device with narrow limits has it mapped");
	ktap_note(&ktap, "%u segments, the longest of %llu bytes", map.segments,
		  (unsigned long long)map.longest);
	ktap_result(&ktap,
		    map.total == ALL && !map.crossing &&
			    map.longest <= 2 * PAGE,
		    "in segments that keep to them");
	result_is(map.pages, 0, "and without pages");
	result_is(told(importer, SHARE_UNMAP, NULL), 0, "unmapped");
}

static void kernel_address(void)
{
	static unsigned char found[PAGE];

	result_is(peek(found, PAGE, PAGE), 0, "the kernel has it mapped");
	ktap_result(&ktap, !memcmp(found, expected + PAGE, PAGE),
		    "and finds the same");
}

static void part_of_it(void)
{
	static unsigned char found[PAGE];
	int fd = export_part(2 * PAGE, 3 * PAGE);
	unsigned char *base;
	struct stat status;

	result_is(fstat(fd, &status) || status.st_size != 3 * PAGE, 0,
		  "a part has the size of a part");
	result_is(attach(fd, SHARE_PEER_TO_PEER), 0, "the device attaches");
	result_is(map(), 0, "the device has it mapped");
	ktap_result(&ktap, device_agrees(100, 5000, 2 * PAGE + 100),
		    "and finds the part's bytes");
	result_is(copy(expected, 3 * PAGE, 1, false), -ENXIO,
		  "there is nothing behind it");
	ktap_result(&ktap,
		    !peek(found, PAGE, PAGE) &&
			    !memcmp(found, expected + 3 * PAGE, PAGE),
		    "so does the kernel");
	base = map_fd(fd, 3 * PAGE);
	ktap_result(&ktap, !memcmp(base, expected + 2 * PAGE, 3 * PAGE),
		    "so does a process");
	munmap(base, 3 * PAGE);
	ktap_result(&ktap,
		    mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0) ==
			    MAP_FAILED,
		    "nor for a process");
	result_is(told(importer, SHARE_DETACH, NULL), 0, "detached");
	close(fd);
}

static void read_only(void)
{
	int fd = export_with(0, SIZE, O_RDONLY);

	ktap_result(&ktap,
		    fd >= 0 &&
			    mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
				 fd, 0) == MAP_FAILED &&
			    errno == EACCES,
		    "one for reading is not mapped for writing");
	close(fd);
}

/* Only what lies on the card is away when the card is. */
static void away_for_a_while(bool on_card)
{
	result_is(map(), 0, "the device has it mapped");
	result_is(told(exporter, SHARE_SUSPEND, NULL), 0,
		  "the card is away for a while");
	result_is(told(importer, SHARE_NOTIFIED, NULL), on_card,
		  "the importer of card memory was told");
	result_is(copy(expected, 0, PAGE, false), on_card ? -ENODEV : 0,
		  "and transfers nothing");
	told(importer, SHARE_UNMAP, NULL);
	result_is(map(), on_card ? -EAGAIN : 0, "it cannot map it");
	told(importer, SHARE_UNMAP, NULL);
	result_is(told(exporter, SHARE_RESUME, NULL), 0, "the card is back");
	result_is(told(importer, SHARE_NOTIFIED, NULL), on_card ? 2 : 0,
		  "the importer of card memory was told again");
	result_is(map(), 0, "it has it mapped");
	ktap_result(&ktap, device_agrees(SOME_AT, SOME, SOME_AT),
		    "and finds all as it was");
	told(importer, SHARE_UNMAP, NULL);
}

/* Who tells it may wait until it has mapped anew, and must not take that away. */
static void eager_importer(int fd)
{
	result_is(attach(fd, SHARE_PEER_TO_PEER_EAGER), 0,
		  "a device attaches that maps anew when it is told");
	result_is(map(), 0, "the device has it mapped");
	result_is(told(exporter, SHARE_SUSPEND, NULL), 0,
		  "the card is away for a while");
	result_is(told(exporter, SHARE_RESUME, NULL), 0, "the card is back");
	while (told(importer, SHARE_NOTIFIED, NULL))
		usleep(1000);
	ktap_result(&ktap, device_agrees(SOME_AT, SOME, SOME_AT),
		    "what it has mapped is good");
	result_is(figure_of_device("exports", "maps="), 1, "and listed");
	result_is(told(importer, SHARE_DETACH, NULL), 0, "detached");
}

static void importers(int fd, bool on_card)
{
	result_is(attach(fd, SHARE_STATIC), -EOPNOTSUPP,
		  "who could not be told of a revocation is refused");
	result_is(attach(fd, SHARE_DYNAMIC), on_card ? -EOPNOTSUPP : 0,
		  "who cannot do with another device's memory gets none");
	if (!on_card)
		told(importer, SHARE_DETACH, NULL);
}

static void outlives_its_owner(int fd, unsigned char *base)
{
	long deferred = figure_of_device("counters", "deferred=");

	result_is(told(exporter, SHARE_FREE, NULL), 0, "the owner frees it");
	result_is(figure_of_device("counters", "deferred=") - deferred, 1,
		  "it is deferred");
	munmap(base, ALL);
	result_is(figure_of_device("buffers", "mappings="), 0,
		  "when it is mapped no more");
	result_is(figure_of_device("buffers", "exports="), 1,
		  "the dma-buf holds it");
	result_is(told(exporter, SHARE_ALLOC, NULL), 0,
		  "the owner has another one");
	result_is(map(), 0, "the device has the old one mapped");
	ktap_result(&ktap, device_agrees(SOME_AT, SOME, SOME_AT),
		    "and finds all as it was");
	base = map_fd(fd, ALL);
	ktap_result(&ktap, !memcmp(base, expected, ALL), "so does a process");
	munmap(base, ALL);
	result_is(told(importer, SHARE_DETACH, NULL), 0, "detached");
	close(fd);
	ktap_result(&ktap, figure_of_device("counters", "freed=") == 1,
		    "closed, its memory goes back");
}

/* --- revocation ------------------------------------------------------------------- */

static void is_over(int fd, const char *how)
{
	char name[128];

	ktap_note(&ktap, "%s", how);
	snprintf(name, sizeof(name), "the importer was told once (%s)", how);
	result_is(told(importer, SHARE_NOTIFIED, NULL), 1, name);
	result_is(copy(expected, 0, PAGE, true), -ENODEV,
		  "it transfers nothing any more");
	told(importer, SHARE_UNMAP, NULL);
	result_is(map(), -ENODEV, "it cannot map it again");
	result_is(told(importer, SHARE_DETACH, NULL), 0, "it detaches");
	result_is(attach(fd, SHARE_PEER_TO_PEER), -ENODEV,
		  "nobody attaches any more");
	result_is(synced(fd, DMA_BUF_SYNC_START), -ENODEV,
		  "the process is told that the card is gone");
	ktap_result(&ktap,
		    mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) ==
				    MAP_FAILED &&
			    errno == ENODEV,
		    "and maps nothing any more");
	result_is(export_with(0, SIZE, O_RDWR), -ENODEV, "nothing is exported");
}

static bool is_zero(const unsigned char *base)
{
	return !base[0] && !memcmp(base, base + 1, ALL - 1);
}

/* @how: unmaps when it is told, or later */
static void revoked(enum share_how how)
{
	int fd = export_part(0, SIZE);
	unsigned char *base = map_fd(fd, ALL);

	result_is(attach(fd, how), 0, "the device attaches");
	result_is(map(), 0, "the device has it mapped");
	fill(expected, ALL);
	memcpy(base, expected, ALL);
	result_is(told(exporter, SHARE_REVOKE, NULL), 0, "revoked");
	ktap_result(&ktap, is_zero(base), "the process finds zeros");
	memset(base, 0xa5, ALL);
	ktap_result(&ktap, owner_agrees(),
		    "what it writes does not reach the card");
	is_over(fd,
		how == SHARE_PEER_TO_PEER ? "unmaps at once" : "unmaps later");
	ktap_result(&ktap, owner_agrees(), "nothing reached the card");
	result_is(syscall(SYS_delete_module, "dma_core", O_NONBLOCK) ? -errno :
								       0,
		  -EWOULDBLOCK, "dma-core does not unload");
	munmap(base, ALL);
	close(fd);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* A dma-buf whose last descriptor is closed, but for one that cannot be used. */
static int export_to_path(void)
{
	int fd = export_part(0, SIZE), by_path;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	by_path = open(path, O_PATH | O_CLOEXEC);
	if (by_path < 0)
		fail(path);
	close(fd);
	return by_path;
}

static void left_by_path(void)
{
	double began;
	int fd;

	ktap_begin(&ktap, stdout, 5);
	result_is(told(exporter, SHARE_ALLOC, NULL), 0, "a buffer");
	fd = export_to_path();
	result_is(told(exporter, SHARE_FREE, NULL), 0, "the owner frees it");
	began = now();
	result_is(told(exporter, SHARE_REVOKE, NULL), 0, "revoked");
	ktap_result(&ktap, now() - began < 1,
		    "at once, whoever has a path to the dma-buf");
	result_is(figure_of_device("counters", "freed="), 1,
		  "its memory goes back");
	close(fd);
}

/* --- */

static void works(const char *memory, enum share_how how)
{
	bool on_card = !strcmp(memory, "card");
	unsigned char *base;
	struct stat status;
	int fd;

	ktap_begin(&ktap, stdout, 75);
	result_is(told(exporter, SHARE_ALLOC, NULL), 0, "a buffer");
	result_is(told(exporter, SHARE_SGTABLE, NULL),
		  on_card ? -EOPNOTSUPP : 0,
		  "a table of its pages, where it has any");
	fd = export_part(0, SIZE);
	result_is(fstat(fd, &status) || status.st_size != ALL, 0,
		  "the dma-buf has whole pages");
	base = map_fd(fd, ALL);
	importers(fd, on_card);
	result_is(attach(fd, SHARE_PEER_TO_PEER), 0, "the device attaches");
	transfers(fd, base);
	narrow_importer();
	kernel_address();
	away_for_a_while(on_card);
	result_is(told(importer, SHARE_DETACH, NULL), 0, "detached");
	eager_importer(fd);
	part_of_it();
	read_only();
	result_is(attach(fd, SHARE_PEER_TO_PEER), 0, "the device attaches");
	outlives_its_owner(fd, base);
	revoked(how);
}

static int foreign(void)
{
	struct share_part part = {
		.bytes = SIZE,
		.flags = O_RDWR,
		.foreign = PAGE,
	};

	return told(exporter, SHARE_EXPORT, &part);
}

static void mistakes(void)
{
	ktap_begin(&ktap, stdout, 9);
	result_is(told(exporter, SHARE_ALLOC, NULL), 0, "a buffer");
	result_is(foreign(), -EINVAL, "an address that is none of a buffer");
	result_is(export_with(0, 0, O_RDWR), -ENXIO, "nothing");
	result_is(export_with(0, SIZE + 1, O_RDWR), -ENXIO,
		  "more than the buffer");
	result_is(export_with(PAGE, UINT64_MAX, O_RDWR), -ENXIO,
		  "more than anything");
	result_is(export_with(100, SIZE - 100, O_RDWR), -EINVAL,
		  "from the middle of a page");
	result_is(export_with(0, 100, O_RDWR), -EINVAL,
		  "to the middle of a page");
	result_is(export_with(0, SIZE, O_RDWR | O_APPEND), -EINVAL,
		  "an unknown flag");
	result_is(told(exporter, SHARE_FREE, NULL), 0, "nobody has it");
}

/* Each is freed by the owner, and kept by its dma-buf. */
static void quota(void)
{
	unsigned int held = 0;
	int fd;

	ktap_begin(&ktap, stdout, 3);
	do {
		if (told(exporter, SHARE_ALLOC, NULL))
			fail("the card's memory is his");
		fd = export_with(0, SIZE, O_RDWR);
		told(exporter, SHARE_FREE, NULL);
		held += fd >= 0;
	} while (fd >= 0);
	ktap_note(&ktap, "%u dma-bufs", held);
	result_is(fd, -EDQUOT, "his dma-bufs are limited");
	ktap_result(&ktap, held > 0, "he can have some");
	result_is(told(exporter, SHARE_ALLOC, NULL), 0,
		  "and there is memory left");
	told(exporter, SHARE_FREE, NULL);
}

static void hold(void)
{
	unsigned char *base;

	told(exporter, SHARE_ALLOC, NULL);
	base = map_fd(export_part(0, SIZE), ALL);
	memset(base, 0xa5, ALL);
	export_to_path();
	close(exporter);
	close(importer);
	puts("held");
	fflush(stdout);
	getchar();
	puts(is_zero(base) ? "zeros" : "something");
	exit(0);
}

int main(int count, char **words)
{
	exporter = open("/dev/share-exporter", O_RDWR | O_CLOEXEC);
	importer = open("/dev/share-importer", O_RDWR | O_CLOEXEC);
	if (exporter < 0 || importer < 0)
		fail("/dev/share-exporter, /dev/share-importer");
	if (count > 1 && !strcmp(words[1], "mistakes"))
		mistakes();
	else if (count > 1 && !strcmp(words[1], "hold"))
		hold();
	else if (count > 1 && !strcmp(words[1], "path"))
		left_by_path();
	else if (count > 1 && !strcmp(words[1], "quota"))
		quota();
	else if (count > 1)
		works(words[1],
		      count > 2 ? SHARE_PEER_TO_PEER_LAZY : SHARE_PEER_TO_PEER);
	return ktap_end(&ktap);
}
