// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* mremap() */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "views.h"

size_t views_page(void)
{
	static size_t page;

	if (!page)
		page = (size_t)sysconf(_SC_PAGESIZE);
	return page;
}

int views_have_room(const struct views *views)
{
	return views->count < VIEWS_MAX;
}

void views_add(struct views *views, const struct view *view)
{
	views->view[views->count++] = *view;
}

static void forget(struct views *views, struct view *view)
{
	*view = views->view[--views->count];
}

struct view *views_any(struct views *views, struct dice *dice, int protection)
{
	unsigned int n = views->count, at;

	if (!n)
		return NULL;
	at = dice_below(dice, n);
	while (n--) {
		struct view *view = &views->view[(at + n) % views->count];

		if ((view->protection & protection) == protection)
			return view;
	}
	return NULL;
}

static size_t bytes_of(const struct view *view)
{
	return view->pages * views_page();
}

static void shorten(struct view *view, unsigned int from, unsigned int pages)
{
	view->base += from * views_page();
	view->first += from;
	view->pages = pages;
}

/* What is before and behind pages @from to @to of @view become views as well. */
static void cut(struct views *views, struct view *view, unsigned int from,
		unsigned int to)
{
	struct view head = *view, tail = *view;

	shorten(&head, 0, from);
	shorten(&tail, to, view->pages - to);
	shorten(view, from, to - from);
	if (head.pages)
		views_add(views, &head);
	if (tail.pages)
		views_add(views, &tail);
}

/* A view, whole or cut out of one at random. */
static struct view *any_part(struct views *views, struct dice *dice)
{
	struct view *view = views_any(views, dice, PROT_NONE);
	unsigned int from, to;

	if (!view || view->pages == 1 || views->count + 2 > VIEWS_MAX ||
	    dice_one_in(dice, 2))
		return view;
	from = dice_below(dice, view->pages);
	to = from + 1 + dice_below(dice, view->pages - from);
	cut(views, view, from, to);
	return view;
}

int views_unmap(struct views *views, struct member *member)
{
	struct view *view = any_part(views, &member->dice);

	if (!view)
		return CROWD_IDLE;
	if (munmap(view->base, bytes_of(view)))
		return -errno;
	forget(views, view);
	return 0;
}

int views_move(struct views *views, struct member *member)
{
	struct view *view = any_part(views, &member->dice);
	size_t bytes;
	void *hole;

	if (!view)
		return CROWD_IDLE;
	bytes = bytes_of(view);
	hole = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (hole == MAP_FAILED)
		return -errno;
	if (mremap(view->base, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		   hole) != hole)
		return -errno;
	view->base = hole;
	return 0;
}

int views_protect(struct views *views, struct member *member)
{
	static const int protections[] = {
		PROT_NONE,
		PROT_READ,
		PROT_READ | PROT_WRITE,
		PROT_READ | PROT_WRITE,
	};
	struct view *view = any_part(views, &member->dice);
	int protection = protections[dice_below(&member->dice, 4)];

	if (!view)
		return CROWD_IDLE;
	if (mprotect(view->base, bytes_of(view), protection))
		return -errno;
	view->protection = protection;
	return 0;
}

int views_grow(struct views *views, struct member *member)
{
	struct view *view = views_any(views, &member->dice, PROT_NONE);
	size_t bytes;

	if (!view)
		return CROWD_IDLE;
	bytes = bytes_of(view);
	if (mremap(view->base, bytes, bytes + views_page(), MREMAP_MAYMOVE) ==
	    MAP_FAILED)
		return errno == EFAULT ? 0 : -errno;
	crowd_failed(member, "member %u: a mapping has grown", member->number);
	return 0;
}

int views_read_process(struct views *views, struct member *member)
{
	struct view *view = views_any(views, &member->dice, PROT_READ);
	uint64_t word;
	struct iovec to = { &word, sizeof(word) };
	struct iovec from;

	if (!view)
		return CROWD_IDLE;
	from = (struct iovec){ view->base, sizeof(word) };
	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0)
		return errno == EFAULT ? 0 : -errno;
	crowd_failed(member, "member %u: process_vm_readv() read a buffer",
		     member->number);
	return 0;
}

void views_unmap_all(struct views *views)
{
	while (views->count) {
		munmap(views->view[0].base, bytes_of(&views->view[0]));
		forget(views, &views->view[0]);
	}
}
