// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this process has mapped, and what a touch of it has to do.
 *
 * Threads map and unmap at the same time. Whoever changes a view makes its generation
 * odd meanwhile; who reads from it does not hold it, and a fault is judged only if the
 * view is the same after it. Who writes holds it: the address could be a mapping of
 * something else by then.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../modules/lifetime-node.h"
#include "fuzz.h"

#define TAG_MAGIC 0x7a5fULL

static struct view views[VIEWS_MAX];

static bool try_take(struct view *view)
{
	unsigned int generation = atomic_load(&view->generation);

	return !(generation & 1) &&
	       atomic_compare_exchange_strong(&view->generation, &generation,
					      generation + 1);
}

void view_put(struct view *view)
{
	atomic_fetch_add(&view->generation, 1);
}

static struct view *take_that(bool (*wanted)(const struct view *view, int of),
			      int of)
{
	unsigned int n;

	for (n = 0; n < VIEWS_MAX; n++) {
		struct view *view = &views[(self->call->slot + n) % VIEWS_MAX];

		if (!wanted(view, of) || !try_take(view))
			continue;
		if (wanted(view, of))
			return view;
		view_put(view);
	}
	return NULL;
}

static bool is_there(const struct view *view, int of)
{
	(void)of;
	return view->base;
}

static bool is_of(const struct view *view, int of)
{
	return view->base && (int)view->of == of;
}

static bool is_free(const struct view *view, int of)
{
	(void)of;
	return !view->base;
}

struct view *view_take(void)
{
	return take_that(is_there, 0);
}

struct view *view_take_of(enum view_of of)
{
	return take_that(is_of, of);
}

struct view *view_take_free(void)
{
	return take_that(is_free, 0);
}

void views_inherited(void)
{
	unsigned int n;

	/* An odd generation stays so: nobody knows what that thread had done. */
	for (n = 0; n < VIEWS_MAX; n++)
		if (views[n].not_inherited)
			views[n].base = NULL;
}

/* --- whose it is --- */

static uint64_t tag_of(uint16_t whose)
{
	uint32_t check = whose * 0x9e3779b1U ^ 0x5bd1e995U;

	return TAG_MAGIC << 48 | (uint64_t)whose << 32 | check;
}

uint64_t own_tag(void)
{
	return tag_of(family);
}

/* Which process wrote a word; 0: none that is known, or this one. */
static uint16_t other_writer(uint64_t word)
{
	uint16_t whose = word >> 32 & 0xffff;

	return word == tag_of(whose) && whose != family ? whose : 0;
}

void judge_words(const char *where, const void *words, size_t bytes)
{
	size_t at, first = 0, others = 0;
	uint16_t writer = 0;
	uint64_t word;

	if (settings.strangers)
		return;
	for (at = 0; at + sizeof(word) <= bytes; at += sizeof(word)) {
		memcpy(&word, (const char *)words + at, sizeof(word));
		if (!other_writer(word))
			continue;
		if (!others++) {
			first = at;
			writer = other_writer(word);
		}
	}
	if (others)
		found("%s holds what process %u wrote, not this one, %u: %zu words, the first at %zu of %zu bytes",
		      where, writer, family, others, first, bytes);
}

/* --- touching --- */

static void landed(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (self && self->touching)
		siglongjmp(self->landing, signal);
	found("signal %d (code %d) at %p, where nothing was touched", signal,
	      info->si_code, info->si_addr);
	_exit(1);
}

