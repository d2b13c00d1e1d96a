// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves blocks between an NVMe disk, the controller's own memory and RAM, and knows what each
 * block has to hold. Needs the module nvme-cmb.
 *
 * nvme-client move SEED MIB CLIENTS STOP: so many processes, each with a part of the disk of
 * its own, write and read blocks at random, through the mapped buffer or by RAM, whatever
 * becomes of the controller meanwhile; until MIB have gone each way, and there is a file
 * STOP. Each prints "client N: OPERATIONS operations, ...".
 *
 * nvme-client check SEED DISK OPERATIONS...: on the host, of each client: whether the disk's
 * image is what these operations make of zeroes.
 *
 * nvme-client once: all kinds of transfers once, and what is refused; as KTAP.
 *
 * nvme-client crowded: where an IOMMU gives addresses of the controller's memory to RAM: what
 * would go to the wrong place is refused; as KTAP.
 *
 * nvme-client hold: fills the mapped buffer, prints "held", and waits for a line; prints what a
 * transfer says then, and what it finds in the buffer.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
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

#include "../modules/nvme-cmb.h"
#include "args.h"
#include "dice.h"
#include "ktap.h"

#define NODE          "/dev/nvme-cmb"
#define WORDS         (NVME_BLOCK / 8)
#define BUFFER_BLOCKS (NVME_BUFFER_SIZE / NVME_BLOCK)
#define CLIENTS_MAX   8
#define BACK_WITHIN   120 /* s */

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

/* --- what has to be where --------------------------------------------------------- */

/**
 * struct model - a client's part of the disk, and what it does to it, by its seed
 * @first: its first block
 * @blocks: how many it has
 * @written: by which operation each was written last; 0: by none
 * @operations: how many were done
 */
struct model {
	struct dice dice;
	uint64_t seed;
	uint64_t first;
	uint64_t blocks;
	uint64_t *written;
	uint64_t operations;
};

struct operation {
	bool write;
	bool by_ram;
	uint64_t block;
	uint32_t count;
	uint32_t offset; /* into the buffer, in blocks */
};

static void model_begin(struct model *model, uint64_t seed, unsigned int client,
			unsigned int clients, uint64_t disk)
{
	model->seed = seed + client;
	dice_seed(&model->dice, model->seed);
	model->blocks = disk / clients;
	model->first = client * model->blocks;
	model->written = calloc(model->blocks, sizeof(*model->written));
	model->operations = 0;
	if (!model->written)
		fail("calloc");
}

static struct operation next_operation(struct model *model)
{
	struct dice *dice = &model->dice;
	uint32_t most = dice_one_in(dice, 4) ? BUFFER_BLOCKS : 64;
	struct operation next = {
		.write = dice_one_in(dice, 2),
		.by_ram = dice_one_in(dice, 2),
		.count = 1 + dice_below(dice, most),
	};

	next.offset = dice_below(dice, BUFFER_BLOCKS - next.count + 1);
	next.block =
		model->first + dice_below(dice, model->blocks - next.count + 1);
	return next;
}

static void did(struct model *model, const struct operation *operation)
{
	uint64_t block = operation->block - model->first;
	uint32_t n;

	model->operations++;
	for (n = 0; operation->write && n < operation->count; n++)
		model->written[block + n] = model->operations;
}

/* What an operation writes to a block. */
static void content(const struct model *model, uint64_t block,
		    uint64_t operation, uint64_t *words)
{
	struct dice dice;
	int n;

	memset(words, 0, NVME_BLOCK);
	if (!operation)
		return;
	dice_seed(&dice, model->seed ^ block << 40 ^ operation);
	for (n = 0; n < WORDS; n++)
		words[n] = dice_next(&dice);
}

/* --- the controller ---------------------------------------------------------------- */

static int node = -1;
static uint64_t *mapped;
static uint64_t *ram;
static unsigned long times_gone;

/* Memory on a card is no RAM: not every instruction can be emulated there, but these can. */
static void put_word(uint64_t *at, uint64_t word)
{
	__atomic_store_n(at, word, __ATOMIC_RELAXED);
}

static uint64_t get_word(const uint64_t *at)
{
	return __atomic_load_n(at, __ATOMIC_RELAXED);
}

static int told(unsigned long command, void *argument)
{
	return ioctl(node, command, argument) < 0 ? -errno : 0;
}

static int transfer(const struct operation *operation)
{
	struct nvme_transfer transfer = {
		.block = operation->block,
		.count = operation->count,
		.offset = operation->offset * NVME_BLOCK,
		.write = operation->write,
		.user = operation->by_ram ? (uintptr_t)ram : 0,
	};

	return told(NVME_TRANSFER, &transfer);
}

