/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions that the tests' modules have to know.
 */
#ifndef TESTS_COMPAT_H
#define TESTS_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define rdmsrq rdmsrl
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/* From 6.13 on a namespace is a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define IMPORT_NS_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#else
#define IMPORT_NS_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dma_buf_vmap_unlocked   dma_buf_vmap
#define dma_buf_vunmap_unlocked dma_buf_vunmap
#endif

/* The member of struct dma_buf_attach_ops; and whether mapping pins, as dma-core's compat.h. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define invalidate_mappings move_notify
#define core_pins_mapped    (!IS_ENABLED(CONFIG_DMABUF_MOVE_NOTIFY))
#else
#define core_pins_mapped false
#endif

/* Huge entries have their bits elsewhere on some architectures. */
#ifdef CONFIG_X86
static inline pgprot_t probe_pmd_prot(pmd_t entry)
{
	return pgprot_large_2_4k(__pgprot(pmd_flags(entry)));
}

static inline pgprot_t probe_pud_prot(pud_t entry)
{
	return pgprot_large_2_4k(__pgprot(pud_flags(entry)));
}
#else
static inline pgprot_t probe_pmd_prot(pmd_t entry)
{
	return pte_pgprot(pmd_pte(entry));
}

static inline pgprot_t probe_pud_prot(pud_t entry)
{
	return pte_pgprot(pud_pte(entry));
}
#endif

/*
 * read_entry() - the page table entry at an address of a VMA without pages
 * Context: the mmap lock is held.
 * Return: whether there is one.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline bool read_entry(struct vm_area_struct *vma, unsigned long address,
			      unsigned long *pfn, pgprot_t *prot)
{
	spinlock_t *lock;
	pte_t *entry;

	if (follow_pte(vma->vm_mm, address, &entry, &lock))
		return false;
	__acquire(lock); /* for sparse: follow_pte() does not say so */
	*pfn = pte_pfn(*entry);
	*prot = pte_pgprot(*entry);
	pte_unmap_unlock(entry, lock);
	return true;
}
#else
static inline bool read_entry(struct vm_area_struct *vma, unsigned long address,
			      unsigned long *pfn, pgprot_t *prot)
{
	struct follow_pfnmap_args args = { .vma = vma, .address = address };

	if (follow_pfnmap_start(&args))
		return false;
	*pfn = args.pfn;
	*prot = args.pgprot;
	follow_pfnmap_end(&args);
	return true;
}
#endif

#endif /* TESTS_COMPAT_H */
