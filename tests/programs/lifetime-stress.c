// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that allocate, map, cut, move, fork, unmap, free and revoke the buffers of
 * /dev/lifetime in random order, all at once. Needs the module lifetime-node.
 *
 * A page of a mapping shows the pattern of the owner that was mapped, and words of
 * those who map the same buffer; or zeros, once the card is gone. Never anything of
 * another owner's.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "args.h"
#include "crowd.h"
#include "figure.h"
#include "ktap.h"
#include "views.h"
#include "../modules/lifetime-node.h"

#define NODE       "/dev/lifetime"
#define PAGES_MAX  8 /* of a buffer */
#define DEBUGFS    "/sys/kernel/debug/dma-core"
#define TIMES_MAX  65536
#define OPERATIONS 20000
#define REVOKE_ONE 2000

static const char program[] = "lifetime-stress";

static const char help[] =
	"Usage: lifetime-stress [OPTION]...\n"
	"Processes that allocate, map, cut, move, fork, unmap, free and revoke the buffers\n"
	"of " NODE
	" in random order. Needs the module lifetime-node. Results are KTAP.\n"
	"\n"
	"      --processes=N   so many (8)\n"
	"      --threads=N     in each (1)\n"
	"      --operations=N  of all of them; 0: no limit (20000)\n"
	"      --seconds=S     end after so many (no limit)\n"
	"      --revoke=N      about one of N operations is a revocation; 0: none (2000)\n"
	"      --seed=N        of the random numbers (random, and printed)\n"
	"      --times=FILE    write how long each revocation took, and then the\n"
	"                      destruction of the card device, in ns\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all is well, 1 something is not, 64 bad option, 69 no such node.\n";

struct options {
	unsigned int processes, threads, revoke;
	uint64_t operations, seed;
	double seconds;
	const char *times;
};

/*
 * What all processes know.
 * @begun, @ended: revocations
 * @gone: the last owner whose buffer a revocation took away
 * @families: mappings made
 * @pages: of the buffer in each slot, perhaps
 * @times: what revocations said
 */
struct shared {
	atomic_ulong begun, ended;
	atomic_uint gone;
	atomic_uint families;
	atomic_uint pages[LIFETIME_SLOTS];
	atomic_ulong time_count;
	struct lifetime_revoked times[TIMES_MAX];
};

static struct shared *shared;
static int node;

static struct views *views_of(struct member *member)
{
	return member->own;
}

static unsigned int any_slot(struct member *member)
{
	return dice_below(&member->dice, LIFETIME_SLOTS);
}

/* Another card takes its time to come; meanwhile others shall have the processor. */
static int refused(void)
{
	int err = -errno;

	if (err == -ENODEV)
		usleep(500);
	return err;
}

/* --- the owner's side --- */

static int do_alloc(struct member *member)
{
	struct lifetime_slot arg = {
		.slot = any_slot(member),
		.pages = 1 + dice_below(&member->dice, PAGES_MAX),
	};

	if (ioctl(node, LIFETIME_ALLOC, &arg))
		return refused();
	atomic_store(&shared->pages[arg.slot], arg.pages);
	return 0;
}

static int do_free(struct member *member)
{
	struct lifetime_slot arg = { .slot = any_slot(member) };

	return ioctl(node, LIFETIME_FREE, &arg) ? refused() : 0;
}

static int do_check(struct member *member)
{
	struct lifetime_slot arg = { .slot = any_slot(member) };

	return ioctl(node, LIFETIME_CHECK, &arg) ? refused() : 0;
}

static void raise_gone(unsigned int owner)
{
	unsigned int gone = atomic_load(&shared->gone);

	while (gone < owner &&
	       !atomic_compare_exchange_weak(&shared->gone, &gone, owner))
		;
}

static int do_revoke(struct member *member)
{
	struct lifetime_revoked result;
	unsigned long at;
	int err = 0;

	(void)member;
	atomic_fetch_add(&shared->begun, 1);
	if (ioctl(node, LIFETIME_REVOKE, &result)) {
		err = -errno;
	} else {
		raise_gone(result.last_owner);
		at = atomic_fetch_add(&shared->time_count, 1);
		if (at < TIMES_MAX)
			shared->times[at] = result;
	}
	atomic_fetch_add(&shared->ended, 1);
	return err;
}

