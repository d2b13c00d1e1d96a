/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's memory management does around dma-core, as far as it matters: in
 * which order page table entries and VMAs come and go, and under which locks.
 *
 * A process has at most one mapping at a time, of two pages, in one VMA or, after a
 * split, in two. Its threads are not modelled: what they do to the address space waits
 * for the mmap lock, and what they reach is what the entries say (see properties.pml).
 */

bool alive[SLOTS];
byte ended;			/* processes, and importers, that will do nothing any more */
byte asleep;			/* of those, who have something still */

#define ALL		((1 << PAGES) - 1)	/* as bits */

/* Page table entries: nothing, a page of a buffer, or a stand-in page of a mapping. */
byte pte[SLOTS * 2];
#define PTE(p, g)	pte[(p) * 2 + (g)]
#define NOTHING		0
#define STAND_IN(m)	(BUFFERS + 1 + (m))

/* VMA 0 begins with page 0, VMA 1 with page 1; which pages it has, as bits. */
byte vma_pages[SLOTS * 2];
#define VMA(p, s)	vma_pages[(p) * 2 + (s)]
#define COVERED(p)	(VMA(p, 0) | VMA(p, 1))
#define IS_COVERED(p, g)	((COVERED(p) >> (g)) & 1)
byte vm_private_data[SLOTS];	/* the mapping, plus 1 */
#define MAPPING(p)	(vm_private_data[p] - 1)

/*
 * A VMA that has pages is linked in i_mmap, the file's list. The lock of that is held
 * for reading by who walks through it, for writing (in one step) by who changes it. Who
 * walks waits for nobody.
 */
byte i_mmap_readers;
bool mmap_lock[SLOTS];		/* held for writing */

/*
 * unmap_mapping_range(): takes the entries of mapping m away, one VMA and page after
 * the other, in the order of i_mmap: by first page, and a child's VMA behind its
 * parent's.
 */
#define VISITS		(2 * SLOTS * 2)
#ifdef BUG_ZAP_ORDER
#define VISITOR(v)	(SLOTS - 1 - ((v) / 2) % SLOTS)
#else
#define VISITOR(v)	(((v) / 2) % SLOTS)
#endif
#define VISITED(v)	VMA(VISITOR(v), (v) / (2 * SLOTS))
#define IS_VISITED(m, v)						\
	(MAPPING(VISITOR(v)) == (m) && ((VISITED(v) >> ((v) % 2)) & 1))

/* From v on. There is nothing to be seen on the way, so it is part of the step. */
inline next_visit(m, v)
{
	do
	:: v < VISITS && !IS_VISITED(m, v) -> v++
	:: else -> break
	od
}

inline unmap_mapping_range(m, v)
{
	do
	:: v < VISITS ->
		d_step {
			printf("remove: zap: page %d of process %d (was %d)\n",
			       v % 2, VISITOR(v), PTE(VISITOR(v), v % 2));
			PTE(VISITOR(v), v % 2) = NOTHING;
			v++;
			next_visit(m, v);
			i_mmap_readers = (v < VISITS -> i_mmap_readers : 0)
		}
	:: else -> break
	od;
	v = 0
}

/* The same for another card's memory, by the same file: page g of all that it meets. */
inline zap_by_another(g)
{
	if
	:: COVERED(0) & (1 << g) -> PTE(0, g) = NOTHING
	:: else
	fi;
	if
	:: COVERED(1) & (1 << g) -> PTE(1, g) = NOTHING
	:: else
	fi;
	if
	:: COVERED(2) & (1 << g) -> PTE(2, g) = NOTHING
	:: else
	fi;
	printf("another card is revoked by the same file: page %d is zapped\n", g)
}
