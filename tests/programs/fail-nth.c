// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets every allocation of a path through the driver fail, one after the other: the
 * first, and what was there before must be there again; the second; and so on until
 * the path is through without a failure. Needs a kernel with fault injection
 * (/proc/self/fail-nth). KTAP; how many allocations each path has is noted.
 *
 * Usage: fail-nth DRIVER BUS-ADDRESS [PATH...]
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ktap.h"
#include "pcm-calls.h"

/* (ALSA does not reuse the number of a card that it could not make) */
#define PCM           "/dev/snd/pcmC*D0p"
#define NODE          "/dev/oncard*"
#define PAGES         8
#define BUFFER_FRAMES (PAGES * 1024) /* of S16_LE stereo */
#define POINTS_MAX    20000
#define EX_CONTENT    255 /* no errno: what was read is not what should be there */

static struct ktap ktap;
static long page;
static const char *driver;
static const char *address;
static int fail_nth_fd;

/* what a path works with; -1 and NULL when there is none */
static int fd = -1;
static char *area;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* --- the driver, seen from outside ------------------------------------------------ */

/* "bind" or "unbind". Return: 0 or an errno. */
static int tell_driver(const char *what)
{
	char path[256];
	int file, err = 0;

	snprintf(path, sizeof(path), "%s/%s", driver, what);
	file = open(path, O_WRONLY);
	if (file < 0)
		return errno;
	if (write(file, address, strlen(address)) < 0)
		err = errno;
	close(file);
	return err;
}

static bool is_bound(void)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", driver, address);
	return !access(path, F_OK);
}

/* A file of debugfs as text, "" when there is none. */
static void read_text(const char *pattern, char *text, size_t size)
{
	glob_t found;
	ssize_t got = 0;
	int file;

	if (!glob(pattern, 0, NULL, &found)) {
		file = open(found.gl_pathv[0], O_RDONLY);
		if (file >= 0) {
			got = read(file, text, size - 1);
			close(file);
		}
		globfree(&found);
	}
	text[got > 0 ? got : 0] = '\0';
}

/* Objects that exist, of all kinds, and what is free on the card. */
struct state {
	long long objects;
	long long free;
};

/* Figures that cannot be read would be equal, and prove nothing. */
static void unreadable(const char *what)
{
	errno = ENODATA;
	fail(what);
}

/* (what is free: only while there is a card) */
static struct state look(void)
{
	struct state state = { 0, -1 };
	long long created, destroyed;
	char text[1024], *line;

	read_text("/sys/kernel/debug/dma-core/objects", text, sizeof(text));
	if (!*text)
		unreadable("dma-core/objects");
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "%*s created=%lld destroyed=%lld", &created,
			   &destroyed) != 2)
			unreadable("dma-core/objects");
		state.objects += created - destroyed;
	}
	read_text("/sys/kernel/debug/dma-core/*/regions", text, sizeof(text));
	line = strstr(text, " free=");
	if (line)
		state.free = atoll(line + strlen(" free="));
	else if (is_bound())
		unreadable("dma-core/*/regions");
	return state;
}

static bool same(struct state a, struct state b)
{
	return a.objects == b.objects && a.free == b.free;
}

/* --- what a client does ----------------------------------------------------------- */

static int done(int result)
{
	return result < 0 ? errno : 0;
}

/* What is there, and nothing is allocated in the kernel to find it. */
static char found_name[64];

static void find(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		fail(pattern);
	snprintf(found_name, sizeof(found_name), "%s", found.gl_pathv[0]);
	globfree(&found);
}

static void find_pcm(void)
{
	find(PCM);
}

static void find_node(void)
{
	find(NODE);
}

static int open_found(void)
{
	fd = open(found_name, O_RDWR | O_NONBLOCK);
	return done(fd);
}

static void close_fd(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
}

static int set_hw_params(void)
{
	static const struct pcm_shape shape = {
		.mmap = true,
		.endless = true,
		.rate = 48000,
		.period = BUFFER_FRAMES / 4,
		.periods = 4,
	};

	return -pcm_hw_params(fd, &shape);
}

