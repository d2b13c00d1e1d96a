// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatter/gather I/O on /dev/oncardN: random pieces of memory of every kind are
 * written to the card and read back into others, and have to be the same.
 *
 * Usage: copy-iovecs [--node NODE] [--seed N] [--bytes TOTAL | --kills N]
 *	--bytes: how many bytes to write, and as many to read
 *	--kills: children in the middle of a transfer to kill, instead
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "ktap.h"

#define PAGE       4096UL
#define HUGE_PAGE  (2UL << 20)
#define AREA_BYTES (2 * HUGE_PAGE)
#define PIECES_MAX 1024
#define PIECES     64
#define GUARD      0xa5
#define GUARD_MAX  512

enum area_kind {
	AREA_PRIVATE,
	AREA_SHARED,
	AREA_FILE,
	AREA_HUGE,
	AREA_READ_ONLY,
	AREAS,
};

/*
 * Where a piece may lie. What is filled and looked at through @memory, the card gets
 * at @seen: for read-only memory, two mappings of one file.
 */
struct area {
	const char *name;
	unsigned char *memory;
	unsigned char *seen;
	size_t used;
	unsigned long pieces;
};

/* A random choice of pieces, with guards before and behind each. */
struct pieces {
	struct iovec iov[PIECES_MAX];
	unsigned char *memory[PIECES_MAX];
	size_t guard[PIECES_MAX];
	int count;
};

struct rig {
	const char *node;
	uint64_t random;
	struct area area[AREAS];
	struct pieces pieces;
	size_t size;
	unsigned char *shadow;
	int fd;
};

static void die(const char *what)
{
	fprintf(stderr, "copy-iovecs: %s: %s\n", what, strerror(errno));
	exit(2);
}

/* xorshift64*; never 0 */
static uint64_t next(struct rig *rig)
{
	uint64_t x = rig->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	rig->random = x;
	return x * 0x2545f4914f6cdd1dULL;
}

static size_t below(struct rig *rig, size_t limit)
{
	return (next(rig) >> 16) % limit;
}

/* 1 to @limit, small ones as likely as large ones. */
static size_t any_length(struct rig *rig, size_t limit)
{
	size_t cap = (size_t)2 << below(rig, 24);

	return 1 + below(rig, cap < limit ? cap : limit);
}

static void fill(struct rig *rig, unsigned char *bytes, size_t length)
{
	while (length) {
		uint64_t word = next(rig);
		size_t n = length < sizeof(word) ? length : sizeof(word);

		memcpy(bytes, &word, n);
		bytes += n;
		length -= n;
	}
}

/* --- memory of every kind --- */