/* Whether it has gone, so that the mapped buffer may be no more than zeroes. */
static bool is_gone(void)
{
	uint64_t blocks;

	return told(NVME_BLOCKS, &blocks) == -ENODEV;
}

static bool is_zero(void)
{
	size_t n;

	for (n = 0; n < NVME_BUFFER_SIZE / 8; n++)
		if (get_word(mapped + n))
			return false;
	return true;
}

static void let_go(void)
{
	if (mapped)
		munmap(mapped, NVME_BUFFER_SIZE);
	if (node >= 0)
		close(node);
	mapped = NULL;
	node = -1;
}

/* -ENODEV when there is none, or it goes at this moment. */
static int take_hold(void)
{
	void *base;

	node = open(NODE, O_RDWR | O_CLOEXEC);
	if (node < 0)
		return -ENODEV;
	base = mmap(NULL, NVME_BUFFER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		    node, 0);
	if (base != MAP_FAILED) {
		mapped = base;
		return 0;
	}
	if (errno != ENODEV)
		fail("mmap");
	let_go();
	return -ENODEV;
}

static void wait_for_controller(void)
{
	time_t end = time(NULL) + BACK_WITHIN;

	while (take_hold()) {
		if (time(NULL) > end) {
			fprintf(stderr, "no %s within %d s\n", NODE,
				BACK_WITHIN);
			exit(2);
		}
		usleep(2000);
	}
	if (!is_zero()) {
		fprintf(stderr, "a new buffer holds something\n");
		exit(1);
	}
}

/* --- an operation ------------------------------------------------------------------ */

static void put_block(const struct operation *operation, uint32_t n,
		      const uint64_t *words)
{
	size_t at = (size_t)(operation->offset + n) * WORDS;
	int word;

	if (operation->by_ram)
		memcpy(ram + n * WORDS, words, NVME_BLOCK);
	else
		for (word = 0; word < WORDS; word++)
			put_word(mapped + at + word, words[word]);
}

static bool block_is(const struct operation *operation, uint32_t n,
		     const uint64_t *words)
{
	size_t at = (size_t)(operation->offset + n) * WORDS;
	int word;

	if (operation->by_ram)
		return !memcmp(ram + n * WORDS, words, NVME_BLOCK);
	for (word = 0; word < WORDS; word++)
		if (get_word(mapped + at + word) != words[word])
			return false;
	return true;
}

static int write_blocks(const struct model *model,
			const struct operation *operation)
{
	uint64_t words[WORDS];
	uint32_t n;

	for (n = 0; n < operation->count; n++) {
		content(model, operation->block + n, model->operations + 1,
			words);
		put_block(operation, n, words);
	}
	return transfer(operation);
}

/* The number of the first block that is not as it should be; operation->count: none. */
static uint32_t first_wrong(const struct model *model,
			    const struct operation *operation)
{
	uint64_t words[WORDS], block = operation->block;
	uint32_t n;

	for (n = 0; n < operation->count; n++, block++) {
		content(model, block, model->written[block - model->first],
			words);
		if (!block_is(operation, n, words))
			break;
	}
	return n;
}

static int read_blocks(const struct model *model,
		       const struct operation *operation)
{
	int err = transfer(operation);
	uint32_t wrong;

	if (err)
		return err;
	wrong = first_wrong(model, operation);
	if (wrong == operation->count)
		return 0;
	/* the mapped buffer goes with the controller */
	if (!operation->by_ram && is_gone())
		return -ENODEV;
	fprintf(stderr,
		"operation %" PRIu64 " read block %" PRIu64
		", which was written by operation %" PRIu64
		", into %s: it is wrong\n",
		model->operations + 1, operation->block + wrong,
		model->written[operation->block + wrong - model->first],
		operation->by_ram ? "RAM" : "the controller's memory");
	return -EBADMSG;
}

/* Again, and with another buffer, for as long as the controller goes away. */
static void do_operation(struct model *model, const struct operation *operation)
{
	int err;

	do {
		if (node < 0)
			wait_for_controller();
		err = operation->write ? write_blocks(model, operation) :
					 read_blocks(model, operation);
		if (err == -ENODEV) {
			times_gone++;
			let_go();
		}
	} while (err == -ENODEV);
	if (err) {
		fprintf(stderr, "operation %" PRIu64 ": %s\n",
			model->operations + 1, strerror(-err));
		exit(1);
	}
	did(model, operation);
}

/* What is in the old buffer: what was put there, or, when the controller went, zeroes. */
static bool is_ours(const uint64_t *old)
{
	uint64_t n, word;

	for (n = 0; n < WORDS; n++) {
		word = get_word(old + n);
		if (word && word != ~n)
			return false;
	}
	return true;
}

