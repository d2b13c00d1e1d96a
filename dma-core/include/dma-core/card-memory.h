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
 * A buffer lives until its owner has freed it and its last user mapping and its last dma-buf
 * are gone. Freeing a buffer that is mapped is therefore legal: the memory is handed
 * to nobody else before the last unmap. A mapping keeps this module loaded, and so does a
 * dma-buf.
 *
 * When the card goes while its memory is mapped, dma_revoke_card_memory() takes it
 * away from user space, and dma_destroy_card_device() then ends everything that is
 * left of it, whatever processes do. Without a revocation the owner must keep the
 * card's memory answering, and the parent device bound, until the last mapping is gone.
 */
#ifndef DMA_CORE_CARD_MEMORY_H
#define DMA_CORE_CARD_MEMORY_H

#ifdef __KERNEL__
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/stringify.h>
#include <linux/types.h>
#endif /* on the host, plain.h brings the types */

/*
 * The version of these calls, and of everything that comes with them. It stands here
 * and nowhere else. Code can test it:
 *
 *	#if DMA_CORE_VERSION < DMA_CORE_VERSION_CODE(0, 9, 0)
 */
#define DMA_CORE_VERSION_MAJOR 0
#define DMA_CORE_VERSION_MINOR 9
#define DMA_CORE_VERSION_PATCH 0

#define DMA_CORE_VERSION_CODE(major, minor, patch) \
	(((major) << 16) + ((minor) << 8) + (patch))
#define DMA_CORE_VERSION                                                      \
	DMA_CORE_VERSION_CODE(DMA_CORE_VERSION_MAJOR, DMA_CORE_VERSION_MINOR, \
			      DMA_CORE_VERSION_PATCH)

/* The same, for MODULE_VERSION(). */
#define DMA_CORE_VERSION_TEXT(major, minor, patch) \
	__stringify(major.minor.patch)
#define DMA_CORE_VERSION_STRING                                               \
	DMA_CORE_VERSION_TEXT(DMA_CORE_VERSION_MAJOR, DMA_CORE_VERSION_MINOR, \
			      DMA_CORE_VERSION_PATCH)

struct device;
struct dma_buf;
struct page;
struct vm_area_struct;

/*
 * Flags of dma_declare_card_memory():
 *
 * DMA_CARD_MEMORY_CACHED: map the memory write-back, for the CPU and for user
 *	space, instead of write-combining. For memory that is in truth system RAM.
 * DMA_CARD_MEMORY_ALLOW_SYSTEM: when card memory is exhausted, hand out system
 *	RAM instead of failing; each time is counted in debugfs.
 * DMA_CARD_ONE_ADDRESS_SPACE: the card tells its own memory from the bus by the address
 *	alone (one decoder, as for NVMe's controller memory buffer, or one AXI map). No
 *	handle of any call lies in this memory's device addresses, then, but its own.
 *	Without it, the card knows by other means, such as a bit in its descriptors,
 *	which of the two an address belongs to.
 */
#define DMA_CARD_MEMORY_CACHED       BIT(0)
#define DMA_CARD_MEMORY_ALLOW_SYSTEM BIT(1)
#define DMA_CARD_ONE_ADDRESS_SPACE   BIT(2)

/*
 * Attribute of dma_alloc_attrs(), beside the kernel's own:
 *
 * DMA_CARD_ATTR_SYSTEM_RAM: system RAM, whatever was declared; for what the card does not
 *	keep in its own memory, such as a completion queue that the CPU polls.
 */
#define DMA_CARD_ATTR_SYSTEM_RAM BIT(31)

/**
 * enum dma_bounce - how streaming mappings reach the RAM that a mask leaves out
 * @DMA_BOUNCE_NONE: the mask leaves none out, or an IOMMU brings all under it
 * @DMA_BOUNCE_BUFFERS: by the platform's bounce buffers: each transfer is copied
 * @DMA_BOUNCE_UNRELIABLE: perhaps not at all: the mask has less than 32 bits, and the
 *	bounce buffers may be out of its reach. Take memory from dma_alloc_coherent(),
 *	dma_alloc_pages() or with GFP_DMA instead
 * @DMA_BOUNCE_ABSENT: not at all: the platform has no bounce buffers (swiotlb=noforce).
 *	Mappings of RAM above the mask fail; take memory as above
 */
enum dma_bounce {
	DMA_BOUNCE_NONE,
	DMA_BOUNCE_BUFFERS,
	DMA_BOUNCE_UNRELIABLE,
	DMA_BOUNCE_ABSENT,
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
struct device *devm_dma_create_card_device(struct device *parent);
void dma_destroy_card_device(struct device *dev);

int dma_declare_card_memory(struct device *dev, phys_addr_t phys_addr,
			    dma_addr_t device_addr, size_t size,
			    unsigned int flags);
void dma_release_card_memory(struct device *dev);
void dma_revoke_card_memory(struct device *dev);
void dma_suspend_card_memory(struct device *dev);
void dma_resume_card_memory(struct device *dev);
int dma_negotiate_mask(struct device *dev, u64 widest,
		       struct dma_mask_choice *choice);

void *dma_alloc_scattered(struct device *dev, size_t size, dma_addr_t *handle,
			  gfp_t gfp);
void dma_free_scattered(struct device *dev, size_t size, void *cpu_addr,
			dma_addr_t handle);
int dma_map_coherent(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size);
int dma_map_coherent_part(struct device *dev, struct vm_area_struct *vma,
			  unsigned long into_vma, void *cpu_addr,
			  dma_addr_t handle, size_t offset, size_t bytes);
struct page *dma_coherent_page(struct device *dev, void *cpu_addr,
			       dma_addr_t handle, size_t offset);

#if defined(CONFIG_DMA_SHARED_BUFFER) || !defined(__KERNEL__)
struct dma_buf *dma_export_coherent(struct device *dev, void *cpu_addr,
				    dma_addr_t handle, size_t offset,
				    size_t bytes, int flags);
int dma_export_coherent_fd(struct device *dev, void *cpu_addr,
			   dma_addr_t handle, size_t offset, size_t bytes,
			   int flags);
#else
static inline struct dma_buf *dma_export_coherent(struct device *dev,
						  void *cpu_addr,
						  dma_addr_t handle,
						  size_t offset, size_t bytes,
						  int flags)
{
	return ERR_PTR(-EOPNOTSUPP);
}

static inline int dma_export_coherent_fd(struct device *dev, void *cpu_addr,
					 dma_addr_t handle, size_t offset,
					 size_t bytes, int flags)
{
	return -EOPNOTSUPP;
}
#endif

#endif /* DMA_CORE_CARD_MEMORY_H */
