// SPDX-License-Identifier: GPL-2.0-only
// sources: dma-core/page-order.c dma-core/page-order-check.c
/*
 * The page-order allocator against a model that is trivially right: what begins at
 * each page, in an array, looked through from end to end. For libFuzzer; also linked
 * into a unit test that replays what was once found.
 *
 *	input   | policy | orders | pages (2) | origin (2) | operation | operands |..
 *
 * After each operation the two have to agree on the result, on how much is free and
 * on the longest run and the largest block; and all invariants have to hold.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "dma-core/page-order.h"
#include "tests/fuzz/fuzz.h"

#define MAX_PAGES 1024
#define MAX_RUNS  64
#define UNTOUCHED 0x5555aaaa

struct model {
	struct page_order po;
	struct page_order_config config;
	void *metadata;
	unsigned int max_order;
	bool used[MAX_PAGES];
	u32 size_of[MAX_PAGES]; /* of the allocation that begins here */
	const uint8_t *next, *end; /* of the input */
};

#define must(condition)                                                  \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
				__LINE__, #condition);                   \
			abort();                                         \
		}                                                        \
	} while (0)

/* --- the input -------------------------------------------------------------- */

static u32 byte(struct model *m)
{
	return m->next < m->end ? *m->next++ : 0;
}

static u32 two_bytes(struct model *m)
{
	u32 low = byte(m);

	return low | byte(m) << 8;
}

/* mostly few pages, sometimes up to all that there are and a bit more */
static u32 pages(struct model *m)
{
	u32 n = byte(m);

	return n < 0xc0 ? n % 80 : two_bytes(m) % (m->config.pages + 3);
}

/* --- what is free, by looking ------------------------------------------------ */

static bool all_free(const struct model *m, u32 first, u64 count)
{
	u64 page;

	if (first + count > m->config.pages)
		return false;
	for (page = first; page < first + count; page++)
		if (m->used[page])
			return false;
	return true;
}

static u32 free_after(const struct model *m, u32 page)
{
	u32 n = 0;

	while (page + n < m->config.pages && !m->used[page + n])
		n++;
	return n;
}

static bool aligned_to(const struct model *m, u32 page, u64 align)
{
	return !((m->config.origin + page) & (align - 1));
}

static u32 count_free(const struct model *m)
{
	u32 page, n = 0;

	for (page = 0; page < m->config.pages; page++)
		n += !m->used[page];
	return n;
}

static u32 longest_run(const struct model *m)
{
	u32 page, run, longest = 0;

	for (page = 0; page < m->config.pages; page += run + 1) {
		run = free_after(m, page);
		longest = max(longest, run);
	}
	return longest;
}

static bool block_free_at(const struct model *m, u32 page, unsigned int order)
{
	return aligned_to(m, page, 1ULL << order) &&
	       all_free(m, page, 1ULL << order);
}

/* a free block, and not a part of a larger one */
static bool block_at(const struct model *m, u32 page, unsigned int order)
{
	u64 parent_begin = (m->config.origin + page) >> (order + 1)
								<< (order + 1);
	u64 before = m->config.origin + page - parent_begin;

	if (!block_free_at(m, page, order))
		return false;
	return order == m->max_order || before > page ||
	       !all_free(m, page - before, 2ULL << order);
}

/* the lowest order that has a block, from one on; 64: none */
static unsigned int order_to_split(const struct model *m, unsigned int order)
{
	u32 page;

	for (; order <= m->max_order; order++)
		for (page = 0; page < m->config.pages; page++)
			if (block_at(m, page, order))
				return order;
	return 64;
}

static u32 largest_block(const struct model *m)
{
	unsigned int order;
	u32 page;

	for (order = m->max_order + 1; order-- > 0;)
		for (page = 0; page < m->config.pages; page++)
			if (block_free_at(m, page, order))
				return 1U << order;
	return 0;
}

/* --- the operations ----------------------------------------------------------- */

static void take(struct model *m, u32 first, u32 count)
{
	u32 page;

	must(first < m->config.pages && count <= m->config.pages - first);
	must(all_free(m, first, count));
	for (page = first; page < first + count; page++)
		m->used[page] = true;
	m->size_of[first] = count;
}

/* Whether the policy could choose @first in a block of order @from. */
static void check_choice(const struct model *m, u32 first, unsigned int order,
			 unsigned int from)
{
	u32 block = first, page;

	if (m->config.policy == PAGE_ORDER_HIGH_FIRST)
		block -= (1U << from) - (1U << order);
	must(block < m->config.pages && block_at(m, block, from));
	if (m->config.policy == PAGE_ORDER_COMPACT)
		for (page = 0; page < block; page++)
			must(!block_at(m, page, from));
}

/*
 * Whether no hole can have been missed: a block that is large enough to be the begin
 * of one takes 2 steps at most.
 */
static bool looked_at_all(const struct model *m, u32 count)
{
	unsigned int order = 0;

	while (order < m->max_order && 2U << order <= count)
		order++;
	return 2 * (count_free(m) >> order) <= PAGE_ORDER_HOLE_STEPS;
}

static void fuzz_alloc(struct model *m, u32 count, u64 align)
{
	u32 first = UNTOUCHED, page;
	u64 real = align;
	unsigned int order = 0, from;
	bool hole = false;
	int err = page_order_alloc(&m->po, count, align, &first);

	must(!err || first == UNTOUCHED);
	if (!count || align & (align - 1)) {
		must(err == -EINVAL);
		return;
	}
	while (1ULL << order < max(count, align))
		order++;
	if (align == PAGE_ORDER_NATURAL)
		real = 1ULL << order;
	from = order_to_split(m, order);
	for (page = 0; page < m->config.pages; page++)
		hole |= aligned_to(m, page, real) && all_free(m, page, count);
	if (err) {
		must(err == -ENOMEM);
		must(from == 64);
		must(longest_run(m) < count + real - 1);
		must(!hole || real < count || !looked_at_all(m, count));
		return;
	}
	must(hole);
	must(aligned_to(m, first, real));
	if (from != 64)
		check_choice(m, first, order, from);
	take(m, first, count);
}

