/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lifetimes of region, buffer, mapping, card device and module while processes
 * map, touch, split, fork, unmap and exit, owners free, and the card is away for a while,
 * and taken away; and of dma-bufs, with who imports them.
 * Documentation/lifetimes.md says what is what; tests/model/run has it checked.
 *
 * A step is what nobody else can see half done: a function's part under one lock, or
 * one change that others race with. What a lock makes invisible to everybody is not
 * cut into smaller steps: taking a lock belongs to the step after it, and dropping it
 * to the step before.
 *
 * -DBUG_NAME plants a defect; each is an #ifdef.
 */

/* The bounds. */
#ifndef PROCESSES
#define PROCESSES	2	/* that there are from the beginning: 0 to 2 */
#endif
#ifndef FORKS
#define FORKS		1	/* whether the first one has a child: 0 or 1 */
#endif
#ifndef PAGES
#define PAGES		2	/* of a buffer; with 1, no VMA can be split */
#endif
#ifndef MAPPINGS
#define MAPPINGS	2	/* as many at once, any number in turn */
#endif
#ifndef ZAPS
#define ZAPS		1	/* revocations of another card through the same file */
#endif

#ifndef OWNERS
#define OWNERS		3	/* of the memory in turn; the third if the card comes back */
#endif

/* as often, before it is removed; the last one may not be followed by a resume */
#ifndef SUSPENSIONS
#define SUSPENSIONS	0
#endif

/* whether buffers are exported: 0 or 1 */
#ifndef DMA_BUFS
#define DMA_BUFS	0
#endif

/* and imported by another device's driver: 0 or 1 */
#ifndef IMPORTERS
#define IMPORTERS	DMA_BUFS
#endif

#define SLOTS		3	/* for processes */
#define CHILD		2
#define BUFFERS		3	/* 1, 2 on the card, 3 when it has come back */
#define CARDS		2

/* In a trail, the words of the rule that is broken are the last ones. */
#define RULE(text, condition)						\
	if								\
	:: (condition)							\
	:: else -> printf("BROKEN: "); printf(text); printf("\n");	\
		assert(condition)					\
	fi

#include "kernel.pml"
#include "core.pml"
#include "properties.pml"
#include "export.pml"
#include "process.pml"
#include "driver.pml"

/*
 * Remove comes to its end, whatever processes go on doing: for ever, too, as long as all
 * that can go on does so now and then.
 */
#ifdef PROGRESS
ltl remove_ends { <> removed }
#endif
