/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernel versions that dma-core has to know.
 */
#ifndef DMA_CORE_COMPAT_H
#define DMA_CORE_COMPAT_H

#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/version.h>

/* The highest order that alloc_pages() takes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define PAGE_ORDER_MAX (MAX_ORDER - 1)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define PAGE_ORDER_MAX MAX_ORDER
#else
#define PAGE_ORDER_MAX MAX_PAGE_ORDER
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}
#endif

/* From 6.10 on __assign_str() finds the source in __string() by itself. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define trace_assign_str(field, source) __assign_str(field, source)
#else
#define trace_assign_str(field, source) __assign_str(field)
#endif

#endif /* DMA_CORE_COMPAT_H */