/* --- the clients' side --- */

static uint64_t load(const struct view *view, unsigned int page,
		     unsigned int word)
{
	const uint64_t *words = (void *)view->base;

	return __atomic_load_n(words + page * LIFETIME_WORDS + word,
			       __ATOMIC_RELAXED);
}

static void store(struct view *view, unsigned int page, unsigned int word,
		  uint64_t value)
{
	uint64_t *words = (void *)view->base;

	__atomic_store_n(words + page * LIFETIME_WORDS + word, value,
			 __ATOMIC_RELAXED);
}

/* Whose buffer it is; 0: it was gone already. */
static uint32_t owner_of(const struct view *view)
{
	uint64_t word = load(view, 0, 0);
	uint32_t owner = lifetime_owner(word);

	return word == lifetime_pattern(owner, view->first, 0) ? owner : 0;
}

static int do_map(struct member *member)
{
	struct views *views = views_of(member);
	unsigned int slot = any_slot(member);
	unsigned int pages = atomic_load(&shared->pages[slot]);
	struct view view = { .protection = PROT_READ | PROT_WRITE };

	if (!pages)
		pages = 1;
	if (!views_have_room(views))
		return CROWD_IDLE;
	view.first = dice_below(&member->dice, pages);
	view.pages = 1 + dice_below(&member->dice, pages - view.first);
	view.since = atomic_load(&shared->ended);
	view.base = mmap(NULL, view.pages * views_page(), view.protection,
			 MAP_SHARED, node,
			 (off_t)((slot * LIFETIME_SLOT_PAGES + view.first) *
				 views_page()));
	if (view.base == MAP_FAILED)
		return refused();
	view.family = atomic_fetch_add(&shared->families, 1) + 1;
	view.owner = owner_of(&view);
	views_add(views, &view);
	return 0;
}

static void wrong_word(struct member *member, const struct view *view,
		       const char *what, uint64_t word)
{
	crowd_failed(member,
		     "member %u: mapping %u of buffer %u: %s: %#" PRIx64
		     " (buffers up to %u are gone)",
		     member->number, view->family, view->owner, what, word,
		     atomic_load(&shared->gone));
}

/*
 * While a revocation is under way, a page of a mapping may be gone and the next one
 * not yet: who found the first one gone learns later whose buffer it was.
 */
static void learn_owner(struct view *view, unsigned int page, unsigned int word,
			uint64_t found)
{
	uint32_t owner = lifetime_owner(found);

	if (found == lifetime_pattern(owner, view->first + page, word))
		view->owner = owner;
}

/* In the owner's half of a page; returns whether the card is gone. */
static bool judge_pattern(struct member *member, struct view *view,
			  unsigned int page, unsigned int word, uint64_t found,
			  uint32_t gone_before)
{
	if (!found) {
		if (atomic_load(&shared->begun) == view->since)
			wrong_word(member, view, "zero without a revocation",
				   found);
		return true;
	}
	if (!view->owner)
		learn_owner(view, page, word, found);
	if (found != lifetime_pattern(view->owner, view->first + page, word))
		wrong_word(member, view, "not the owner's pattern", found);
	else if (view->owner <= gone_before)
		wrong_word(member, view, "still there after its revocation",
			   found);
	return false;
}

/* A stand-in page is one mapping's own. */
static void judge_word(struct member *member, const struct view *view,
		       bool gone, uint64_t found)
{
	if (!found)
		return;
	if (lifetime_word(view->owner ?: lifetime_owner(found),
			  (uint32_t)found) != found)
		wrong_word(member, view, "not a word of this buffer's", found);
	else if (gone && (uint32_t)found != view->family)
		wrong_word(member, view, "another mapping's stand-in", found);
}

/* Nothing is written to a buffer whose owner is not known. */
static bool may_write(const struct view *view)
{
	return view->owner && view->protection & PROT_WRITE;
}

