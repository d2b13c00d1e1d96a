/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has to hold, as assertions. A touch of user space changes nothing by reaching a
 * page; so what all processes reach at any time is known from the page table entries,
 * and it is enough to look at these where they may become wrong: when memory changes
 * hands, when a stand-in page is freed, and when a revocation returns.
 */

#define NO_PTE_IS(value)						\
	(pte[0] != (value) && pte[1] != (value) && pte[2] != (value) &&	\
	 pte[3] != (value) && pte[4] != (value) && pte[5] != (value))

inline nothing_reaches(b)
{
	RULE("rule 2: memory goes back while a user address reaches it",
	     NO_PTE_IS(b));
	RULE("rule 2: memory goes back while an importer reaches it",
	     export_made_of != b || imported != REACHES);
	RULE("rule 2: memory goes back while the kernel has its address",
	     export_made_of != b || !is_vmapped);
	RULE("rule 2: memory goes back that a dma-buf has", export_buffer != b)
}

/* The canary: who gets memory has it alone. */
inline nothing_reaches_the_card()
{
	RULE("rule 2: memory is handed out while a user address reaches it",
	     NO_PTE_IS(1) && NO_PTE_IS(2) && NO_PTE_IS(3))
}

inline no_stand_in_reaches(m)
{
	RULE("rule 3: a stand-in page is freed while a user address reaches it",
	     NO_PTE_IS(STAND_IN(m)))
}

/* When a revocation returns, or a suspension: who has something was told, and once. */
inline importers_are_told()
{
	RULE("rule 3: an importer is not told, or not once",
	     told <= 1 && (imported == NOT_IMPORTED || told));
	told = 0
}

/* dma_revoke_card_memory() returns. */
inline revoke_is_complete()
{
	RULE("rule 3: a user address reaches the card after the revoke",
	     NO_PTE_IS(1) && NO_PTE_IS(2));
	RULE("rule 3: an importer reaches the card after the revoke",
	     imported != REACHES && !is_vmapped);
	importers_are_told()
}

/* From when dma_suspend_card_memory() returns, until a resume or a revoke begins. */
inline nothing_is_reached_while_away()
{
	RULE("suspended: a user address reaches memory that is away",
	     NO_PTE_IS(1) && NO_PTE_IS(2));
	RULE("suspended: an importer reaches memory that is away",
	     imported != REACHES)
}

/* dma_destroy_card_device() returns, after a revoke: the card may come back. */
inline destroy_is_complete()
{
	RULE("rule 3: the card's memory is not free when it was removed",
	     holder == 0 && region == 0 && buffer_refs[1] == 0 && buffer_refs[2] == 0)
}

/* What process p finds when it touches page g. */
inline reaches_its_own(p, g)
{
	if
	:: PTE(p, g) > BUFFERS ->
		RULE("rule 3: a touch finds the stand-in page of another mapping",
		     PTE(p, g) == STAND_IN(MAPPING(p)));
		RULE("a touch finds a stand-in page before the revoke",
		     revoked[MAPPING_CARD(MAPPING(p))])
	:: else ->
		RULE("rule 2: a touch reaches memory of another owner",
		     PTE(p, g) == holder &&
		     PTE(p, g) == mapping_made_of[MAPPING(p)]);
		RULE("rule 3: a touch reaches the card after the revoke",
		     !revoke_returned || CARD_OF(PTE(p, g)));
		RULE("suspended: a touch reaches memory that is away",
		     !away || CARD_OF(PTE(p, g)))
	fi
}

inline nothing_is_mapped()
{
	RULE("rule 2: the module is unloaded under a live VMA",
	     !COVERED(0) && !COVERED(1) && !COVERED(2));
	RULE("rule 2: the module is unloaded under a dma-buf", export_made_of == 0)
}

/* --- the account, when driver and processes have come to their ends ---------------- */

inline what_sleepers_have()
{
	RULE("at the end: an owner has a buffer", owned == 0 && allocating == 0);
	RULE("at the end: a lock is held", revoke_readers == 0 && i_mmap_readers == 0);
	RULE("at the end: the module is held by more than mappings",
	     core_users == mappings + (export_made_of -> 1 : 0));
	RULE("at the end: the driver's module is held", driver_users == 0)
}

inline everything_is_back()
{
	RULE("at the end: memory is not given back",
	     holder == 0 && region == 0 && region_refs == 0);
	RULE("at the end: a buffer is left",
	     buffer_refs[1] == 0 && buffer_refs[2] == 0 && buffer_refs[3] == 0);
	RULE("at the end: a card device is left", card_refs[0] == 0 && card_refs[1] == 0);
	RULE("at the end: a mapping is left", mappings == 0);
	RULE("at the end: a dma-buf is left", export_made_of == 0 && export_refs == 0);
	RULE("at the end: a stand-in page is left", stand_ins == 0);
	RULE("at the end: the module cannot be unloaded", core_users == 0)
}
