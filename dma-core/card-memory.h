/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dma-core: memory on a card, behind the ordinary DMA API.
 *
 * A card device is a child of the device that really does DMA (the PCI
 * function, say). Declare the card's memory for it, and dma_alloc_coherent(),
 * dma_free_coherent() and dma_mmap_coherent() called for the card device serve
 * that memory, while its streaming calls go to the parent, so that the parent's
 * IOMMU, bounce buffers and mask apply. Before a declaration, coherent memory
 * comes from the parent as well; after it nothing falls back silently.
 *
 * A buffer lives until both its owner has freed it and its last user mapping is
 * gone. Freeing a buffer that is mapped is therefore legal: the memory is handed
 * to nobody else before the last unmap. A mapping keeps this module loaded.
 *
 * None of this makes the memory answer once the card has been pulled out or its
 * window was given to another device; the owner must keep both, and the parent
 * device bound, until the last mapping is gone.
 */
#ifndef DMA_CORE_CARD_MEMORY_H
#define DMA_CORE_CARD_MEMORY_H

#include <linux/bits.h>
#include <linux/types.h>

struct device;
struct page;
struct vm_area_struct;

/*
 * Flags of dma_declare_card_memory():
 *
 * DMA_CARD_MEMORY_CACHED: map the memory write-back, for the CPU and for user
 *	space, instead of write-combining. For memory that is in truth system RAM.
 * DMA_CARD_MEMORY_ALLOW_SYSTEM: when card memory is exhausted, hand out system
 *	RAM instead of failing; each time is counted in debugfs.
 */
#define DMA_CARD_MEMORY_CACHED       BIT(0)
#define DMA_CARD_MEMORY_ALLOW_SYSTEM BIT(1)

struct device *dma_create_card_device(struct device *parent);
void dma_destroy_card_device(struct device *dev);

int dma_declare_card_memory(struct device *dev, phys_addr_t phys_addr,
			    dma_addr_t device_addr, size_t size,
			    unsigned int flags);
void dma_release_card_memory(struct device *dev);

int dma_map_coherent(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size);
struct page *dma_coherent_page(struct device *dev, void *cpu_addr,
			       dma_addr_t handle, size_t offset);

#endif /* DMA_CORE_CARD_MEMORY_H */