/* The file is closed and its buffer freed, while it still is mapped: nobody else gets it. */
static void outlive_file(void)
{
	uint64_t *old = mapped;
	uint64_t n;

	for (n = 0; n < WORDS; n++)
		put_word(old + n, ~n);
	close(node);
	mapped = NULL;
	node = -1;
	wait_for_controller();
	for (n = 0; n < WORDS; n++)
		put_word(mapped + n, n + 1);
	if (!is_ours(old)) {
		fprintf(stderr, "a buffer that is mapped has another owner\n");
		exit(1);
	}
	munmap(old, NVME_BUFFER_SIZE);
}

static void run_client(struct model *model, unsigned int client, uint64_t bytes,
		       const char *stop)
{
	uint64_t moved[2] = { 0 };
	unsigned long outlived = 0;

	ram = malloc(NVME_BUFFER_SIZE);
	if (!ram)
		fail("malloc");
	while (moved[0] < bytes || moved[1] < bytes || access(stop, F_OK)) {
		struct operation next = next_operation(model);

		do_operation(model, &next);
		moved[next.write] += next.count * NVME_BLOCK;
		if (model->operations % 64 == 0) {
			outlive_file();
			outlived++;
		}
	}
	printf("client %u: %" PRIu64 " operations, %" PRIu64
	       " MiB written, %" PRIu64
	       " read; %lu times it was gone, %lu files closed while mapped\n",
	       client, model->operations, moved[1] >> 20, moved[0] >> 20,
	       times_gone, outlived);
	exit(0);
}

static uint64_t disk_blocks(void)
{
	uint64_t blocks;
	int err;

	wait_for_controller();
	err = told(NVME_BLOCKS, &blocks);
	let_go();
	if (err)
		fail("NVME_BLOCKS");
	return blocks;
}

static int move(uint64_t seed, uint64_t mib, unsigned int clients,
		const char *stop)
{
	uint64_t disk = disk_blocks();
	struct model model;
	unsigned int n;
	int status, worst = 0;

	for (n = 0; n < clients; n++) {
		fflush(stdout);
		if (fork())
			continue;
		model_begin(&model, seed, n, clients, disk);
		run_client(&model, n, (mib << 20) / clients, stop);
	}
	for (n = 0; n < clients; n++) {
		if (wait(&status) < 0 || !status)
			continue;
		fprintf(stderr, "a client ended with status %#x\n", status);
		worst = 1;
	}
	return worst;
}

/* --- on the host -------------------------------------------------------------------- */

/* Returns how many of its blocks have ever been written. */
static uint64_t check_part(const struct model *model, int disk)
{
	uint64_t expected[WORDS], found[WORDS], n, written = 0;

	for (n = 0; n < model->blocks; n++) {
		uint64_t block = model->first + n;

		content(model, block, model->written[n], expected);
		if (pread(disk, found, NVME_BLOCK, block * NVME_BLOCK) !=
		    NVME_BLOCK)
			fail("read");
		if (memcmp(found, expected, NVME_BLOCK)) {
			printf("block %" PRIu64
			       " is not what operation %" PRIu64 " wrote\n",
			       block, model->written[n]);
			exit(1);
		}
		written += model->written[n] != 0;
	}
	return written;
}

static int check(uint64_t seed, const char *path, char **operations,
		 unsigned int clients)
{
	int disk = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = disk < 0 ? -1 : lseek(disk, 0, SEEK_END);
	uint64_t written = 0;
	struct model model;
	unsigned int n;

	if (size < 0)
		fail(path);
	for (n = 0; n < clients; n++) {
		uint64_t left = strtoull(operations[n], NULL, 10);

		model_begin(&model, seed, n, clients, size / NVME_BLOCK);
		while (left--) {
			struct operation next = next_operation(&model);

			did(&model, &next);
		}
		written += check_part(&model, disk);
	}
	printf("%" PRIu64 " blocks were written, and all %" PRIu64
	       " are as they should be\n",
	       written, (uint64_t)size / NVME_BLOCK);
	return 0;
}

/* --- each once ----------------------------------------------------------------------- */

static struct ktap ktap;

static void result_is(int got, int wanted, const char *name)
{
	if (got != wanted)
		ktap_note(&ktap, "got %d (%s), not %d", got,
			  strerror(got < 0 ? -got : 0), wanted);
	ktap_result(&ktap, got == wanted, name);
}

/* Written the one way, read the other way. */
static void there_and_back(struct model *model, bool by_ram, uint32_t count,
			   uint32_t offset)
{
	struct operation operation = {
		.write = true,
		.by_ram = by_ram,
		.block = 1000 + count,
		.count = count,
		.offset = offset,
	};
	char name[96];
	int err = write_blocks(model, &operation);

	did(model, &operation);
	operation.write = false;
	operation.by_ram = !by_ram;
	snprintf(name, sizeof(name), "%u blocks from %u on: %s", count, offset,
		 by_ram ? "out of RAM, into the controller's memory" :
			  "out of the controller's memory, into RAM");
	result_is(err ? err : read_blocks(model, &operation), 0, name);
}