void touch_handlers(void)
{
	struct sigaction action = {
		.sa_sigaction = landed,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* Returns 0, or the signal that it raised. */
static int touch(uint64_t *word, bool write, uint64_t *value)
{
	int signal = sigsetjmp(self->landing, 0);

	if (!signal) {
		self->touching = true;
		if (write)
			__atomic_store_n(word, *value, __ATOMIC_RELAXED);
		else
			*value = __atomic_load_n(word, __ATOMIC_RELAXED);
	}
	self->touching = false;
	return signal;
}

/* What the node lets clients write, and where: by the owner that the page names. */
static int touch_lifetime(uint64_t *word, bool write, uint64_t *value)
{
	uint64_t *page = (void *)((uintptr_t)word & ~(PAGE - 1));
	uint64_t owner;
	int signal;

	if (!write)
		return touch(word, false, value);
	signal = touch(page, false, &owner);
	if (signal)
		return signal;
	*value = lifetime_word(lifetime_owner(owner), draw(1 << 16));
	return touch(page + LIFETIME_HALF + draw(LIFETIME_HALF), true, value);
}

static void judge_touch(const struct view *view, bool write, int signal,
			void *address)
{
	int needed = write ? PROT_READ | PROT_WRITE : PROT_READ;

	if (view->mixed || (view->prot & needed) != needed)
		return;
	found("signal %d for %s %p, page %zu of %zu mapped, PROT %d%s", signal,
	      write ? "writing to" : "reading", address,
	      ((char *)address - view->base) / PAGE, view->bytes / PAGE,
	      view->prot, view->ours ? ", by dma_map_coherent()" : "");
}

/* Any view that nobody changes, as it is at this moment. */
static struct view *look_at_view(struct view *seen, unsigned int *generation)
{
	unsigned int n;

	for (n = 0; n < VIEWS_MAX; n++) {
		struct view *view = &views[(self->call->slot + n) % VIEWS_MAX];

		*generation = atomic_load(&view->generation);
		*seen = *view;
		if (!(*generation & 1) && seen->base &&
		    atomic_load(&view->generation) == *generation)
			return view;
	}
	return NULL;
}

/* Any view that may be written to, which nobody changes until view_put(). */
static struct view *take_to_write(struct view *seen)
{
	struct view *view = view_take();

	if (!view)
		return NULL;
	*seen = *view;
	/* ALSA's pages are for it to write, or would stop the stream. */
	if (!seen->overlaid && (seen->of != VIEW_PCM_PAGE || one_in(16)))
		return view;
	view_put(view);
	return NULL;
}

static uint64_t *random_word(const struct view *view)
{
	size_t page = one_in(4) ? view->bytes / PAGE - 1 :
				  draw(view->bytes / PAGE);

	return (uint64_t *)(view->base + page * PAGE) + draw(PAGE / 8);
}

static int touch_word(const struct view *view, bool write, uint64_t *word,
		      uint64_t *value)
{
	atomic_fetch_add(&record->touches, 1);
	return view->of == VIEW_LIFETIME ? touch_lifetime(word, write, value) :
					   touch(word, write, value);
}

static long judge_fault(const struct view *view, bool write, int signal,
			void *address)
{
	if (!signal)
		return 0;
	atomic_fetch_add(&record->faults, 1);
	judge_touch(view, write, signal, address);
	return -EFAULT;
}

static long write_view(struct view *view, const struct view *seen)
{
	uint64_t *word = random_word(seen);
	uint64_t value = own_tag();
	long result;

	result = judge_fault(seen, true, touch_word(seen, true, word, &value),
			     word);
	view_put(view);
	return result;
}

static long read_view(void)
{
	struct view seen;
	unsigned int generation;
	struct view *view = look_at_view(&seen, &generation);
	uint64_t *word, value;
	int signal;

	if (!view)
		return IDLE;
	word = random_word(&seen);
	signal = touch_word(&seen, false, word, &value);
	if (atomic_load(&view->generation) != generation)
		return 0;
	if (!signal && seen.of == VIEW_PLAYBACK && !seen.mixed)
		judge_words("a playback buffer", &value, sizeof(value));
	return judge_fault(&seen, false, signal, word);
}

long touch_view(bool write)
{
	struct view seen;
	struct view *view = write ? take_to_write(&seen) : NULL;

	return view ? write_view(view, &seen) : read_view();
}
