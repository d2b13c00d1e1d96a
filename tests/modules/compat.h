/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions that the tests' modules have to know.
 */
#ifndef TESTS_COMPAT_H
#define TESTS_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>
#include <asm/msr.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#define rdmsrq rdmsrl
#endif

/*
 * read_pte() - the page table entry at an address of a VMA without pages
 * Context: the mmap lock is held.
 * Return: whether there is one.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
static inline bool read_pte(struct vm_area_struct *vma, unsigned long address,
			    pte_t *pte)
{
	spinlock_t *lock;
	pte_t *entry;

	if (follow_pte(vma->vm_mm, address, &entry, &lock))
		return false;
	__acquire(lock); /* for sparse: follow_pte() does not say so */
	*pte = *entry;
	pte_unmap_unlock(entry, lock);
	return true;
}
#else
static inline bool read_pte(struct vm_area_struct *vma, unsigned long address,
			    pte_t *pte)
{
	struct follow_pfnmap_args args = { .vma = vma, .address = address };

	if (follow_pfnmap_start(&args))
		return false;
	*pte = pfn_pte(args.pfn, args.pgprot);
	follow_pfnmap_end(&args);
	return true;
}
#endif

#endif /* TESTS_COMPAT_H */
