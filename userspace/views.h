/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a device's buffers that a member of a crowd has mapped, and what can
 * be done to a mapping: cut, move, protect, take away. Each part is one VMA, or lies
 * in one.
 */
#ifndef ONCARD_VIEWS_H
#define ONCARD_VIEWS_H

#include <stddef.h>
#include <stdint.h>

#include "crowd.h"

#define VIEWS_MAX 24

/*
 * @pages pages from page @first of a buffer. What @owner, @family and @since mean
 * is for who maps them to say; they stay with each part.
 */
struct view {
	char *base;
	unsigned int first;
	unsigned int pages;
	int protection;
	uint32_t owner;
	uint32_t family;
	uint64_t since;
};

struct views {
	struct view view[VIEWS_MAX];
	unsigned int count;
};

size_t views_page(void);

/* Whether another can be added. */
int views_have_room(const struct views *views);
void views_add(struct views *views, const struct view *view);

/* Any of them whose protection allows @protection; NULL: there is none. */
struct view *views_any(struct views *views, struct dice *dice, int protection);

/*
 * Operations, on a random part: 0, -errno, CROWD_IDLE where there is none.
 * A mapping of a device's memory does not grow: to be refused is its success.
 */
int views_unmap(struct views *views, struct member *member);
int views_move(struct views *views, struct member *member);
int views_protect(struct views *views, struct member *member);
int views_grow(struct views *views, struct member *member);
int views_read_process(struct views *views, struct member *member);

void views_unmap_all(struct views *views);

#endif
