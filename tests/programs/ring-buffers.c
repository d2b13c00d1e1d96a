// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a client sees of a driver that maps several buffers into one VMA, before and after
 * a revocation: in the VMA itself, in what is left when it was cut, in a part that was
 * moved, in a child, through a debugger; and what a stranger sees who shares the inode.
 * KTAP. Needs the module ring-owner. With "refused" as argument: mmap() is refused; with
 * "suspended", the same while the card's memory is away, and after it came back; with
 * "revoked", after a revocation within mmap(), and with "narrowly" for a VMA that was narrowed
 * around it; with "resumed", after the memory came back within mmap(); with "away", mmap() is
 * refused as busy while the memory is away; with "once-back", when it comes back meanwhile;
 * with "failing", a revocation within mmap() does nothing to what came after one that failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "await-sleep.h"
#include "held-lock.h"
#include "ktap.h"

#define PAGES 8

enum request {
	SHARED_FILE = 0x7200, /* see ring-owner.c */
	STRANGER_FILE,
	REVOKE,
	SUSPEND = 0x7206,
	RESUME,
	SUSPEND_BESIDE_MMAP,
	ARE_ZERO,
	MMAP_IN_TURN,
};

static long page;
static int owner;
static struct ktap ktap;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static char *map(int fd, size_t pages)
{
	char *base = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
			  MAP_SHARED, fd, 0);

	if (base == MAP_FAILED)
		fail("mmap");
	return base;
}

static uint32_t *word(char *base, size_t n)
{
	return (uint32_t *)(base + n * page);
}

static bool mmap_fails(int prot, int expected)
{
	errno = 0;
	return mmap(NULL, PAGES * page, prot, MAP_SHARED, owner, 0) ==
		       MAP_FAILED &&
	       errno == expected;
}

/* How many bytes, or -1 with errno. */
static ssize_t by_debugger(uint32_t *found, const uint32_t *address)
{
	int fd = open("/proc/self/mem", O_RDONLY);
	ssize_t read =
		pread(fd, found, sizeof(*found), (off_t)(uintptr_t)address);
	int err = errno;

	close(fd);
	errno = err;
	return read;
}

static uint32_t debugger_reads(const uint32_t *address)
{
	uint32_t found;

	if (by_debugger(&found, address) != sizeof(found))
		fail("/proc/self/mem");
	return found;
}

static bool is_zero(const char *base, size_t pages)
{
	return !base[0] && !memcmp(base, base + 1, pages * page - 1);
}

/**
 * struct client - its mappings of the ring
 * @whole: all of it, and nothing is done to it
 * @cut: without its fourth page
 * @moved: another one, moved
 * @shared: by a file on the inode that many share
 * @stranger: another's page, by a file on that inode
 */
struct client {
	char *whole;
	char *cut;
	char *moved;
	char *shared;
	char *stranger;
};

