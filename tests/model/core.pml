/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma-core's objects: region, buffer, mapping, card device, module. Each inline is
 * what others can see of the C function that it names.
 *
 * Card memory is just enough for one buffer of two pages: what one owner gives back,
 * the next one gets.
 */

/* --- the card's memory, and who holds it ------------------------------------------ */

byte holder;			/* buffer that has the memory; 0: free */
byte region;			/* card whose region it is, plus 1; 0: nobody's */
byte region_refs;		/* the declaration and each buffer */
byte card_refs[CARDS];		/* creation, region, buffers, mappings, dma-buf */

/* --- buffers ---------------------------------------------------------------------- */

#define CARD_OF(b)	((b) == BUFFERS)
byte buffer_refs[BUFFERS + 1];	/* the owner, each mapping, a dma-buf */
byte buffer_mappings[BUFFERS + 1];	/* those that are listed and have it */
byte owned;			/* not freed by its owner yet: card_device.owned */
byte allocating;		/* allocations that run: card_device.allocating */

/* --- mappings --------------------------------------------------------------------- */

byte mapping_refs[MAPPINGS];	/* VMAs together hold one, a revocation another */
byte mapping_vmas[MAPPINGS];
byte mapping_buffer[MAPPINGS];	/* held; 0 once it was taken off */
byte mapping_made_of[MAPPINGS];	/* the same for good: what it may ever reach */
byte mapping_mm[MAPPINGS];	/* process that called mmap() */
byte mapping_stand_ins[MAPPINGS];	/* which pages there are, as bits */
byte mapping_listed[MAPPINGS];
bool mapping_outer[MAPPINGS];	/* of a dma-buf: its file is held */
bool mapping_met[MAPPINGS];	/* by the revocation that is under way */
byte mappings;			/* that there are, or will be at once */
#define MAPPING_CARD(m)	CARD_OF(mapping_made_of[m])

#define UNSET		0	/* a list_head that nobody has set up */
#define UNLISTED	1
#define LISTED		2	/* in card_device.mappings */
#define AS_REVOKED	3	/* in revoked_mappings */
#ifdef BUG_NOT_SPLICED
#define AS_SUSPENDED	4	/* in no list that anybody knows */
#else
#define AS_SUSPENDED	LISTED	/* what a suspension has met it puts back */
#endif

byte stand_ins;			/* pages that are allocated, in all */

/* --- the dma-buf, and who imports it ---------------------------------------------- */

byte export_refs;		/* the dma-buf: descriptor, importer, mappings */
byte export_holds;		/* what is behind it: the dma-buf, a revocation */
byte export_buffer;		/* held; 0 once it was taken off */
byte export_made_of;		/* the same for good; 0: there is no dma-buf */
bool export_listed;		/* in card_device.exports */
bool export_fd;			/* a descriptor that all have */
bool reservation;		/* of the dma-buf, held by the importer */
bool attached;
byte told;			/* how often, by what goes on */
byte imported;
bool is_vmapped;		/* card_export.is_vmapped */

#define NOT_IMPORTED	0
#define REACHES		1	/* the importer has addresses */
#define UNMAPPED	2	/* which are none any more */

/* --- revocation and suspension, of the first card only ---------------------------- */

bool revoked[CARDS];
bool suspended;			/* card_device.suspended */
bool away;			/* the suspension has returned, and no resume has begun */
bool revoke_returned;
byte revoke_readers;		/* card_device.revoke_lock */
bool revoke_writer;		/* waits for it or has it: nobody reads anew */

/* card_mapping_is_away(), under the lock and not revoked; then is_suspended(), without */
#define IS_AWAY(c)	(suspended && (c) == 0)

/* --- the module ------------------------------------------------------------------- */

bool loaded;			/* dma-core's code is there */
byte driver_users;		/* of the driver's module: dma-bufs that have a buffer */
byte core_users;		/* references: the driver, mappings, the dma-buf, calls of a driver */

#define IN_CORE	RULE("rule 2: code of a module that is unloaded runs", loaded)

/* put_device() */
inline card_put(c)
{
	RULE("a count below 0: card device", card_refs[c] > 0);
	card_refs[c]--
}

inline module_put()
{
	RULE("a count below 0: module", core_users > 0);
	core_users--
}

