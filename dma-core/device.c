// SPDX-License-Identifier: GPL-2.0
/*
 * The card device: a device for the DMA API whose coherent calls serve card
 * memory and whose streaming calls go to its parent.
 *
 * Why a device of its own: once a device has dma_map_ops, every DMA call for it
 * goes there, and the kernel's direct path cannot be called by a module. Asked
 * for the parent, all of the platform's own handling is there unchanged.
 */
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "internal.h"

static void *card_alloc(struct device *dev, size_t size, dma_addr_t *handle,
			gfp_t gfp, unsigned long attrs)
{
	return card_buffer_alloc(to_card_device(dev), size, handle, gfp, attrs);
}

static void card_free(struct device *dev, size_t size, void *cpu_addr,
		      dma_addr_t handle, unsigned long attrs)
{
	card_buffer_free(to_card_device(dev), size, cpu_addr, handle);
}

static int card_mmap(struct device *dev, struct vm_area_struct *vma,
		     void *cpu_addr, dma_addr_t handle, size_t size,
		     unsigned long attrs)
{
	return card_mapping_create(to_card_device(dev), vma, cpu_addr, handle,
				   size);
}

static struct page *card_alloc_pages(struct device *dev, size_t size,
				     dma_addr_t *handle,
				     enum dma_data_direction dir, gfp_t gfp)
{
	return dma_alloc_pages(dev->parent, size, handle, dir, gfp);
}

static void card_free_pages(struct device *dev, size_t size, struct page *page,
			    dma_addr_t handle, enum dma_data_direction dir)
{
	dma_free_pages(dev->parent, size, page, handle, dir);
}

static dma_addr_t card_map_page(struct device *dev, struct page *page,
				unsigned long offset, size_t size,
				enum dma_data_direction dir,
				unsigned long attrs)
{
	return dma_map_page_attrs(dev->parent, page, offset, size, dir, attrs);
}

static void card_unmap_page(struct device *dev, dma_addr_t handle, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_page_attrs(dev->parent, handle, size, dir, attrs);
}

static int card_map_sg(struct device *dev, struct scatterlist *sg, int nents,
		       enum dma_data_direction dir, unsigned long attrs)
{
	int mapped = dma_map_sg_attrs(dev->parent, sg, nents, dir, attrs);

	/* dma_map_sg_attrs() folds every error into 0. */
	return mapped ? mapped : -EIO;
}

static void card_unmap_sg(struct device *dev, struct scatterlist *sg, int nents,
			  enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_sg_attrs(dev->parent, sg, nents, dir, attrs);
}

static void card_sync_single_for_cpu(struct device *dev, dma_addr_t handle,
				     size_t size, enum dma_data_direction dir)
{
	dma_sync_single_for_cpu(dev->parent, handle, size, dir);
}

static void card_sync_single_for_device(struct device *dev, dma_addr_t handle,
					size_t size,
					enum dma_data_direction dir)
{
	dma_sync_single_for_device(dev->parent, handle, size, dir);
}

static void card_sync_sg_for_cpu(struct device *dev, struct scatterlist *sg,
				 int nents, enum dma_data_direction dir)
{
	dma_sync_sg_for_cpu(dev->parent, sg, nents, dir);
}

static void card_sync_sg_for_device(struct device *dev, struct scatterlist *sg,
				    int nents, enum dma_data_direction dir)
{
	dma_sync_sg_for_device(dev->parent, sg, nents, dir);
}

static u64 card_get_required_mask(struct device *dev)
{
	return dma_get_required_mask(dev->parent);
}

static size_t card_max_mapping_size(struct device *dev)
{
	return dma_max_mapping_size(dev->parent);
}

/* The parent's mask is what its streaming calls go by; a narrower one is its matter. */
static int card_dma_supported(struct device *dev, u64 mask)
{
	return mask >= dma_get_mask(dev->parent);
}