static void touch_page(struct member *member, struct view *view)
{
	unsigned int page = dice_below(&member->dice, view->pages);
	unsigned int word = dice_below(&member->dice, LIFETIME_HALF);
	uint32_t gone_before = atomic_load(&shared->gone);
	bool gone;

	gone = judge_pattern(member, view, page, word, load(view, page, word),
			     gone_before);
	word += LIFETIME_HALF;
	judge_word(member, view, gone, load(view, page, word));
	if (may_write(view))
		store(view, page, word,
		      lifetime_word(view->owner, view->family));
}

static int do_touch(struct member *member)
{
	struct view *view =
		views_any(views_of(member), &member->dice, PROT_READ);
	unsigned int n;

	if (!view)
		return CROWD_IDLE;
	for (n = 0; n < 4; n++)
		touch_page(member, view);
	return 0;
}

/* A debugger's way: the driver reads and writes the bytes for it. */
static int peek(int memory, struct member *member, struct view *view)
{
	unsigned int page = dice_below(&member->dice, view->pages);
	off_t at = (off_t)(uintptr_t)(view->base + page * views_page());
	uint64_t found, word = lifetime_word(view->owner, view->family);
	uint32_t gone_before = atomic_load(&shared->gone);

	if (pread(memory, &found, sizeof(found), at) != sizeof(found))
		return -errno;
	judge_pattern(member, view, page, 0, found, gone_before);
	at += LIFETIME_HALF * sizeof(word);
	if (may_write(view) &&
	    pwrite(memory, &word, sizeof(word), at) != sizeof(word))
		return -errno;
	return 0;
}

static int do_peek(struct member *member)
{
	struct view *view =
		views_any(views_of(member), &member->dice, PROT_READ);
	int memory, err;

	if (!view)
		return CROWD_IDLE;
	memory = open("/proc/self/mem", O_RDWR);
	if (memory < 0)
		return -errno;
	err = peek(memory, member, view);
	close(memory);
	return err;
}

static int do_unmap(struct member *member)
{
	return views_unmap(views_of(member), member);
}

static int do_move(struct member *member)
{
	return views_move(views_of(member), member);
}

static int do_protect(struct member *member)
{
	return views_protect(views_of(member), member);
}

static int do_grow(struct member *member)
{
	return views_grow(views_of(member), member);
}

static int do_readv(struct member *member)
{
	return views_read_process(views_of(member), member);
}

static const int of_alloc[] = { EEXIST, ENOMEM, ENODEV, 0 };
static const int of_slot[] = { ENOENT, ENODEV, 0 };
static const int of_map[] = { ENOENT, ENXIO, ENODEV, 0 };
static const int of_revoke[] = { ENODEV, 0 };

#define REVOKE 12

static struct crowd_operation operations[] = {
	{ "alloc", 80, do_alloc, of_alloc },
	{ "free", 60, do_free, of_slot },
	{ "check", 20, do_check, of_slot },
	{ "map", 160, do_map, of_map },
	{ "unmap", 120, do_unmap, NULL },
	{ "move", 80, do_move, NULL },
	{ "protect", 60, do_protect, NULL },
	{ "grow", 20, do_grow, NULL },
	{ "touch", 340, do_touch, NULL },
	{ "peek", 30, do_peek, NULL },
	{ "readv", 10, do_readv, NULL },
	{ "fork", 20, crowd_fork, NULL },
	[REVOKE] = { "revoke", 0, do_revoke, of_revoke },
	{ NULL, 0, NULL, NULL },
};

static int begin(struct member *member)
{
	static _Thread_local struct views views;

	member->own = &views;
	return 0;
}

/* --- before and after --- */

static struct lifetime_counters counters(void)
{
	struct lifetime_counters now;

	if (ioctl(node, LIFETIME_QUERY, &now)) {
		perror("query");
		exit(2);
	}
	return now;
}

/* Figures that cannot be read would be equal, and prove nothing. */
static void unreadable(const char *path)
{
	perror(path);
	exit(2);
}

