/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions that dma-core has to know.
 *
 * The code is written for the newest kernel; here older ones get what they lack of it. What
 * cannot have the newest form, because a name stands where older kernels have several or
 * none, is a macro that is given the code's functions: nothing here calls any by name.
 */
#ifndef DMA_CORE_COMPAT_H
#define DMA_CORE_COMPAT_H

#include <linux/bits.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/version.h>

/*
 * With 32 bits a physical address is wider than a pointer and than size_t, card memory
 * competes for an address space of 128 MiB, and RAM may lie where the kernel has no address
 * for it.
 */
#ifndef CONFIG_64BIT
#error "dma-core wants a 64-bit kernel: x86-64 and arm64 are supported, 32-bit is not"
#endif

/* Without these options set_dma_ops() compiles to nothing: fail here instead. */
#if !defined(CONFIG_DMA_OPS) && !defined(CONFIG_ARCH_HAS_DMA_OPS)
#error "this kernel was built without DMA ops for single devices"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define MAX_PAGE_ORDER (MAX_ORDER - 1)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define MAX_PAGE_ORDER MAX_ORDER
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
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

/* Before, a fault handler of a file's VMA was called with the mmap lock held. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline void release_fault_lock(struct vm_fault *vmf)
{
	mmap_read_unlock(vmf->vma->vm_mm);
}
#endif

/* From 6.12 on the IOMMU's mapping is no set of ops, but a bit. */
static inline void set_dma_iommu(struct device *dev, const struct device *as)
{
#ifdef CONFIG_IOMMU_DMA
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0)
	dev_assign_dma_iommu(dev, dev_dma_iommu(as));
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	dev->dma_iommu = as->dma_iommu;
#endif
#endif
}

/* The member of struct dma_map_ops, which nothing else here is called like. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define alloc_pages_op alloc_pages
#endif

/* Of these, what the code uses; one entry, of a VMA without huge ones. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
struct follow_pfnmap_args {
	struct vm_area_struct *vma;
	unsigned long address;
	spinlock_t *lock;
	pte_t *ptep;
	pgprot_t pgprot;
};

static inline int follow_pfnmap_start(struct follow_pfnmap_args *args)
{
	if (follow_pte(args->vma->vm_mm, args->address, &args->ptep,
		       &args->lock))
		return -EINVAL;
	args->pgprot = pte_pgprot(*args->ptep);
	return 0;
}

static inline void follow_pfnmap_end(struct follow_pfnmap_args *args)
{
	__acquire(args->lock); /* for sparse: follow_pte() does not say so */
	pte_unmap_unlock(args->ptep, args->lock);
}
#endif

/*
 * From 6.19 on memory and the resources of other devices are mapped by one op, and told
 * apart by an attribute.
 *
 * DEFINE_MAP_OPS(map, unmap): once, at the head of a line, for functions of the types of
 * map_phys and unmap_phys. MAP_OPS(map, unmap): in struct dma_map_ops.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)

/* 6.18 has it, and does not hand it to these ops. Older kernels leave the bit alone. */
#ifndef DMA_ATTR_MMIO
#define DMA_ATTR_MMIO BIT(10)
#endif

/* Without a page there is no physical address either: one that no memory has. */
static inline phys_addr_t phys_in_page(struct page *page, size_t offset)
{
	return page ? page_to_phys(page) + offset : PHYS_ADDR_MAX;
}

#define DEFINE_MAP_OPS(map, unmap)                                             \
	static dma_addr_t map##_page(struct device *dev, struct page *page,    \
				     unsigned long offset, size_t size,        \
				     enum dma_data_direction dir,              \
				     unsigned long attrs)                      \
	{                                                                      \
		return map(dev, phys_in_page(page, offset), size, dir, attrs); \
	}                                                                      \
	static dma_addr_t map##_resource(struct device *dev,                   \
					 phys_addr_t phys_addr, size_t size,   \
					 enum dma_data_direction dir,          \
					 unsigned long attrs)                  \
	{                                                                      \
		return map(dev, phys_addr, size, dir, attrs | DMA_ATTR_MMIO);  \
	}                                                                      \
	static void unmap##_resource(struct device *dev, dma_addr_t handle,    \
				     size_t size, enum dma_data_direction dir, \
				     unsigned long attrs)                      \
	{                                                                      \
		unmap(dev, handle, size, dir, attrs | DMA_ATTR_MMIO);          \
	}

#define MAP_OPS(map, unmap)                          \
	.map_page = map##_page, .unmap_page = unmap, \
	.map_resource = map##_resource, .unmap_resource = unmap##_resource
#else
#define DEFINE_MAP_OPS(map, unmap)
#define MAP_OPS(map, unmap) .map_phys = map, .unmap_phys = unmap
#endif

/* Not inline in 6.18, and there for both; before, each kind has a call of its own. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
static inline dma_addr_t dma_map_phys(struct device *dev, phys_addr_t phys_addr,
				      size_t size, enum dma_data_direction dir,
				      unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		return dma_map_resource(dev, phys_addr, size, dir,
					attrs & ~DMA_ATTR_MMIO);
	return dma_map_page_attrs(dev, pfn_to_page(PHYS_PFN(phys_addr)),
				  offset_in_page(phys_addr), size, dir, attrs);
}

static inline void dma_unmap_phys(struct device *dev, dma_addr_t handle,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		dma_unmap_resource(dev, handle, size, dir,
				   attrs & ~DMA_ATTR_MMIO);
	else
		dma_unmap_page_attrs(dev, handle, size, dir, attrs);
}
#endif

/* From 6.13 on a namespace is a string. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define IMPORT_NS_DMA_BUF MODULE_IMPORT_NS(DMA_BUF)
#else
#define IMPORT_NS_DMA_BUF MODULE_IMPORT_NS("DMA_BUF")
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline struct file *get_file_active(struct file **file)
{
	return get_file_rcu(*file) ? *file : NULL;
}
#endif

/* Whether an importer can be told; before 7.1, who can attach dynamically has to be able to. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define dma_buf_invalidate_mappings      dma_buf_move_notify
#define dma_buf_attach_revocable(attach) (!!(attach)->importer_ops)
#endif

/* Before 7.1, built without this, dma_buf_map_attachment() pins what it maps. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define core_pins_mapped (!IS_ENABLED(CONFIG_DMABUF_MOVE_NOTIFY))
#else
#define core_pins_mapped false
#endif

#endif /* DMA_CORE_COMPAT_H */