static void *map(size_t bytes, int protection, int flags, int fd)
{
	void *memory = mmap(NULL, bytes, protection, flags, fd, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	return memory;
}

static int shm_file(void)
{
	char path[] = "/dev/shm/copy-iovecs.XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || unlink(path) || ftruncate(fd, AREA_BYTES))
		die("/dev/shm");
	return fd;
}

/* From the pool of huge pages where there is one, else as the kernel sees fit. */
static unsigned char *map_huge(const char **name)
{
	unsigned char *memory;

	memory = mmap(NULL, AREA_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (memory != MAP_FAILED) {
		*name = "huge, from the pool";
		return memory;
	}
	*name = "huge, by advice";
	memory = map(AREA_BYTES + HUGE_PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memory += -(uintptr_t)memory % HUGE_PAGE;
	madvise(memory, AREA_BYTES, MADV_HUGEPAGE);
	return memory;
}

static void map_areas(struct rig *rig)
{
	int both = PROT_READ | PROT_WRITE, anonymous = MAP_ANONYMOUS;
	struct area *area = rig->area;
	int file, kind;

	area[AREA_PRIVATE].name = "private";
	area[AREA_PRIVATE].memory =
		map(AREA_BYTES, both, MAP_PRIVATE | anonymous, -1);
	area[AREA_SHARED].name = "shared";
	area[AREA_SHARED].memory =
		map(AREA_BYTES, both, MAP_SHARED | anonymous, -1);
	area[AREA_FILE].name = "a file's";
	area[AREA_FILE].memory = map(AREA_BYTES, both, MAP_SHARED, shm_file());
	area[AREA_HUGE].memory = map_huge(&area[AREA_HUGE].name);
	for (kind = 0; kind < AREA_READ_ONLY; kind++)
		area[kind].seen = area[kind].memory;

	file = shm_file();
	area[AREA_READ_ONLY].name = "read-only";
	area[AREA_READ_ONLY].memory = map(AREA_BYTES, both, MAP_SHARED, file);
	area[AREA_READ_ONLY].seen =
		map(AREA_BYTES, PROT_READ, MAP_SHARED, file);
}

/* --- pieces --- */

static void add_piece(struct rig *rig, enum area_kind kind, size_t length)
{
	struct pieces *pieces = &rig->pieces;
	struct area *area = &rig->area[kind];
	size_t guard = below(rig, GUARD_MAX);
	int n = pieces->count++;

	memset(area->memory + area->used, GUARD, guard);
	area->used += guard;
	pieces->guard[n] = guard;
	pieces->memory[n] = area->memory + area->used;
	pieces->iov[n].iov_base = area->seen + area->used;
	pieces->iov[n].iov_len = length;
	area->used += length;
	area->pieces++;
}

/* The next of several ways to cut: in crumbs, in odd lengths, in few large pieces. */
static size_t cut(struct rig *rig, unsigned int way, size_t left)
{
	size_t length = way == 0 ? 1 :
			way == 1 ? 1 + (below(rig, 2 * PAGE) & ~1UL) :
				   1 + below(rig, left);

	return length < left ? length : left;
}

/* Cut @length bytes into pieces; @kinds of memory are allowed. */
static void choose_pieces(struct rig *rig, size_t length, int kinds)
{
	unsigned int way = below(rig, 4);
	int limit = way == 0 ? PIECES_MAX : PIECES;
	int kind;

	rig->pieces.count = 0;
	for (kind = 0; kind < AREAS; kind++)
		rig->area[kind].used = below(rig, PAGE);
	while (length) {
		size_t piece = way == 3 || rig->pieces.count == limit - 1 ?
				       length :
				       cut(rig, way, length);

		add_piece(rig, below(rig, kinds), piece);
		length -= piece;
	}
}

static void scatter(struct rig *rig, const unsigned char *from)
{
	int n;

	for (n = 0; n < rig->pieces.count; n++) {
		memcpy(rig->pieces.memory[n], from, rig->pieces.iov[n].iov_len);
		from += rig->pieces.iov[n].iov_len;
	}
}

static bool guards_hold(const struct pieces *pieces, int n)
{
	const unsigned char *guard = pieces->memory[n] - pieces->guard[n];

	while (guard < pieces->memory[n])
		if (*guard++ != GUARD)
			return false;
	return true;
}

/* Whether the pieces are what was expected, and what is between them untouched. */
static bool same(struct rig *rig, const unsigned char *expected)
{
	const struct pieces *pieces = &rig->pieces;
	int n;

	for (n = 0; n < pieces->count; n++) {
		if (memcmp(pieces->memory[n], expected, pieces->iov[n].iov_len))
			return false;
		if (!guards_hold(pieces, n))
			return false;
		expected += pieces->iov[n].iov_len;
	}
	return true;
}

/* --- transfers --- */

/* One piece goes by pread() and pwrite(), more with or without a seek. */
static ssize_t read_pieces(struct rig *rig, off_t at)
{
	struct pieces *pieces = &rig->pieces;

	if (pieces->count == 1)
		return pread(rig->fd, pieces->iov[0].iov_base,
			     pieces->iov[0].iov_len, at);
	if (below(rig, 2))
		return preadv(rig->fd, pieces->iov, pieces->count, at);
	lseek(rig->fd, at, SEEK_SET);
	return readv(rig->fd, pieces->iov, pieces->count);
}

static ssize_t write_pieces(struct rig *rig, off_t at)
{
	struct pieces *pieces = &rig->pieces;

	if (pieces->count == 1)
		return pwrite(rig->fd, pieces->iov[0].iov_base,
			      pieces->iov[0].iov_len, at);
	if (below(rig, 2))
		return pwritev(rig->fd, pieces->iov, pieces->count, at);
	lseek(rig->fd, at, SEEK_SET);
	return writev(rig->fd, pieces->iov, pieces->count);
}

static bool went_wrong(const char *what, size_t at, size_t length,
		       ssize_t moved)
{
	printf("# %s of %zu bytes at %zu: %zd, %s\n", what, length, at, moved,
	       moved < 0 ? strerror(errno) : "not all the same");
	return false;
}

static bool write_and_read_back(struct rig *rig, size_t at, size_t length)
{
	ssize_t moved;

	fill(rig, rig->shadow + at, length);
	choose_pieces(rig, length, AREAS);
	scatter(rig, rig->shadow + at);
	moved = write_pieces(rig, at);
	if (moved != (ssize_t)length)
		return went_wrong("write", at, length, moved);

	choose_pieces(rig, length, AREA_READ_ONLY);
	moved = read_pieces(rig, at);
	if (moved != (ssize_t)length || !same(rig, rig->shadow + at))
		return went_wrong("read", at, length, moved);
	return true;
}

static bool whole_buffer_is_as_expected(struct rig *rig)
{
	ssize_t moved;

	choose_pieces(rig, rig->size, AREA_READ_ONLY);
	moved = read_pieces(rig, 0);
	return (moved == (ssize_t)rig->size && same(rig, rig->shadow)) ||
	       went_wrong("read", 0, rig->size, moved);
}

static bool move_bytes(struct rig *rig, uint64_t total)
{
	while (total) {
		size_t at = below(rig, rig->size);
		size_t length = any_length(rig, rig->size - at);

		if (length > total)
			length = total;
		if (!write_and_read_back(rig, at, length))
			return false;
		total -= length;
	}
	return whole_buffer_is_as_expected(rig);
}

static void open_node(struct rig *rig)
{
	off_t size;

	rig->fd = open(rig->node, O_RDWR);
	if (rig->fd < 0)
		die(rig->node);
	size = lseek(rig->fd, 0, SEEK_END);
	if (size <= 0 || size > (off_t)AREA_BYTES / 2)
		die("the size of the node's buffer is not 1 byte to 2 MiB");
	rig->size = size;
	rig->shadow = calloc(1, size);
	if (!rig->shadow)
		die("memory");
}

/* --- what is tested --- */

static bool every_kind_was_used(struct rig *rig, struct ktap *ktap)
{
	bool all = true;
	int kind;

	for (kind = 0; kind < AREAS; kind++) {
		ktap_note(ktap, "%lu pieces of memory that is %s",
			  rig->area[kind].pieces, rig->area[kind].name);
		all = all && rig->area[kind].pieces;
	}
	return all;
}

/* Two processes with a file each have a buffer each, and share the engine. */
static bool two_at_once(struct rig *rig, uint64_t total)
{
	bool good = true;
	int child, status;

	fflush(stdout);
	for (child = 0; child < 2; child++) {
		rig->random++;
		if (fork())
			continue;
		map_areas(rig);
		open_node(rig);
		_exit(!move_bytes(rig, total));
	}
	while (wait(&status) > 0)
		good = good && status == 0;
	return good;
}

/*
 * Two pages with a hole between them. What a write takes from before the hole has
 * arrived, and nothing behind it was touched.
 */
static bool moved_to_the_hole(struct rig *rig, struct iovec *iov, int count,
			      ssize_t expected)
{
	unsigned char *first = iov[0].iov_base;
	ssize_t moved;

	fill(rig, first, expected);
	moved = pwritev(rig->fd, iov, count, 100);
	memcpy(rig->shadow + 100, first, expected);
	return (moved == expected && whole_buffer_is_as_expected(rig)) ||
	       went_wrong("write", 100, expected, moved);
}

static void test_bad_addresses(struct rig *rig, struct ktap *ktap)
{
	unsigned char *pages = map(3 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned char *read_only = rig->area[AREA_READ_ONLY].seen;
	struct iovec across = { pages + 123, 2 * PAGE };
	struct iovec pieces[] = {
		{ pages, PAGE },
		{ pages + PAGE, 10 },
		{ pages + 2 * PAGE, PAGE },
	};

	munmap(pages + PAGE, PAGE);
	ktap_result(ktap, moved_to_the_hole(rig, &across, 1, PAGE - 123),
		    "one piece with a hole: what precedes it is moved");
	ktap_result(ktap, moved_to_the_hole(rig, pieces, 3, PAGE),
		    "a hole between pieces: what precedes it is moved");
	ktap_result(ktap,
		    pwritev(rig->fd, pieces + 1, 2, 0) == -1 && errno == EFAULT,
		    "a hole first: EFAULT");
	ktap_result(ktap,
		    preadv(rig->fd, pieces + 1, 2, 0) == -1 && errno == EFAULT,
		    "reading into a hole: EFAULT");
	ktap_result(ktap,
		    pread(rig->fd, read_only, 10, 0) == -1 && errno == EFAULT,
		    "reading into read-only memory: EFAULT");
	ktap_result(ktap, whole_buffer_is_as_expected(rig),
		    "what failed changed nothing");
}

static void test_ends(struct rig *rig, struct ktap *ktap)
{
	unsigned char *bytes = rig->area[AREA_PRIVATE].memory;
	off_t size = rig->size;

	fill(rig, bytes, 20);
	memcpy(rig->shadow + size - 7, bytes, 7);
	ktap_result(ktap, pwrite(rig->fd, bytes, 20, size - 7) == 7,
		    "a write that passes the end is cut off");
	ktap_result(ktap, pread(rig->fd, bytes, 20, size - 7) == 7,
		    "so is a read");
	ktap_result(ktap,
		    pwrite(rig->fd, bytes, 1, size) == -1 && errno == ENOSPC,
		    "a write at the end: ENOSPC");
	ktap_result(ktap, pread(rig->fd, bytes, 1, size) == 0,
		    "a read at the end: 0");
	ktap_result(ktap, pwrite(rig->fd, bytes, 0, 5) == 0,
		    "a write of nothing: 0");
	ktap_result(ktap,
		    lseek(rig->fd, size + 1, SEEK_SET) == -1 &&
			    errno == EINVAL &&
			    lseek(rig->fd, -3, SEEK_END) == size - 3,
		    "seeking stays within");
	ktap_result(ktap,
		    mmap(NULL, PAGE, PROT_READ, MAP_SHARED, rig->fd, 0) ==
				    MAP_FAILED &&
			    errno == ENODEV,
		    "there is no mapping it");
	ktap_result(ktap, whole_buffer_is_as_expected(rig),
		    "the buffer is as was written");
}

#define COPIES     12
#define COPY_BYTES 64

/* What is named several times is read, and written to, in that order. */
static void test_one_place(struct rig *rig, struct ktap *ktap)
{
	unsigned char *bytes = rig->area[AREA_PRIVATE].memory;
	const size_t last = (COPIES - 1) * COPY_BYTES;
	const ssize_t all = COPIES * COPY_BYTES;
	struct iovec same_place[COPIES];
	int n;

	for (n = 0; n < COPIES; n++)
		same_place[n] = (struct iovec){ bytes, COPY_BYTES };
	ktap_result(ktap,
		    preadv(rig->fd, same_place, COPIES, 0) == all &&
			    !memcmp(bytes, rig->shadow + last, COPY_BYTES),
		    "pieces in one place: it has what was read last");
	fill(rig, bytes, COPY_BYTES);
	for (n = 0; n < COPIES; n++)
		memcpy(rig->shadow + n * COPY_BYTES, bytes, COPY_BYTES);
	ktap_result(ktap,
		    pwritev(rig->fd, same_place, COPIES, 0) == all &&
			    whole_buffer_is_as_expected(rig),
		    "and is written as often as it is named");
}

static int test_transfers(struct rig *rig, uint64_t total)
{
	struct timespec before, after;
	struct ktap ktap;

	ktap_begin(&ktap, stdout, 20);
	ktap_result(&ktap, whole_buffer_is_as_expected(rig),
		    "a new file's buffer is zeroed");
	clock_gettime(CLOCK_MONOTONIC, &before);
	ktap_result(&ktap, move_bytes(rig, total),
		    "what was written is read back, bit for bit");
	clock_gettime(CLOCK_MONOTONIC, &after);
	ktap_note(&ktap, "%llu bytes each way in %ld s",
		  (unsigned long long)total,
		  (long)(after.tv_sec - before.tv_sec));
	ktap_result(&ktap, every_kind_was_used(rig, &ktap),
		    "with memory of every kind");
	ktap_result(&ktap, two_at_once(rig, total / 8),
		    "so it is in two processes at once");
	test_bad_addresses(rig, &ktap);
	test_ends(rig, &ktap);
	test_one_place(rig, &ktap);
	return ktap_end(&ktap);
}

/* --- the mode that kills --- */

static void transfer_forever(struct rig *rig)
{
	for (;;) {
		size_t length = 1 + below(rig, rig->size);

		choose_pieces(rig, length, AREA_READ_ONLY);
		if (below(rig, 2))
			write_pieces(rig, 0);
		else
			read_pieces(rig, 0);
	}
}

static bool kill_one(struct rig *rig)
{
	pid_t child = fork();
	int status;

	if (child < 0)
		die("fork");
	if (!child)
		transfer_forever(rig);
	next(rig);
	usleep(below(rig, 30000));
	kill(child, SIGKILL);
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

/* The children have the parent's file: it and its buffer outlive each of them. */
static int test_kills(struct rig *rig, unsigned long kills)
{
	unsigned long killed = 0;
	struct ktap ktap;

	ktap_begin(&ktap, stdout, 2);
	fflush(stdout);
	while (killed < kills && kill_one(rig))
		killed++;
	ktap_result(&ktap, killed == kills, "every child died when killed");
	fill(rig, rig->shadow, rig->size);
	ktap_result(&ktap,
		    pwrite(rig->fd, rig->shadow, rig->size, 0) ==
				    (ssize_t)rig->size &&
			    move_bytes(rig, 4 << 20),
		    "after that, the node works as before");
	return ktap_end(&ktap);
}

static uint64_t positive(const char *option, const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end != text && !*end && value)
		return value;
	fprintf(stderr, "copy-iovecs: --%s %s: a number above 0 is allowed\n",
		option, text);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "node", required_argument, NULL, 'n' },
		{ "seed", required_argument, NULL, 's' },
		{ "bytes", required_argument, NULL, 'b' },
		{ "kills", required_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	static struct rig rig = { .node = "/dev/oncard0" };
	uint64_t bytes = 1 << 20, seed = time(NULL), kills = 0;
	int option, index;

	while ((option = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (option == 'n')
			rig.node = optarg;
		else if (option == 's')
			seed = positive(options[index].name, optarg);
		else if (option == 'b')
			bytes = positive(options[index].name, optarg);
		else if (option == 'k')
			kills = positive(options[index].name, optarg);
		else
			return 2;
	}
	if (optind < argc) {
		fprintf(stderr, "copy-iovecs: '%s' is not an option\n",
			argv[optind]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seed %llu\n", (unsigned long long)seed);
	rig.random = seed;
	map_areas(&rig);
	open_node(&rig);
	return kills ? test_kills(&rig, kills) : test_transfers(&rig, bytes);
}
