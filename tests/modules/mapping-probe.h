/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the witness of page tables has to know of the architecture.
 */
#ifndef MAPPING_PROBE_H
#define MAPPING_PROBE_H

#include <linux/pgtable.h>

/*
 * What memory is to the CPU that reaches it by a page table entry, by the words that
 * dma-core has as well. Two entries for a page should have the same.
 */
enum probe_attribute {
	PROBE_WRITE_BACK,
	PROBE_WRITE_COMBINING,
	PROBE_UNCACHED,
	PROBE_OTHER,
	PROBE_ATTRIBUTES,
};

/**
 * struct probe_type - a memory type of the architecture
 * @attribute: what it is elsewhere as well
 * @name: the architecture's own, for it
 */
struct probe_type {
	enum probe_attribute attribute;
	const char *name;
};

/* mapping-probe-ARCH.c: both ask the CPU that runs, all are set up alike */
struct probe_type probe_type_of(pgprot_t prot);
pgd_t *probe_kernel_table(void);

#endif /* MAPPING_PROBE_H */