/* region_destroy() with the last one: the memory can be declared anew. */
inline region_put()
{
	RULE("a count below 0: region", region_refs > 0);
	region_refs--;
	if
	:: region_refs == 0 ->
		card_put(region - 1);
		region = 0
	:: else
	fi
}

/* dma_create_card_device(), dma_declare_card_memory() */
inline declare_card_memory(c)
{
	card_refs[c] = 2;
	region = c + 1;
	region_refs = 1;
	printf("driver: card %d, its memory is declared\n", c)
}

/* card_region_alloc(), remember_owned(): the memory has an owner. */
inline region_alloc(b)
{
	IN_CORE;
	nothing_reaches_the_card();
	holder = b;
	buffer_refs[b] = 1;
	owned = b;
	region_refs++;
	card_refs[CARD_OF(b)]++;
	printf("owner: buffer %d is allocated\n", b)
}

/* card_buffer_get() */
inline buffer_get(b)
{
	IN_CORE;
	RULE("a reference on a buffer that is gone", buffer_refs[b] > 0);
	buffer_refs[b]++
}

/* buffer_destroy(), region_give_back(): the memory may be handed out again. */
inline buffer_destroy(b)
{
	RULE("rule 2: memory is given back twice", holder == b);
	nothing_reaches(b);
	holder = 0;
	printf("        buffer %d gives its memory back\n", b);
	region_put();
	card_put(CARD_OF(b))
}

/* card_buffer_put() */
inline buffer_put(b)
{
	IN_CORE;
	RULE("a count below 0: buffer", buffer_refs[b] > 0);
	buffer_refs[b]--;
	if
	:: buffer_refs[b] == 0 -> buffer_destroy(b)
	:: else
	fi
}

inline mapping_is_there(m)
{
	IN_CORE;
	RULE("a mapping is used after it was released", mapping_refs[m] > 0);
	RULE("a list_head is used that nobody has set up", mapping_listed[m] != UNSET)
}

/* card_mapping_take_buffer(): b is what to drop, or 0 */
inline take_buffer(m, b)
{
	mapping_is_there(m);
	b = mapping_buffer[m];
	if
#ifdef BUG_NEVER_COUNTED
	:: b ->
#else
	:: b && mapping_listed[m] != UNLISTED ->
#endif
		RULE("a count below 0: mappings of a buffer", buffer_mappings[b] > 0);
		buffer_mappings[b]--
	:: else
	fi;
#ifdef BUG_MODULE_EARLY
	core_users = core_users - (b -> 1 : 0);
#endif
#ifndef BUG_TAKEN_TWICE
	mapping_buffer[m] = 0;
#endif
	skip
}

/* card_mapping_unlist() */
inline mapping_unlist(m)
{
	mapping_is_there(m);
	mapping_listed[m] = UNLISTED
}

/* card_view_put(); view_free(), card_stand_ins_free() with the last one */
inline mapping_put(m)
{
	IN_CORE;
	RULE("a count below 0: mapping", mapping_refs[m] > 0);
	mapping_refs[m]--;
	if
	:: mapping_refs[m] == 0 ->
		no_stand_in_reaches(m);
		stand_ins = stand_ins - (mapping_stand_ins[m] & 1) -
			    (mapping_stand_ins[m] >> 1);
		card_put(MAPPING_CARD(m));
#ifndef BUG_MODULE_EARLY
		module_put();
#endif
		mapping_stand_ins[m] = 0;
		mapping_made_of[m] = 0;
		mapping_buffer[m] = 0;
		mapping_mm[m] = 0;
		mapping_listed[m] = UNSET;
		mappings--;
		RULE("a stand-in page outlives its mapping", mappings > 0 || stand_ins == 0);
		printf("        mapping %d is released\n", m)
	:: else
	fi
}

/* down_read() and up_read() of card_device.revoke_lock; the second card has no writer */
inline down_read_revoke(c)
{
	c == 1 || !revoke_writer;
	revoke_readers = revoke_readers + (c == 0 -> 1 : 0);
	IN_CORE;
	RULE("a lock of a card device that is gone is taken", card_refs[c] > 0)
}

inline up_read_revoke(c)
{
	revoke_readers = revoke_readers - (c == 0 -> 1 : 0)
}
