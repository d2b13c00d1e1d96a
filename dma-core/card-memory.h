/* SPDX-License-Identifier: GPL-2.0-only */
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
 * When the card goes while its memory is mapped, dma_revoke_card_memory() takes it
 * away from user space, and dma_destroy_card_device() then ends everything that is
 * left of it, whatever processes do. Without a revocation the owner must keep the
 * card's memory answering, and the parent device bound, until the last mapping is gone.
 */
#ifndef DMA_CORE_CARD_MEMORY_H
#define DMA_CORE_CARD_MEMORY_H

#include "plain.h"

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

/**
 * enum dma_bounce - how streaming mappings reach the RAM that a mask leaves out
 * @DMA_BOUNCE_NONE: the mask leaves none out, or an IOMMU brings all under it
 * @DMA_BOUNCE_BUFFERS: by the platform's bounce buffers: each transfer is copied
 * @DMA_BOUNCE_UNRELIABLE: perhaps not at all: the mask has less than 32 bits, and the
 *	bounce buffers may be out of its reach. Take memory from dma_alloc_coherent(),
 *	dma_alloc_pages() or with GFP_DMA instead
 */
enum dma_bounce {
	DMA_BOUNCE_NONE,
	DMA_BOUNCE_BUFFERS,
	DMA_BOUNCE_UNRELIABLE,
};

/**
 * struct dma_mask_choice - what dma_negotiate_mask() found and settled on
 * @widest: the mask that the device can do, as given
 * @system_ram: the mask that the platform wants for its RAM
 * @card_memory: the mask that covers the declared card memory; 0 without any
 * @translated: an IOMMU brings any RAM under any mask
 * @mask: the choice, set for the device
 * @descriptor_bits: 32 when addresses of 32 bits suffice under @mask, or else 64
 * @bounce: what becomes of RAM above @mask
 */
struct dma_mask_choice {
	u64 widest;
	u64 system_ram;
	u64 card_memory;
	bool translated;
	u64 mask;
	unsigned int descriptor_bits;
	enum dma_bounce bounce;
};

struct device *dma_create_card_device(struct device *parent);
void dma_destroy_card_device(struct device *dev);

int dma_declare_card_memory(struct device *dev, phys_addr_t phys_addr,
			    dma_addr_t device_addr, size_t size,
			    unsigned int flags);
void dma_release_card_memory(struct device *dev);
void dma_revoke_card_memory(struct device *dev);
int dma_negotiate_mask(struct device *dev, u64 widest,
		       struct dma_mask_choice *choice);

void *dma_alloc_scattered(struct device *dev, size_t size, dma_addr_t *handle,
			  gfp_t gfp);
void dma_free_scattered(struct device *dev, size_t size, void *cpu_addr,
			dma_addr_t handle);
int dma_map_coherent(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size);
struct page *dma_coherent_page(struct device *dev, void *cpu_addr,
			       dma_addr_t handle, size_t offset);

#endif /* DMA_CORE_CARD_MEMORY_H */
