// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps the buffer of a playback substream in every way that a client may try, and
 * reports in KTAP what came of it. Raw mmap() on the PCM's node: alsa-lib would
 * not ask for half of this.
 *
 * Usage: pcm-mapping DEVICE, such as pcm-mapping hw:0,0,3
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "ktap.h"

#define BUFFER_FRAMES 8000 /* of S16_LE stereo: 8 pages, the last not in full */
#define PAGES         8

/* <sound/asound.h> has it, and cannot be included beside alsa-lib's header. */
#define SNDRV_PCM_IOCTL_HW_FREE _IO('A', 0x12)

static long page;
static int pcm_fd;
static struct ktap ktap;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* alsa-lib sets the substream up; its file descriptor is then used directly. */
static snd_pcm_t *open_pcm(const char *device)
{
	snd_pcm_uframes_t frames = BUFFER_FRAMES;
	snd_pcm_hw_params_t *params;
	struct pollfd pfd;
	snd_pcm_t *pcm;

	snd_pcm_hw_params_alloca(&params);
	if (snd_pcm_open(&pcm, device, SND_PCM_STREAM_PLAYBACK, 0) < 0)
		fail(device);
	snd_pcm_hw_params_any(pcm, params);
	if (snd_pcm_hw_params_set_access(pcm, params,
					 SND_PCM_ACCESS_MMAP_INTERLEAVED) ||
	    snd_pcm_hw_params_set_format(pcm, params, SND_PCM_FORMAT_S16_LE) ||
	    snd_pcm_hw_params_set_channels(pcm, params, 2) ||
	    snd_pcm_hw_params_set_rate(pcm, params, 48000, 0) ||
	    snd_pcm_hw_params_set_buffer_size(pcm, params, frames) ||
	    snd_pcm_hw_params(pcm, params))
		fail("hw_params");
	if (snd_pcm_poll_descriptors(pcm, &pfd, 1) != 1)
		fail("poll descriptor");
	pcm_fd = pfd.fd;
	return pcm;
}

static void *map(size_t length, int flags, off_t offset)
{
	return mmap(NULL, length, PROT_READ | PROT_WRITE, flags, pcm_fd,
		    offset);
}

/* Which errno it is depends on who looks first: mm, ALSA or dma-core. */
static bool refused(size_t length, int flags, off_t offset)
{
	void *address = map(length, flags, offset);

	if (address == MAP_FAILED)
		return errno == EINVAL || errno == ENXIO || errno == EOVERFLOW;
	munmap(address, length);
	return false;
}

struct refusal {
	const char *name;
	size_t pages;
	size_t first_page;
	int flags;
};

/* ALSA's own control pages lie at offsets from 2^31 on: not the buffer's matter. */
static const struct refusal refusals[] = {
	{ "a private mapping is refused", PAGES, 0, MAP_PRIVATE },
	{ "a page more than the buffer is refused", PAGES + 1, 0, MAP_SHARED },
	{ "far more than the buffer is refused", 1 << 19, 0, MAP_SHARED },
	{ "a mapping that begins behind the buffer is refused", 1, PAGES,
	  MAP_SHARED },
	{ "a mapping that ends behind the buffer is refused", PAGES, 1,
	  MAP_SHARED },
	{ "the last page below 2^31 is refused", 1, (1UL << 19) - 1,
	  MAP_SHARED },
	{ "an offset of 2^32 is refused", 1, 1UL << 20, MAP_SHARED },
	{ "an offset of 2^44 is refused", 1, 1UL << 32, MAP_SHARED },
	{ "the very last offset is refused", 1, (1UL << 51) - 1, MAP_SHARED },
};

#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static void check_refusals(void)
{
	size_t row;

	for (row = 0; row < REFUSALS; row++) {
		const struct refusal *r = &refusals[row];
		off_t offset = (off_t)(r->first_page * page);
		size_t length = r->pages * page;

		ktap_result(&ktap, refused(length, r->flags, offset), r->name);
	}
}

static uint32_t *word(void *base, size_t n)
{
	return (uint32_t *)((char *)base + n * page);
}

static void number_pages(void *base)
{
	for (size_t n = 0; n < PAGES; n++)
		*word(base, n) = 0x0ca4d000 + n;
}

static bool pages_are_numbered(void *base, size_t first, size_t count)
{
	for (size_t n = 0; n < count; n++)
		if (*word(base, n) != 0x0ca4d000 + first + n)
			return false;
	return true;
}

static bool is_zero(const void *base, size_t length)
{
	const char *bytes = base;

	return !bytes[0] && !memcmp(bytes, bytes + 1, length - 1);
}

static bool child_sees_pages(void *base)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(!pages_are_numbered(base, 0, PAGES));
	return waitpid(child, &status, 0) == child && status == 0;
}