static void map_all(struct client *client)
{
	int shared = ioctl(owner, SHARED_FILE);
	int stranger = ioctl(owner, STRANGER_FILE);
	char *other, *place;

	if (shared < 0 || stranger < 0)
		fail("ioctl");
	client->whole = map(owner, PAGES);
	client->cut = map(owner, PAGES);
	client->shared = map(shared, PAGES);
	client->stranger = map(stranger, 1);
	strcpy(client->stranger, "stranger");
	other = map(owner, PAGES);
	place = mmap(NULL, PAGES * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (place == MAP_FAILED)
		fail("mmap");
	/* (before anything was cut off or looked at) */
	client->moved = mremap(other, PAGES * page, PAGES * page,
			       MREMAP_MAYMOVE | MREMAP_FIXED, place);
	if (client->moved == MAP_FAILED || munmap(client->cut + 3 * page, page))
		fail("mremap or munmap");
}

/* What the first page's word is; each next page has one more. */
static uint32_t first_word = 0x1000;

static bool sees_ring(struct client *client,
		      uint32_t (*reads)(const uint32_t *address))
{
	bool right = true;
	uint32_t n;

	for (n = 0; n < PAGES; n++) {
		right &= reads(word(client->whole, n)) == first_word + n;
		right &= reads(word(client->shared, n)) == first_word + n;
		right &= reads(word(client->moved, n)) == first_word + n;
		right &= n == 3 ||
			 reads(word(client->cut, n)) == first_word + n;
	}
	return right;
}

static uint32_t cpu_reads(const uint32_t *address)
{
	return __atomic_load_n(address, __ATOMIC_RELAXED);
}

static bool sees_zeroes(const struct client *client)
{
	return is_zero(client->whole, PAGES) &&
	       is_zero(client->shared, PAGES) &&
	       is_zero(client->moved, PAGES) && is_zero(client->cut, 3) &&
	       is_zero(client->cut + 4 * page, 4);
}

/* --- a child --------------------------------------------------------------------------- */

static pid_t child;
static int tell_child;

/* Ends when it is told to, or when nobody is left to do so. */
static void be_child(struct client *client, int told)
{
	char byte;

	if (!sees_ring(client, cpu_reads))
		_exit(1);
	if (read(told, &byte, 1) < 0)
		_exit(2);
	_exit(sees_zeroes(client) ? 0 : 3);
}

static void begin_child(struct client *client)
{
	int told[2];

	if (pipe(told))
		fail("pipe");
	tell_child = told[1];
	child = fork();
	if (!child) {
		close(told[1]);
		be_child(client, told[0]);
	}
	close(told[0]);
}

static int end_child(void)
{
	int status;

	close(tell_child);
	if (waitpid(child, &status, 0) != child)
		fail("waitpid");
	return status;
}

/* --- a lock that does not come back ---------------------------------------------------- */

static void keep_lock(void)
{
	char *ring = map(owner, PAGES);

	held_lock_keep(owner);
	_exit(is_zero(ring, PAGES) ? 0 : 1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void revoke_beside_lock(void)
{
	pid_t keeper = fork();
	double began, took;
	int status;

	if (!keeper)
		keep_lock();
	held_lock_await(keeper);
	began = now();
	if (ioctl(owner, REVOKE))
		fail("REVOKE");
	took = now() - began;
	printf("# revoked in %.1f ms\n", took * 1e3);
	ktap_result(&ktap, held_lock_is_kept(keeper) && took < 1,
		    "a revocation does not wait for a process that keeps its mmap lock");
	held_lock_let_go(owner);
	if (waitpid(keeper, &status, 0) != keeper)
		fail("waitpid");
	ktap_result(&ktap, !status, "nor does that process reach the ring");
}

static void check_ring(void)
{
	struct client client;
	uint32_t n;

	map_all(&client);
	for (n = 0; n < PAGES; n++)
		*word(client.whole, n) = first_word + n;
	ktap_result(&ktap, sees_ring(&client, cpu_reads),
		    "each page is that of its buffer, also cut and moved");
	ktap_result(&ktap, sees_ring(&client, debugger_reads),
		    "a debugger sees the same");
	ktap_result(&ktap,
		    remap_file_pages(client.whole, 2 * page, 0, 4, 0) &&
			    sees_ring(&client, cpu_reads),
		    "remap_file_pages() is refused, and nothing is elsewhere");
	begin_child(&client);
	revoke_beside_lock();
	ktap_result(&ktap, sees_zeroes(&client),
		    "revoked, no page of the ring is reached");
	ktap_result(&ktap, debugger_reads(word(client.whole, 5)) == 0,
		    "nor by a debugger");
	ktap_result(&ktap, end_child() == 0, "nor by a child");
	ktap_result(&ktap, !strcmp(client.stranger, "stranger"),
		    "a stranger on the same inode has lost nothing");
	ktap_result(&ktap, mmap_fails(PROT_READ, ENODEV), "mmap() says ENODEV");
}

/* --- a card that is away for a while --------------------------------------------------- */

static void request(enum request request)
{
	if (ioctl(owner, request))
		fail("ioctl");
}

static void end_by_signal(int number)
{
	(void)number;
	_exit(7);
}

/* A child that reads a word, and ends with 0 if it is that one. */
static pid_t begin_reader(const uint32_t *address, uint32_t expected)
{
	pid_t reader = fork();

	if (reader < 0)
		fail("fork");
	if (!reader) {
		signal(SIGUSR1, end_by_signal);
		_exit(cpu_reads(address) == expected ? 0 : 1);
	}
	return reader;
}

static int end_of(pid_t reader)
{
	int status;

	if (waitpid(reader, &status, 0) != reader)
		fail("waitpid");
	return status;
}

static int end_reader(pid_t reader, int number)
{
	await_sleep(reader);
	kill(reader, number);
	return end_of(reader);
}

static bool debugger_is_refused(const uint32_t *address)
{
	uint32_t found;

	return by_debugger(&found, address) < 0 && errno == EIO;
}

static void check_suspended(void)
{
	struct client client;
	pid_t reader;
	char *late;
	uint32_t n;

	map_all(&client);
	for (n = 0; n < PAGES; n++)
		*word(client.whole, n) = first_word + n;
	ktap_result(&ktap, sees_ring(&client, cpu_reads),
		    "each page is that of its buffer");
	request(SUSPEND);
	reader = begin_reader(word(client.whole, 5), 0);
	ktap_result(&ktap, end_reader(reader, SIGKILL) == SIGKILL,
		    "away: who touches it waits, and can be killed");
	reader = begin_reader(word(client.moved, 5), 0);
	ktap_result(&ktap, WEXITSTATUS(end_reader(reader, SIGUSR1)) == 7,
		    "and gets his signals");
	ktap_result(&ktap, debugger_is_refused(word(client.shared, 5)),
		    "a debugger gets EIO");
	late = map(owner, PAGES);
	munmap(late, page);
	ktap_result(&ktap, !strcmp(client.stranger, "stranger"),
		    "a stranger on the same inode has lost nothing");
	reader = begin_reader(word(client.cut, 6), 0x2006);
	await_sleep(reader);
	request(RESUME);
	ktap_result(&ktap, !end_of(reader),
		    "back: who waited goes on, with what the memory holds now");
	first_word = 0x2000;
	ktap_result(&ktap,
		    sees_ring(&client, cpu_reads) &&
			    sees_ring(&client, debugger_reads),
		    "each page is that of its buffer, also cut and moved");
	ktap_result(&ktap, cpu_reads(word(late, 7)) == 0x2007,
		    "also of an mmap() that was made meanwhile");

	request(SUSPEND);
	reader = begin_reader(word(client.whole, 1), 0);
	await_sleep(reader);
	request(REVOKE);
	ktap_result(&ktap, !end_of(reader) && sees_zeroes(&client),
		    "revoked while it is away: who waited finds zeroes");
	request(RESUME);
	ktap_result(&ktap, sees_zeroes(&client),
		    "and nobody brings it back then");
}

/* A driver that takes vm_ops away has neither faults nor a debugger's view. */
static void check_forgotten(void)
{
	char *whole = map(owner, PAGES);
	pid_t reader;
	int status;

	*word(whole, 5) = 1;
	if (ioctl(owner, REVOKE))
		fail("REVOKE");
	reader = fork();
	if (!reader)
		_exit(cpu_reads(word(whole, 5)) & 0xff);
	if (waitpid(reader, &status, 0) != reader)
		fail("waitpid");
	ktap_result(&ktap, WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
		    "without vm_ops, a revoked page is a SIGBUS");
	munmap(whole, PAGES * page);
}

/* The driver has seen within this mmap() that its card is gone. */
static void check_revoked_inside(void)
{
	char *whole = map(owner, PAGES);

	ktap_result(&ktap, is_zero(whole, 4),
		    "what was mapped before is not reached");
	ktap_result(&ktap, mmap_fails(PROT_READ, ENODEV),
		    "the next mmap() says ENODEV");
	munmap(whole, PAGES * page);
}

/* The same, in a VMA that was narrowed to its second buffer meanwhile. */
static void check_revoked_narrowly(void)
{
	char *whole = map(owner, PAGES);

	memset(whole, 0x5a, 4 * page);
	ktap_result(&ktap, ioctl(owner, ARE_ZERO) == 1,
		    "what the process writes is in no buffer");
	ktap_result(&ktap, whole[0] == 0x5a && whole[4 * page - 1] == 0x5a,
		    "it finds it again in pages of its own");
	munmap(whole, PAGES * page);
}

/* --- a card that comes back within mmap() ---------------------------------------------- */

static void check_resumed_inside(void)
{
	pid_t suspender = fork(), reader;
	char *whole;

	if (suspender < 0)
		fail("fork");
	if (!suspender)
		_exit(!!ioctl(owner, SUSPEND_BESIDE_MMAP));
	whole = map(owner, PAGES);
	ktap_result(&ktap, !end_of(suspender),
		    "who suspends and who resumes within mmap() both return");
	reader = begin_reader(word(whole, 5), 0);
	alarm(10);
	ktap_result(&ktap, !end_of(reader), "and the memory is within reach");
	alarm(0);
	munmap(whole, PAGES * page);
}

/* What is not there yet is taken all the same. */
static void check_away(void)
{
	request(SUSPEND);
	ktap_result(&ktap, mmap_fails(PROT_READ | PROT_WRITE, EBUSY),
		    "away: mmap() is refused as ever");
	request(RESUME);
	ktap_result(&ktap, mmap_fails(PROT_READ | PROT_WRITE, EBUSY),
		    "back: it still is");
}

static void check_once_back(void)
{
	request(SUSPEND);
	ktap_result(&ktap, mmap_fails(PROT_READ | PROT_WRITE, EBUSY),
		    "back within mmap(): a place that was taken still is");
	request(RESUME);
}

/* The third mmap() must not take the first one's VMA, which is gone, for its own. */
static void check_failing(void)
{
	unsigned long address = 0;
	pid_t reader;

	ktap_result(&ktap, !ioctl(owner, MMAP_IN_TURN, &address),
		    "the first mmap() fails, and the third revokes");
	reader = begin_reader((uint32_t *)address, 0);
	ktap_result(&ktap, !end_of(reader),
		    "what the second has mapped is still there");
	munmap((void *)address, PAGES * page);
}

static void check_refused(void)
{
	ktap_result(&ktap, mmap_fails(PROT_READ | PROT_WRITE, EINVAL),
		    "mmap() is refused");
}

static void check_busy(void)
{
	ktap_result(&ktap, mmap_fails(PROT_READ | PROT_WRITE, EBUSY),
		    "mmap() is refused");
}

static const struct {
	const char *name;
	unsigned int results;
	void (*check)(void);
} views[] = {
	{ "ring", 10, check_ring },
	{ "suspended", 10, check_suspended },
	{ "revoked", 2, check_revoked_inside },
	{ "narrowly", 2, check_revoked_narrowly },
	{ "resumed", 2, check_resumed_inside },
	{ "away", 2, check_away },
	{ "once-back", 1, check_once_back },
	{ "failing", 2, check_failing },
	{ "forgotten", 1, check_forgotten },
	{ "refused", 1, check_refused },
	{ "busy", 1, check_busy },
};

int main(int argc, char **argv)
{
	size_t n;

	page = sysconf(_SC_PAGESIZE);
	owner = open(HELD_LOCK_OWNER, O_RDWR);
	if (owner < 0)
		fail(HELD_LOCK_OWNER);
	for (n = 0; argc == 2 && n < sizeof(views) / sizeof(views[0]); n++) {
		if (strcmp(argv[1], views[n].name))
			continue;
		ktap_begin(&ktap, stdout, views[n].results);
		views[n].check();
		return ktap_end(&ktap);
	}
	fprintf(stderr,
		"usage: ring-buffers VIEW, one of the source's views\n");
	return 2;
}
