/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions that dma-core has to know.
 */
#ifndef DMA_CORE_COMPAT_H
#define DMA_CORE_COMPAT_H

#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/version.h>

#include "internal.h"

/* set_dma_ops() is there all the same, and does nothing. */
#if !defined(CONFIG_DMA_OPS) && !defined(CONFIG_ARCH_HAS_DMA_OPS)
#error "this kernel was built without DMA ops for single devices"
#endif

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

#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
static inline void zap_special_vma_range(struct vm_area_struct *vma,
					 unsigned long address,
					 unsigned long size)
{
	zap_vma_ptes(vma, address, size);
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define ALLOC_PAGES_OP .alloc_pages
#else
#define ALLOC_PAGES_OP .alloc_pages_op
#endif

/*
 * From 6.19 on memory and the resources of other devices are mapped by one op, and told
 * apart by an attribute. MAP_OPS are what calls the functions for the one or the other.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
#define MAP_OPS                                                   \
	.map_page = card_map_page, .unmap_page = card_unmap_page, \
	.map_resource = card_map_resource,                        \
	.unmap_resource = card_unmap_resource
#else
static inline dma_addr_t map_phys(struct device *dev, phys_addr_t phys_addr,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	struct page *page = NULL;

	if (attrs & DMA_ATTR_MMIO)
		return card_map_resource(dev, phys_addr, size, dir, attrs);
	if (pfn_valid(PHYS_PFN(phys_addr)))
		page = pfn_to_page(PHYS_PFN(phys_addr));
	return card_map_page(dev, page, offset_in_page(phys_addr), size, dir,
			     attrs);
}

static inline void unmap_phys(struct device *dev, dma_addr_t handle,
			      size_t size, enum dma_data_direction dir,
			      unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		card_unmap_resource(dev, handle, size, dir, attrs);
	else
		card_unmap_page(dev, handle, size, dir, attrs);
}

#define MAP_OPS .map_phys = map_phys, .unmap_phys = unmap_phys
#endif

#endif /* DMA_CORE_COMPAT_H */