static long figure_of_card(const char *file, const char *name)
{
	char path[128];
	long value;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", counters().device, file);
	value = figure(path, name);
	if (value < 0) {
		errno = ENODATA;
		unreadable(path);
	}
	return value;
}

static long module_users(void)
{
	static const char path[] = "/sys/module/dma_core/refcnt";
	FILE *in = fopen(path, "r");
	long users;

	if (!in || fscanf(in, "%ld", &users) != 1)
		unreadable(path);
	fclose(in);
	return users;
}

static void free_all(void)
{
	struct lifetime_slot arg;

	for (arg.slot = 0; arg.slot < LIFETIME_SLOTS; arg.slot++)
		ioctl(node, LIFETIME_FREE, &arg);
}

/* A canary that nothing can kill would prove nothing. */
static bool canary_dies(void)
{
	struct lifetime_slot arg = { .slot = 0, .pages = 1 };
	uint64_t before = counters().violations;
	struct view view;
	bool dies;

	free_all();
	view.base = ioctl(node, LIFETIME_ALLOC, &arg) ?
			    MAP_FAILED :
			    mmap(NULL, views_page(), PROT_READ | PROT_WRITE,
				 MAP_SHARED, node, 0);
	if (view.base == MAP_FAILED)
		return false;
	view.first = 0;
	store(&view, 0, 7, 1);
	store(&view, 0, LIFETIME_HALF, lifetime_word(owner_of(&view) + 1, 1));
	ioctl(node, LIFETIME_CHECK, &arg);
	dies = counters().violations == before + 2;
	store(&view, 0, 7, lifetime_pattern(owner_of(&view), 0, 7));
	store(&view, 0, LIFETIME_HALF, 0);
	munmap(view.base, views_page());
	free_all();
	return dies;
}

static bool everything_is_free(void)
{
	free_all();
	return figure_of_card("regions", "free=") ==
	       figure_of_card("regions", "size=");
}

static bool objects_pair_up(const struct lifetime_counters *now)
{
	return now->allocated == now->freed + now->abandoned &&
	       figure_of_card("counters", "allocated=") ==
		       figure_of_card("counters", "freed=") &&
	       figure_of_card("counters", "mapped=") ==
		       figure_of_card("counters", "unmapped=");
}

static void write_times(const char *path)
{
	unsigned long n, count = atomic_load(&shared->time_count);
	FILE *out = fopen(path, "w");

	if (!out) {
		perror(path);
		exit(2);
	}
	for (n = 0; n < count && n < TIMES_MAX; n++)
		fprintf(out, "%llu %llu\n", shared->times[n].revoke_ns,
			shared->times[n].destroy_ns);
	fclose(out);
}

/* (what ends by the clock, ends early) */
static bool all_was_done(const struct crowd *crowd)
{
	return crowd->seconds > 0 || crowd_total(crowd) >= crowd->total;
}

/* In a run in which ten revocations, or more, were to be expected. */
static void judge_events(struct ktap *ktap, const struct options *options,
			 uint64_t checks)
{
	static const char name[] =
		"the card was revoked, and owners looked at their buffers";
	unsigned long revocations = atomic_load(&shared->time_count);

	ktap_note(ktap,
		  "%lu revocations, %" PRIu64
		  " buffers looked at by their owner",
		  revocations, checks);
	if (options->revoke && options->operations >= OPERATIONS &&
	    options->operations / options->revoke >= OPERATIONS / REVOKE_ONE)
		ktap_result(ktap, revocations > 0 && checks > 0, name);
	else
		ktap_skip(ktap, name, "too few operations to count on it");
}

