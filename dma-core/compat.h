/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernel versions that dma-core has to know.
 */
#ifndef DMA_CORE_COMPAT_H
#define DMA_CORE_COMPAT_H

#include <linux/mm.h>
#include <linux/version.h>

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