static int refused(uint64_t block, uint32_t count, uint32_t offset)
{
	struct nvme_transfer transfer = {
		.block = block,
		.count = count,
		.offset = offset,
	};

	return told(NVME_TRANSFER, &transfer);
}

static int once(void)
{
	/* PRPs: one; one that begins in a page; two; a list of some; a full one */
	static const uint32_t shapes[][2] = {
		{ 1, 0 }, { 3, 5 }, { 8, 4 }, { 64, 9 }, { BUFFER_BLOCKS, 0 },
	};
	struct model model;
	uint64_t blocks;
	size_t n;

	wait_for_controller();
	ram = malloc(NVME_BUFFER_SIZE);
	ktap_begin(&ktap, stdout, 15);
	result_is(told(NVME_BLOCKS, &blocks), 0, "the disk has a size");
	model_begin(&model, 1, 0, 1, blocks);
	for (n = 0; n < sizeof(shapes) / sizeof(shapes[0]); n++) {
		there_and_back(&model, false, shapes[n][0], shapes[n][1]);
		there_and_back(&model, true, shapes[n][0], shapes[n][1]);
	}
	result_is(refused(blocks, 1, 0), -ENXIO, "nothing is behind the disk");
	result_is(refused(0, 0, 0), -EINVAL, "nothing is not moved");
	result_is(refused(0, 1, 100), -EINVAL, "nor is it by halves");
	result_is(refused(0, 2, NVME_BUFFER_SIZE - NVME_BLOCK), -ENXIO,
		  "nor beyond the buffer");
	return ktap_end(&ktap);
}

/* A transfer of all of a buffer. */
static struct operation whole(bool write, bool by_ram)
{
	struct operation operation = {
		.write = write,
		.by_ram = by_ram,
		.count = BUFFER_BLOCKS,
	};

	return operation;
}

static int crowded(void)
{
	struct operation put = whole(true, false), get = whole(false, false);
	struct operation put_ram = whole(true, true);
	struct operation get_ram = whole(false, true);
	struct model model;

	wait_for_controller();
	ram = calloc(1, NVME_BUFFER_SIZE);
	model_begin(&model, 1, 0, 1, 2 * BUFFER_BLOCKS);
	ktap_begin(&ktap, stdout, 4);
	result_is(write_blocks(&model, &put), 0,
		  "the controller's memory is written to the disk");
	did(&model, &put);
	result_is(transfer(&put_ram), -EIO,
		  "RAM that would have its addresses is not");
	result_is(transfer(&get_ram), -EIO, "nor is the disk read into that");
	result_is(read_blocks(&model, &get), 0, "the disk is as it was");
	return ktap_end(&ktap);
}

static int hold(void)
{
	struct operation operation = { .write = true, .count = 1 };
	size_t n;

	wait_for_controller();
	for (n = 0; n < NVME_BUFFER_SIZE / 8; n++)
		put_word(mapped + n, n + 1);
	puts("held");
	fflush(stdout);
	getchar();
	printf("%s, %s\n", strerror(-transfer(&operation)),
	       is_zero() ? "zeroes" : "something");
	return 0;
}

/* --- */

static int usage(void)
{
	fprintf(stderr,
		"nvme-client: allowed: move SEED MIB CLIENTS STOP, check SEED DISK OPERATIONS..., once, crowded, hold\n");
	return EX_USAGE;
}

static int move_words(char **words)
{
	uint64_t seed, mib;
	unsigned int clients;
	struct refusal why;

	if (parse_uint64("SEED", words[0], 0, UINT32_MAX, &seed, &why) ||
	    parse_uint64("MIB", words[1], 1, 1 << 20, &mib, &why) ||
	    parse_uint("CLIENTS", words[2], 1, CLIENTS_MAX, &clients, &why))
		return refusal_print("nvme-client", &why);
	return move(seed, mib, clients, words[3]);
}

static int check_words(char **words, unsigned int count)
{
	struct refusal why;
	uint64_t seed;

	if (parse_uint64("SEED", words[0], 0, UINT32_MAX, &seed, &why))
		return refusal_print("nvme-client", &why);
	return check(seed, words[1], words + 2, count - 2);
}

int main(int count, char **words)
{
	if (count == 6 && !strcmp(words[1], "move"))
		return move_words(words + 2);
	if (count > 4 && !strcmp(words[1], "check"))
		return check_words(words + 2, count - 2);
	if (count == 2 && !strcmp(words[1], "once"))
		return once();
	if (count == 2 && !strcmp(words[1], "crowded"))
		return crowded();
	if (count == 2 && !strcmp(words[1], "hold"))
		return hold();
	return usage();
}