static int larger_first(const void *a, const void *b)
{
	const u32 *x = a, *y = b;

	return (*x < *y) - (*x > *y);
}

/* how many runs it takes at least; 0: there are not so many pages */
static u32 fewest_runs(const struct model *m, u32 count, u32 max_run)
{
	u32 pieces[MAX_PAGES], n = 0, page, run, i;
	u64 sum = 0;

	for (page = 0; page < m->config.pages; page += run + 1) {
		u32 left = run = free_after(m, page);

		for (; left; left -= pieces[n++])
			pieces[n] = min(left, max_run);
	}
	qsort(pieces, n, sizeof(*pieces), larger_first);
	for (i = 0; i < n; i++) {
		sum += pieces[i];
		if (sum >= count)
			return i + 1;
	}
	return 0;
}

static void fuzz_alloc_runs(struct model *m, u32 count, u32 max_run,
			    u32 max_runs)
{
	struct page_order_run runs[MAX_RUNS];
	u32 fewest, sum = 0;
	int i, n;

	n = page_order_alloc_runs(&m->po, count, max_run, runs, max_runs);
	if (!count || !max_run || !max_runs) {
		must(n == -EINVAL);
		return;
	}
	fewest = fewest_runs(m, count, max_run);
	if (!fewest || fewest > max_runs) {
		must(n == (fewest ? -ENOSPC : -ENOMEM));
		return;
	}
	must(n == (int)fewest);
	for (i = 0; i < n; i++) {
		must(runs[i].count && runs[i].count <= max_run);
		take(m, runs[i].first, runs[i].count);
		sum += runs[i].count;
	}
	must(sum == count);
}

static void fuzz_free(struct model *m, u32 first, u32 count)
{
	int err = page_order_free(&m->po, first, count);
	u32 page;

	if (first >= m->config.pages || count > m->config.pages - first) {
		must(err == -ENXIO);
	} else if (!m->size_of[first]) {
		must(err == -ENOENT);
	} else if (m->size_of[first] != count) {
		must(err == -EINVAL);
	} else {
		must(!err);
		m->size_of[first] = 0;
		for (page = first; page < first + count; page++)
			m->used[page] = false;
	}
}

/* what was allocated at a page or after it, if anything */
static void free_from(struct model *m, u32 page)
{
	while (page < m->config.pages && !m->size_of[page])
		page++;
	if (page < m->config.pages)
		fuzz_free(m, page, m->size_of[page]);
}

static void check(struct model *m)
{
	struct page_order_fault fault;

	if (page_order_check(&m->po, &fault)) {
		fprintf(stderr, "page %u: %s\n", fault.page, fault.what);
		abort();
	}
	must(page_order_free_pages(&m->po) == count_free(m));
	must(page_order_largest_run(&m->po) == longest_run(m));
	must(page_order_largest_block(&m->po) == largest_block(m));
}

static void operate(struct model *m)
{
	u32 what = byte(m), a, b;

	switch (what % 8) {
	case 0:
	case 1:
		fuzz_alloc(m, pages(m), PAGE_ORDER_NATURAL);
		break;
	case 2:
		a = pages(m);
		fuzz_alloc(m, a, 1ULL << byte(m) % 14);
		break;
	case 3:
	case 4:
		free_from(m, two_bytes(m) % m->config.pages);
		break;
	case 5:
		a = pages(m);
		b = pages(m);
		fuzz_alloc_runs(m, a, b, byte(m) % MAX_RUNS);
		break;
	case 6:
		a = two_bytes(m);
		fuzz_free(m, a % (m->config.pages + 3), pages(m));
		break;
	case 7:
		a = pages(m);
		fuzz_alloc(m, a, two_bytes(m));
		break;
	}
}

static bool begin(struct model *m)
{
	u32 origin;

	m->config.policy = byte(m) % 3;
	m->config.nr_orders = byte(m) % 13;
	/* mostly few, so that much is tried in little time */
	origin = two_bytes(m);
	m->config.pages = origin % (origin & 0x7000 ? 200 : MAX_PAGES + 1);
	/* close to 0, or to where a multiple of 2^16, or the address space, ends */
	origin = two_bytes(m);
	m->config.origin = origin & 1 ? origin / 2 : -(u64)(origin / 2);
	m->metadata = malloc(page_order_bytes(&m->config) + !m->config.pages);
	must(m->metadata);
	if (!m->config.pages) {
		must(page_order_bytes(&m->config) == 0);
		must(page_order_init(&m->po, &m->config, m->metadata) ==
		     -EINVAL);
		return false;
	}
	must(page_order_init(&m->po, &m->config, m->metadata) == 0);
	while (2U << m->max_order <= m->config.pages &&
	       m->max_order + 1 != m->config.nr_orders)
		m->max_order++;
	check(m);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct model m = { .next = data, .end = data + size };
	u32 page;

	if (begin(&m)) {
		while (m.next < m.end) {
			operate(&m);
			check(&m);
		}
		for (page = 0; page < m.config.pages; page++)
			if (m.size_of[page])
				fuzz_free(&m, page, m.size_of[page]);
		check(&m);
		must(page_order_free_pages(&m.po) == m.config.pages);
	}
	free(m.metadata);
	return 0;
}