static int map_buffer(void)
{
	area = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    0);
	if (area != MAP_FAILED)
		return 0;
	area = NULL;
	return errno;
}

static void unmap_buffer(void)
{
	if (area)
		munmap(area, PAGES * page);
	area = NULL;
}

static int prepare(void)
{
	return -pcm_prepare(fd);
}

static int start(void)
{
	return -pcm_start(fd);
}

static void must(int err, const char *what)
{
	errno = err;
	if (err)
		fail(what);
}

static void begin_open(void)
{
	find_pcm();
	must(open_found(), PCM);
}

static void begin_mapped(void)
{
	begin_open();
	must(set_hw_params(), "hw_params");
	must(map_buffer(), "mmap");
}

static void begin_set_up(void)
{
	begin_open();
	must(set_hw_params(), "hw_params");
}

/* --- the paths -------------------------------------------------------------------- */

static void nothing(void)
{
}

static void unbind_first(void)
{
	must(tell_driver("unbind"), "unbind");
}

static void bind_last(void)
{
	must(tell_driver("bind"), "bind");
}

static int bind_driver(void)
{
	return tell_driver("bind");
}

static void end_unbound(void)
{
	if (is_bound())
		must(tell_driver("unbind"), "unbind");
}

static void begin_running(void)
{
	begin_mapped();
	must(prepare(), "prepare");
	memset(area, 0x5a, PAGES * page);
	must(start(), "start");
}

static int unbind_driver(void)
{
	return tell_driver("unbind");
}

static void end_mapped(void)
{
	unmap_buffer();
	close_fd();
}

/* Whatever failed, the card is either still there in whole, or out of reach. */
static void end_running(void)
{
	bool bound = is_bound();

	if (area && area[0] != (bound ? 0x5a : 0)) {
		fprintf(stderr, "%s, and a byte reads as %#x\n",
			bound ? "bound" : "unbound", area[0]);
		exit(1);
	}
	end_mapped();
	if (!bound)
		must(tell_driver("bind"), "bind");
}

static void begin_revoked(void)
{
	begin_mapped();
	must(tell_driver("unbind"), "unbind");
}

static int touch_all(void)
{
	long n;

	for (n = 0; n < PAGES; n++) {
		if (area[n * page])
			return EX_CONTENT;
		area[n * page] = 1;
	}
	return 0;
}

static void end_revoked(void)
{
	end_mapped();
	must(tell_driver("bind"), "bind");
}

static int unmap_middle(void)
{
	return done(munmap(area + 3 * page, page));
}

static int fork_child(void)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return errno;
	if (!pid)
		_exit(area[page] != 0);
	if (waitpid(pid, &status, 0) != pid || status)
		return EX_CONTENT;
	return 0;
}

static void begin_node(void)
{
	find_node();
	must(open_found(), NODE);
	area = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (area == MAP_FAILED)
		fail("mmap");
}

static int write_node(void)
{
	return done(pwrite(fd, area, PAGES * page, 0));
}

static int read_node(void)
{
	return done(pread(fd, area, PAGES * page, 0));
}

/**
 * struct path - what is to fail
 * @name: for people and the command line
 * @first: before all rounds
 * @begin: before each round; nothing fails here
 * @run: allocates; 0 or an errno
 * @end: after each round, however it ended
 * @last: after all rounds
 */
struct path {
	const char *name;
	void (*first)(void);
	void (*begin)(void);
	int (*run)(void);
	void (*end)(void);
	void (*last)(void);
};