static int stress(const struct options *options)
{
	struct lifetime_counters before, after;
	struct crowd crowd = {
		.operations = operations,
		.processes = options->processes,
		.threads = options->threads,
		.seed = options->seed,
		.total = options->operations,
		.seconds = options->seconds,
		.begin = begin,
	};
	struct ktap ktap;
	long users;

	ktap_begin(&ktap, stdout, 9);
	ktap_note(&ktap, "seed %" PRIu64, options->seed);
	ktap_result(&ktap, canary_dies(),
		    "the canary sees what a client may not write");
	before = counters();
	users = module_users();
	crowd_run(&crowd);
	crowd_report(&crowd, stdout, "# ");
	after = counters();

	ktap_result(&ktap, !atomic_load(&crowd.record->failures),
		    "each client saw its own buffer, or zeros, and no errno that is unexpected");
	ktap_result(&ktap, !crowd_killed(&crowd), "no client was killed");
	ktap_result(&ktap, all_was_done(&crowd),
		    "as many operations were done as were asked for");
	ktap_result(&ktap, everything_is_free(),
		    "the card's memory is all free again");
	ktap_result(&ktap, module_users() == users,
		    "every mapping that was made is gone");
	after = counters();
	ktap_result(&ktap, objects_pair_up(&after),
		    "what was allocated was freed");
	judge_events(&ktap, options, after.checks - before.checks);
	ktap_result(&ktap, after.violations == before.violations,
		    "no owner's memory changed under him");
	if (options->times)
		write_times(options->times);
	return ktap_end(&ktap);
}

/* --- the command line --- */

enum {
	OPT_PROCESSES = 256,
	OPT_THREADS,
	OPT_OPERATIONS,
	OPT_SECONDS,
	OPT_REVOKE,
	OPT_SEED,
	OPT_TIMES,
};

static const struct option long_options[] = {
	{ "processes", required_argument, NULL, OPT_PROCESSES },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "operations", required_argument, NULL, OPT_OPERATIONS },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "revoke", required_argument, NULL, OPT_REVOKE },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "times", required_argument, NULL, OPT_TIMES },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_option(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case OPT_PROCESSES:
		return parse_uint("--processes", optarg, 1, CROWD_PROCESSES,
				  &o->processes, why);
	case OPT_THREADS:
		return parse_uint("--threads", optarg, 1, CROWD_THREADS,
				  &o->threads, why);
	case OPT_OPERATIONS:
		return parse_uint64("--operations", optarg, 0, UINT64_MAX,
				    &o->operations, why);
	case OPT_SECONDS:
		return parse_seconds("--seconds", optarg, 1e6, &o->seconds,
				     why);
	case OPT_REVOKE:
		return parse_uint("--revoke", optarg, 0, 1000000, &o->revoke,
				  why);
	case OPT_SEED:
		return parse_uint64("--seed", optarg, 1, UINT64_MAX, &o->seed,
				    why);
	case OPT_TIMES:
		o->times = optarg;
		return 0;
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE, "see --help for what is allowed");
	}
}

static int parse(struct options *o, int argc, char **argv, struct refusal *why)
{
	int option;

	*o = (struct options){
		.processes = 8,
		.threads = 1,
		.operations = OPERATIONS,
		.revoke = REVOKE_ONE,
	};
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) !=
	       -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (take_option(o, option, why))
			return -1;
	}
	if (optind < argc)
		return refuse(why, EX_USAGE, "'%s' is not an option",
			      argv[optind]);
	if (!o->operations && !o->seconds)
		return refuse(why, EX_USAGE,
			      "--operations=0 has no end; --seconds gives it one");
	return 0;
}

/* (operations that find nothing to be done to are tried, and are none) */
static void set_weights(unsigned int revoke)
{
	struct crowd_operation *operation;
	unsigned int others = 0;

	if (!revoke)
		return;
	for (operation = operations; operation->name; operation++) {
		others += operation->weight;
		operation->weight *= revoke - 1;
	}
	operations[REVOKE].weight = others;
}

int main(int argc, char **argv)
{
	struct options options;
	struct refusal why;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	status = parse(&options, argc, argv, &why);
	if (status > 0)
		return 0; /* --help */
	if (status < 0)
		return refusal_print(program, &why);
	node = open(NODE, O_RDWR);
	if (node < 0) {
		refuse(&why, EX_UNAVAILABLE,
		       NODE ": %s; the module lifetime-node makes it",
		       strerror(errno));
		return refusal_print(program, &why);
	}
	if (!options.seed)
		options.seed = crowd_random_seed();
	shared = crowd_shared(sizeof(*shared));
	set_weights(options.revoke);
	return stress(&options);
}
