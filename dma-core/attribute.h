/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory attribute of a mapping, by the word that debugfs and trace events have for it.
 */
#ifndef DMA_CORE_ATTRIBUTE_H
#define DMA_CORE_ATTRIBUTE_H

#include <linux/pgtable.h>

/*
 * card_attribute() - what a page table entry makes of the memory
 *
 * Asked for by what the architecture makes of each request, and not by what was requested:
 * where x86 has no page attribute table, write-combining memory is uncached.
 *
 * Context: any.
 * Return: a word.
 */
static inline const char *card_attribute(pgprot_t prot)
{
	if (pgprot_val(prot) == pgprot_val(pgprot_noncached(prot)))
		return "uncached";
	if (pgprot_val(prot) == pgprot_val(pgprot_writecombine(prot)))
		return "write-combining";
	return "write-back";
}

/*
 * card_kernel_attribute() - what the kernel's mapping of a buffer or region has
 * @cpu_addr: an address of it
 * @asked: what was asked for when it was mapped
 *
 * x86 gives a page one attribute for all: where another mapping is there already, as
 * uncached, a new one is so, too, whatever was asked for. Elsewhere what is asked for is done.
 *
 * Context: any, while it is mapped.
 * Return: a word.
 */
static inline const char *card_kernel_attribute(const void *cpu_addr,
						pgprot_t asked)
{
#ifdef CONFIG_X86
	unsigned int level;
	pte_t *entry = lookup_address((unsigned long)cpu_addr, &level);
	pgprot_t is;

	if (!entry || pte_none(*entry))
		return card_attribute(asked);
	is = pte_pgprot(*entry);
	return card_attribute(level == PG_LEVEL_4K ? is :
						     pgprot_large_2_4k(is));
#else
	return card_attribute(asked);
#endif
}

#endif /* DMA_CORE_ATTRIBUTE_H */