static const struct dma_map_ops card_dma_ops = {
	.alloc = card_alloc,
	.free = card_free,
	.mmap = card_mmap,
	.alloc_pages = card_alloc_pages,
	.free_pages = card_free_pages,
	.map_page = card_map_page,
	.unmap_page = card_unmap_page,
	.map_sg = card_map_sg,
	.unmap_sg = card_unmap_sg,
	.sync_single_for_cpu = card_sync_single_for_cpu,
	.sync_single_for_device = card_sync_single_for_device,
	.sync_sg_for_cpu = card_sync_sg_for_cpu,
	.sync_sg_for_device = card_sync_sg_for_device,
	.dma_supported = card_dma_supported,
	.get_required_mask = card_get_required_mask,
	.max_mapping_size = card_max_mapping_size,
};

/* The card device that @dev is, or NULL when it is another kind of device. */
struct card_device *to_card_device(struct device *dev)
{
	if (!dev || get_dma_ops(dev) != &card_dma_ops)
		return NULL;
	return container_of(dev, struct card_device, dev);
}

/*
 * The last reference may be a mapping's, dropped long after the driver is gone;
 * this module is what must still be there, which the mapping sees to.
 */
static void card_device_release(struct device *dev)
{
	struct card_device *card = container_of(dev, struct card_device, dev);
	struct device *parent = dev->parent;

	WARN_ONCE(!list_empty(&card->buffers), "buffers without a device\n");
	xa_destroy(&card->owned);
	kfree(card);
	put_device(parent);
}

/**
 * dma_create_card_device() - make the device that card memory is declared for
 * @parent: the device that does the DMA, with its masks set
 *
 * The new device appears below @parent in sysfs. It takes over the masks that
 * @parent has now; narrower ones have to be set for @parent. Use it for all DMA
 * calls of the driver.
 *
 * Context: process context, may sleep.
 * Return: the device, or ERR_PTR() of -EINVAL when @parent cannot do DMA,
 * -ENOMEM, or an errno of device_add().
 */
struct device *dma_create_card_device(struct device *parent)
{
	struct card_device *card;
	struct device *dev;
	int err;

	if (!parent || !parent->dma_mask)
		return ERR_PTR(-EINVAL);
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);

	spin_lock_init(&card->lock);
	INIT_LIST_HEAD(&card->regions);
	INIT_LIST_HEAD(&card->buffers);
	INIT_LIST_HEAD(&card->mappings);
	xa_init_flags(&card->owned, XA_FLAGS_LOCK_IRQ);

	dev = &card->dev;
	device_initialize(dev);
	dev->parent = get_device(parent);
	dev->release = card_device_release;
	dev->coherent_dma_mask = parent->coherent_dma_mask;
	card->dma_mask = *parent->dma_mask;
	dev->dma_mask = &card->dma_mask;
	/* Shared: segment limits set for either hold where lists are mapped. */
	dev->dma_parms = parent->dma_parms;
	set_dma_ops(dev, &card_dma_ops);
	set_dev_node(dev, dev_to_node(parent));
	err = dev_set_name(dev, "%s-dma", dev_name(parent));
	if (!err)
		err = device_add(dev);
	if (err) {
		put_device(dev);
		return ERR_PTR(err);
	}
	card_debugfs_add(card);
	return dev;
}
EXPORT_SYMBOL_GPL(dma_create_card_device);

/**
 * dma_destroy_card_device() - undo dma_create_card_device()
 * @dev: the card device
 *
 * Releases its card memory first. Every buffer must have been freed; those that
 * user space still maps live on until the last unmap, and so long the parent has to
 * stay bound if they lie in system RAM.
 *
 * Context: process context, may sleep.
 */
void dma_destroy_card_device(struct device *dev)
{
	struct card_device *card = to_card_device(dev);

	if (WARN_ONCE(!card, "not a device made by dma_create_card_device()\n"))
		return;
	dma_release_card_memory(dev);
	card_debugfs_remove(card);
	device_unregister(dev);
}
EXPORT_SYMBOL_GPL(dma_destroy_card_device);