static const struct path paths[] = {
	{ "probe", unbind_first, nothing, bind_driver, end_unbound, bind_last },
	{ "open", nothing, find_pcm, open_found, close_fd, nothing },
	{ "hw_params", nothing, begin_open, set_hw_params, close_fd, nothing },
	{ "mmap", nothing, begin_set_up, map_buffer, end_mapped, nothing },
	{ "split", nothing, begin_mapped, unmap_middle, end_mapped, nothing },
	{ "fork", nothing, begin_mapped, fork_child, end_mapped, nothing },
	{ "remove", nothing, begin_running, unbind_driver, end_running,
	  nothing },
	{ "touch", nothing, begin_revoked, touch_all, end_revoked, nothing },
	{ "node-open", nothing, find_node, open_found, close_fd, nothing },
	{ "node-write", nothing, begin_node, write_node, end_mapped, nothing },
	{ "node-read", nothing, begin_node, read_node, end_mapped, nothing },
};

#define PATHS (sizeof(paths) / sizeof(paths[0]))

/* --- failing ---------------------------------------------------------------------- */

static void set_fail_nth(unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fail_nth_fd, text, length, 0) != length)
		fail("fail-nth");
}

/* How many allocations were still to come when it was over; 0: one failed. */
static unsigned int left_to_come(void)
{
	char text[16] = "";

	if (pread(fail_nth_fd, text, sizeof(text) - 1, 0) < 1)
		fail("fail-nth");
	return strtoul(text, NULL, 10);
}

/* Those who register things for a driver have errnos of their own for it. */
static bool may_say(const struct path *path, int err)
{
	return err == ENOMEM || err == EAGAIN || path->run == bind_driver;
}

/*
 * One round. Return: whether an allocation failed; *right: nothing else went wrong
 */
static bool round_of(const struct path *path, unsigned int n,
		     struct state before, bool *right)
{
	struct state after;
	bool failed;
	int err;

	set_fail_nth(n);
	err = path->run();
	failed = left_to_come() == 0;
	set_fail_nth(0);
	path->end();
	after = look();
	*right = same(before, after) &&
		 (failed ? !err || may_say(path, err) : !err);
	if (!*right)
		ktap_note(&ktap,
			  "%s, allocation %u%s: %s; objects %lld, then %lld; free %lld, then %lld",
			  path->name, n, failed ? "" : " (none failed)",
			  strerror(err), before.objects, after.objects,
			  before.free, after.free);
	return failed;
}

static void walk(const struct path *path)
{
	bool right = true, failed = true;
	unsigned int n;
	char name[128];

	/* (once as it is, so that what is allocated for good is there) */
	path->first();
	path->begin();
	must(path->run(), path->name);
	path->end();
	for (n = 0; failed && right && n < POINTS_MAX; n++) {
		struct state before = look();

		path->begin();
		failed = round_of(path, n + 1, before, &right);
	}
	path->last();
	snprintf(name, sizeof(name),
		 "%s: each of its allocations fails, and leaves nothing",
		 path->name);
	ktap_note(&ktap, "%s: %u allocations", path->name, n - 1);
	ktap_result(&ktap, right && !failed && n > 1, name);
}

static bool is_wanted(const struct path *path, char **names, int count)
{
	int n;

	for (n = 0; n < count; n++)
		if (!strcmp(names[n], path->name))
			return true;
	return !count;
}

int main(int argc, char **argv)
{
	unsigned int wanted = 0;
	size_t n;

	if (argc < 3) {
		fprintf(stderr,
			"usage: fail-nth DRIVER BUS-ADDRESS [PATH...]\npaths:");
		for (n = 0; n < PATHS; n++)
			fprintf(stderr, " %s", paths[n].name);
		fprintf(stderr, "\n");
		return 64;
	}
	driver = argv[1];
	address = argv[2];
	page = sysconf(_SC_PAGESIZE);
	fail_nth_fd = open("/proc/self/fail-nth", O_RDWR);
	if (fail_nth_fd < 0)
		fail("/proc/self/fail-nth");
	for (n = 0; n < PATHS; n++)
		wanted += is_wanted(&paths[n], argv + 3, argc - 3);
	ktap_begin(&ktap, stdout, wanted);
	for (n = 0; n < PATHS; n++)
		if (is_wanted(&paths[n], argv + 3, argc - 3))
			walk(&paths[n]);
	return ktap_end(&ktap);
}
