// SPDX-License-Identifier: GPL-2.0-only
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

#include "compat.h"
#include "internal.h"

static void *card_alloc(struct device *dev, size_t size, dma_addr_t *handle,
			gfp_t gfp, unsigned long attrs)
{
	return card_buffer_alloc(to_card_device(dev), size, handle, gfp, attrs,
				 card_memory_alloc);
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

static int card_get_sgtable(struct device *dev, struct sg_table *table,
			    void *cpu_addr, dma_addr_t handle, size_t size,
			    unsigned long attrs)
{
	struct card_buffer *buffer;
	int err;

	buffer = card_buffer_get(to_card_device(dev), cpu_addr, handle, size);
	if (!buffer)
		return -EINVAL;
	err = buffer->ops->get_sgtable(buffer, table, size);
	card_buffer_put(buffer);
	return err;
}

/*
 * The parent shares the card device's streaming mask, but each device has a
 * coherent mask of its own, and the parent's has to be the card device's.
 */
struct device *card_allocating_parent(struct card_device *card)
{
	struct device *parent = card->dev.parent;

	if (parent->coherent_dma_mask != card->dev.coherent_dma_mask)
		dma_set_coherent_mask(parent, card->dev.coherent_dma_mask);
	return parent;
}

static struct page *card_alloc_pages(struct device *dev, size_t size,
				     dma_addr_t *handle,
				     enum dma_data_direction dir, gfp_t gfp)
{
	struct card_device *card = to_card_device(dev);

	if (card_is_revoked(card))
		return NULL;
	return dma_alloc_pages(card_allocating_parent(card), size, handle, dir,
			       gfp);
}

static void card_free_pages(struct device *dev, size_t size, struct page *page,
			    dma_addr_t handle, enum dma_data_direction dir)
{
	dma_free_pages(dev->parent, size, page, handle, dir);
}

/*
 * Streaming mappings are for system RAM. Card memory needs none, it is coherent;
 * and a page of RAM that plays a card's memory has an address for the card already.
 */
bool card_is_system_ram(struct device *dev, struct page *page,
			unsigned long offset, size_t size)
{
	dma_addr_t unused;

	if (page && card_regions_to_device(to_card_device(dev),
					   page_to_phys(page) + offset, size,
					   &unused) == -ENXIO)
		return true;
	CALLER_ERRED(dev, "streaming mapping of %zu bytes of card memory\n",
		     size);
	return false;
}

dma_addr_t card_map_page(struct device *dev, struct page *page,
			 unsigned long offset, size_t size,
			 enum dma_data_direction dir, unsigned long attrs)
{
	dma_addr_t handle;

	if (!card_is_system_ram(dev, page, offset, size))
		return DMA_MAPPING_ERROR;
	handle =
		dma_map_page_attrs(dev->parent, page, offset, size, dir, attrs);
	/* Asked for the parent as well, whose mappings are debugged, too. */
	if (dma_mapping_error(dev->parent, handle))
		return DMA_MAPPING_ERROR;
	return handle;
}

void card_unmap_page(struct device *dev, dma_addr_t handle, size_t size,
		     enum dma_data_direction dir, unsigned long attrs)
{
	dma_unmap_page_attrs(dev->parent, handle, size, dir, attrs);
}

/*
 * A physical range without pages: the card's own memory, where the card sees it, or
 * another device's, for which the platform knows the way.
 */
dma_addr_t card_map_resource(struct device *dev, phys_addr_t phys_addr,
			     size_t size, enum dma_data_direction dir,
			     unsigned long attrs)
{
	struct card_device *card = to_card_device(dev);
	dma_addr_t handle;
	int err = card_regions_to_device(card, phys_addr, size, &handle);

	if (!err)
		return handle;
	if (err == -EINVAL) {
		CALLER_ERRED(dev,
			     "mapping %zu bytes at %pap, of which a part is card memory\n",
			     size, &phys_addr);
		return DMA_MAPPING_ERROR;
	}
	handle = dma_map_resource(dev->parent, phys_addr, size, dir, attrs);
	if (dma_mapping_error(dev->parent, handle) ||
	    !card_regions_hold_device(card, handle, size))
		return handle;
	/* It could not be told apart any more, neither here nor by the card. */
	dma_unmap_resource(dev->parent, handle, size, dir, attrs);
	dev_err_ratelimited(dev,
			    "%zu bytes at %pap would be at %pad, where the card has memory of its own\n",
			    size, &phys_addr, &handle);
	return DMA_MAPPING_ERROR;
}

void card_unmap_resource(struct device *dev, dma_addr_t handle, size_t size,
			 enum dma_data_direction dir, unsigned long attrs)
{
	if (!card_regions_hold_device(to_card_device(dev), handle, size))
		dma_unmap_resource(dev->parent, handle, size, dir, attrs);
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

static u64 card_get_required_mask(struct device *dev)
{
	return max(dma_get_required_mask(dev->parent),
		   card_regions_mask(to_card_device(dev)));
}

static size_t card_max_mapping_size(struct device *dev)
{
	return dma_max_mapping_size(dev->parent);
}

static unsigned long card_get_merge_boundary(struct device *dev)
{
	return dma_get_merge_boundary(dev->parent);
}

/*
 * dma_set_mask() is the one way to ask the parent; its mask is put back. What the parent
 * has mapped by then was for that mask: a driver sets masks before it maps anything.
 */
static bool parent_supports(struct device *parent, u64 mask)
{
	u64 old = *parent->dma_mask;

	if (mask == old)
		return true;
	if (dma_set_mask(parent, mask))
		return false;
	*parent->dma_mask = old;
	return true;
}

static int card_dma_supported(struct device *dev, u64 mask)
{
	return mask && mask >= card_regions_mask(to_card_device(dev)) &&
	       parent_supports(dev->parent, mask);
}

static const struct dma_map_ops card_dma_ops = {
	.alloc = card_alloc,
	.free = card_free,
	.mmap = card_mmap,
	.get_sgtable = card_get_sgtable,
	ALLOC_PAGES_OP = card_alloc_pages,
	.free_pages = card_free_pages,
	MAP_OPS,
	.map_sg = card_map_sg,
	.unmap_sg = card_unmap_sg,
	.sync_single_for_cpu = card_sync_single_for_cpu,
	.sync_single_for_device = card_sync_single_for_device,
	.sync_sg_for_cpu = card_sync_sg_for_cpu,
	.sync_sg_for_device = card_sync_sg_for_device,
	.dma_supported = card_dma_supported,
	.get_required_mask = card_get_required_mask,
	.max_mapping_size = card_max_mapping_size,
	.get_merge_boundary = card_get_merge_boundary,
};

/* The card device that @dev is, or NULL when it is another kind of device. */
struct card_device *to_card_device(struct device *dev)
{
	if (!dev || get_dma_ops(dev) != &card_dma_ops)
		return NULL;
	return container_of(dev, struct card_device, dev);
}

/* For a caller who may be told so too early, but never too late. */
bool card_is_revoked(const struct card_device *card)
{
	return READ_ONCE(card->revoked);
}

/* The same for a caller who has to know that it is one. */
struct card_device *expect_card_device(struct device *dev)
{
	struct card_device *card = to_card_device(dev);

	WARN_ONCE(!card, "%s: not a device made by dma_create_card_device()\n",
		  dev ? dev_name(dev) : "NULL");
	return card;
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
	card_object_destroyed(CARD_OBJECT_DEVICE, 1);
	put_device(parent);
}

static int is_card_device(struct device *dev, void *unused)
{
	return !!to_card_device(dev);
}

static bool has_card_device(struct device *parent)
{
	return device_for_each_child(parent, NULL, is_card_device);
}

/**
 * dma_create_card_device() - make the device that card memory is declared for
 * @parent: the device that does the DMA
 *
 * The new device appears below @parent in sysfs and begins with its masks. Use it
 * for all DMA calls of the driver, for dma_set_mask() as well: masks that are set
 * for it hold for @parent, too.
 *
 * Context: process context, may sleep.
 * Return: the device, or ERR_PTR() of -EINVAL when @parent cannot do DMA, with a
 * warning -EEXIST when it has a card device already, -ENOMEM, or an errno of
 * device_add().
 */
struct device *dma_create_card_device(struct device *parent)
{
	struct card_device *card;
	struct device *dev;
	int err;

	if (!parent || !parent->dma_mask)
		return ERR_PTR(-EINVAL);
	if (has_card_device(parent)) {
		CALLER_ERRED(parent, "it has a card device already\n");
		return ERR_PTR(-EEXIST);
	}
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);

	spin_lock_init(&card->lock);
	init_rwsem(&card->revoke_lock);
	mutex_init(&card->revoke_mutex);
	init_waitqueue_head(&card->idle);
	INIT_LIST_HEAD(&card->regions);
	INIT_LIST_HEAD(&card->buffers);
	INIT_LIST_HEAD(&card->mappings);
	xa_init_flags(&card->owned, XA_FLAGS_LOCK_IRQ);

	dev = &card->dev;
	device_initialize(dev);
	card_object_created(CARD_OBJECT_DEVICE);
	dev->parent = get_device(parent);
	dev->release = card_device_release;
	dev->coherent_dma_mask = parent->coherent_dma_mask;
	/* Shared: streaming calls are the parent's, and go by its mask. */
	dev->dma_mask = parent->dma_mask;
	/* Shared: segment limits set for either hold where lists are mapped. */
	dev->dma_parms = parent->dma_parms;
	set_dma_ops(dev, &card_dma_ops);
	set_dev_node(dev, dev_to_node(parent));
	err = dev_set_name(dev, "%s-dma", dev_name(parent));
	if (err)
		goto put;
	/* What is managed by dmam_alloc_coherent() goes when the device does. */
	if (!devres_open_group(dev, card, GFP_KERNEL)) {
		err = -ENOMEM;
		goto put;
	}
	err = device_add(dev);
	if (err)
		goto put;
	card_debugfs_add(card);
	return dev;

put:
	put_device(dev);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(dma_create_card_device);

/**
 * dma_destroy_card_device() - undo dma_create_card_device()
 * @dev: the card device
 *
 * Releases its card memory first. Every buffer must have been freed, but for those
 * of dmam_alloc_coherent(), which are freed here. Buffers that user space still maps
 * live on until the last unmap, and so long the parent has to stay bound if they lie
 * in system RAM, and the card's memory has to answer.
 *
 * After dma_revoke_card_memory() none of that holds: buffers that were not freed are
 * taken back, and nothing of the card or the parent is in use after return. The
 * owner may not touch them any more; his own dma_free_coherent(), should it still
 * come, does nothing, as long as he has kept @dev with get_device(). (The DMA API's
 * own debugging does not know of it, and complains: better free before.)
 *
 * Context: process context, may sleep.
 */
void dma_destroy_card_device(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);

	if (!card)
		return;
	devres_release_group(dev, card);
	if (card->revoked)
		card_buffers_reclaim(card);
	dma_release_card_memory(dev);
	WARN_ONCE(!xa_empty(&card->owned),
		  "%s: destroyed with buffers not freed\n", dev_name(dev));
	card_debugfs_remove(card);
	device_unregister(dev);
}
EXPORT_SYMBOL_GPL(dma_destroy_card_device);