static bool moved_mapping_holds(void *base)
{
	void *hole = mmap(NULL, PAGES * page, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *moved = mremap(base, PAGES * page, PAGES * page,
			     MREMAP_MAYMOVE | MREMAP_FIXED, hole);

	return moved != MAP_FAILED && pages_are_numbered(moved, 0, PAGES) &&
	       mremap(moved, PAGES * page, PAGES * page,
		      MREMAP_MAYMOVE | MREMAP_FIXED, base) == base;
}

static bool grown_mapping_is_refused(void *base)
{
	return mremap(base, PAGES * page, 2 * PAGES * page, MREMAP_MAYMOVE) ==
		       MAP_FAILED &&
	       errno == EFAULT;
}

static bool debugger_reads(void *base)
{
	int memory = open("/proc/self/mem", O_RDWR);
	uint32_t value = 0;
	uint32_t changed = 0x0ca4dfff;
	off_t at = (off_t)(uintptr_t)word(base, 3);
	bool right;

	right = pread(memory, &value, sizeof(value), at) == sizeof(value) &&
		value == 0x0ca4d003 &&
		pwrite(memory, &changed, sizeof(changed), at) ==
			sizeof(changed) &&
		*word(base, 3) == changed;
	*word(base, 3) = 0x0ca4d003;
	close(memory);
	return right;
}

static bool process_vm_readv_is_refused(void *base)
{
	uint32_t value;
	struct iovec to = { &value, sizeof(value) };
	struct iovec from = { base, sizeof(value) };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == -1 &&
	       errno == EFAULT;
}

/* Two pages out of the middle: two VMAs from one. */
static bool both_sides_of_a_hole_hold(void *base)
{
	return !munmap(word(base, 3), 2 * page) &&
	       pages_are_numbered(base, 0, 3) &&
	       pages_are_numbered(word(base, 5), 5, 3);
}

static bool read_only_part_is_that(void *base)
{
	int memory = open("/proc/self/mem", O_RDWR);
	uint32_t value = 0;
	bool right;

	right = !mprotect(word(base, 6), page, PROT_READ) &&
		pages_are_numbered(word(base, 5), 5, 3) &&
		pwrite(memory, &value, sizeof(value),
		       (off_t)(uintptr_t)word(base, 6)) < 0 &&
		pages_are_numbered(word(base, 6), 6, 1) &&
		!mprotect(word(base, 6), page, PROT_READ | PROT_WRITE);
	close(memory);
	return right;
}

/* Leaves something behind for the next owner to find, the last page's tail included. */
static void use_and_close(snd_pcm_t *pcm)
{
	void *base = map(PAGES * page, MAP_SHARED, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	memset(base, 0xee, PAGES * page);
	munmap(base, PAGES * page);
	snd_pcm_close(pcm);
}

static bool later_mapping_sees_the_same(void)
{
	void *again = map(PAGES * page, MAP_SHARED, 0);
	void *middle = map(2 * page, MAP_SHARED, 3 * page);
	bool same = again != MAP_FAILED && middle != MAP_FAILED &&
		    pages_are_numbered(again, 0, PAGES) &&
		    pages_are_numbered(middle, 3, 2);

	munmap(again, PAGES * page);
	munmap(middle, 2 * page);
	return same;
}

static bool hw_free_is_refused(void)
{
	return ioctl(pcm_fd, SNDRV_PCM_IOCTL_HW_FREE) == -1 && errno == EBADFD;
}

static void check_mapping(void)
{
	void *base = map(PAGES * page, MAP_SHARED, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	ktap_result(&ktap, is_zero(base, PAGES * page),
		    "a new buffer is zero to the end of its last page");
	number_pages(base);
	ktap_result(&ktap, later_mapping_sees_the_same(),
		    "a mapping of a part sees that part");
	ktap_result(&ktap, child_sees_pages(base),
		    "a child sees its parent's mapping");
	ktap_result(&ktap, moved_mapping_holds(base),
		    "a moved mapping holds the same pages");
	ktap_result(&ktap, grown_mapping_is_refused(base),
		    "a mapping does not grow");
	ktap_result(&ktap, debugger_reads(base),
		    "a debugger reads and writes the buffer");
	ktap_result(&ktap, process_vm_readv_is_refused(base),
		    "process_vm_readv() does not touch it");
	ktap_result(&ktap, hw_free_is_refused(),
		    "the buffer is not freed under a mapping");
	ktap_result(&ktap, both_sides_of_a_hole_hold(base),
		    "a hole in the mapping leaves both sides as they were");
	ktap_result(&ktap, read_only_part_is_that(base),
		    "a part made read-only reads as before, for a debugger, too");
	ktap_result(&ktap, hw_free_is_refused(),
		    "what is left of the mapping still holds the buffer");
	munmap(base, PAGES * page);
}

/* A child that lives on must not keep its parent from freeing the buffer. */
static void check_child_left_behind(snd_pcm_t *pcm)
{
	void *base = map(PAGES * page, MAP_SHARED, 0);
	int go[2], status;
	pid_t child;

	if (base == MAP_FAILED || pipe(go))
		fail("mmap or pipe");
	number_pages(base);
	child = fork();
	if (!child) {
		char byte;

		_exit(read(go[0], &byte, 1) != 1 ||
		      !pages_are_numbered(base, 0, PAGES));
	}
	munmap(base, PAGES * page);
	ktap_result(&ktap, snd_pcm_hw_free(pcm) == 0,
		    "a child's mapping does not keep its parent from hw_free");
	if (write(go[1], "", 1) != 1 || waitpid(child, &status, 0) != child)
		fail("child");
	ktap_result(&ktap, status == 0,
		    "and the child still sees what it had mapped");
}

#define MAPPING_RESULTS 13

int main(int argc, char **argv)
{
	snd_pcm_t *pcm;

	if (argc != 2) {
		fprintf(stderr, "usage: pcm-mapping DEVICE\n");
		return 64;
	}
	page = sysconf(_SC_PAGESIZE);
	use_and_close(open_pcm(argv[1]));
	pcm = open_pcm(argv[1]);
	ktap_begin(&ktap, stdout, REFUSALS + MAPPING_RESULTS);
	check_refusals();
	check_mapping();
	check_child_left_behind(pcm);
	snd_pcm_close(pcm);
	return ktap_end(&ktap);
}
