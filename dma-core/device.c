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
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "compat.h"
#include "debugfs.h"
#include "map.h"
#include "objects.h"
#include "region.h"
#include "sg.h"
#include "space.h"
#include "system.h"

/* Card memory, or the system RAM that takes its place or was asked for. */
static int card_memory_alloc(struct card_device *card,
			     struct card_buffer *buffer, gfp_t gfp,
			     unsigned long attrs)
{
	unsigned long flags;
	int err;

	if (!READ_ONCE(card->declared) || attrs & DMA_CARD_ATTR_SYSTEM_RAM)
		return card_system_alloc(card, buffer, gfp, attrs);
	err = card_region_alloc(card, buffer, gfp);
	if (!err || !card_allows_system(card))
		return err;
	err = card_system_alloc(card, buffer, gfp, attrs);
	if (!err) {
		spin_lock_irqsave(&card->lock, flags);
		card->counters.fallen_back++;
		spin_unlock_irqrestore(&card->lock, flags);
	}
	return err;
}

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

static struct page *card_alloc_pages(struct device *dev, size_t size,
				     dma_addr_t *handle,
				     enum dma_data_direction dir, gfp_t gfp)
{
	struct card_device *card = to_card_device(dev);
	struct device *parent;
	struct page *page;
	u64 limit;

	if (card_is_revoked(card))
		return NULL;
	parent = card_allocating_parent(card);
	page = dma_alloc_pages(parent, size, handle, dir, gfp);
	limit = page ? card_limit_below(card, *handle, size) : U64_MAX;
	if (limit == U64_MAX)
		return page;
	dma_free_pages(parent, size, page, *handle, dir);
	if (!limit)
		return NULL;
	card_allocating_below(card, limit);
	page = dma_alloc_pages(parent, size, handle, dir, gfp);
	card_allocated_below(card);
	if (!page || card_handle_is_clear(card, *handle, size))
		return page;
	dma_free_pages(parent, size, page, *handle, dir);
	return NULL;
}

static void card_free_pages(struct device *dev, size_t size, struct page *page,
			    dma_addr_t handle, enum dma_data_direction dir)
{
	dma_free_pages(dev->parent, size, page, handle, dir);
}

static dma_addr_t map_system_ram(struct device *dev, phys_addr_t phys_addr,
				 size_t size, enum dma_data_direction dir,
				 unsigned long attrs)
{
	dma_addr_t handle;

	if (!card_is_system_ram(dev, phys_addr, size))
		return DMA_MAPPING_ERROR;
	handle = dma_map_phys(dev->parent, phys_addr, size, dir, attrs);
	/* Asked for the parent as well, whose mappings are debugged, too. */
	if (dma_mapping_error(dev->parent, handle))
		return DMA_MAPPING_ERROR;
	if (card_handle_is_clear(to_card_device(dev), handle, size))
		return handle;
	dma_unmap_phys(dev->parent, handle, size, dir,
		       attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return DMA_MAPPING_ERROR;
}

/*
 * A physical range without pages: the card's own memory, where the card sees it, or
 * another device's, for which the platform knows the way.
 */
static dma_addr_t map_resource(struct device *dev, phys_addr_t phys_addr,
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
	handle = dma_map_phys(dev->parent, phys_addr, size, dir, attrs);
	if (dma_mapping_error(dev->parent, handle) ||
	    !card_regions_hold_device(card, handle, size))
		return handle;
	/*
	 * The bus address lies in the card's own range: neither an unmap nor the card could
	 * tell the two apart.
	 */
	dma_unmap_phys(dev->parent, handle, size, dir, attrs);
	dev_err_ratelimited(dev,
			    "%zu bytes at %pap would be at %pad, where the card has memory of its own\n",
			    size, &phys_addr, &handle);
	return DMA_MAPPING_ERROR;
}

static dma_addr_t card_map_phys(struct device *dev, phys_addr_t phys_addr,
				size_t size, enum dma_data_direction dir,
				unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO)
		return map_resource(dev, phys_addr, size, dir, attrs);
	return map_system_ram(dev, phys_addr, size, dir, attrs);
}

static void card_unmap_phys(struct device *dev, dma_addr_t handle, size_t size,
			    enum dma_data_direction dir, unsigned long attrs)
{
	if (attrs & DMA_ATTR_MMIO &&
	    card_regions_hold_device(to_card_device(dev), handle, size))
		return;
	dma_unmap_phys(dev->parent, handle, size, dir, attrs);
}

DEFINE_MAP_OPS(card_map_phys, card_unmap_phys);

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
 * To set a mask is the one way to ask the platform. The parent's are left alone, for it may
 * stream and allocate at this moment: asked is for a device that is like the parent in all
 * that the answer goes by. (Who asks at the same time may set its mask; nobody reads it.)
 */
static bool parent_supports(struct card_device *card, u64 mask)
{
	const struct device *parent = card->dev.parent;
	struct device *alike = &card->alike;

	set_dma_ops(alike, get_dma_ops(card->dev.parent));
	set_dma_iommu(alike, parent);
	alike->bus_dma_limit = parent->bus_dma_limit;
	alike->dma_range_map = parent->dma_range_map;
	alike->archdata = parent->archdata;
	return !dma_set_coherent_mask(alike, mask);
}

static int card_dma_supported(struct device *dev, u64 mask)
{
	struct card_device *card = to_card_device(dev);

	return mask && mask >= card_regions_mask(card) &&
	       parent_supports(card, mask);
}

static const struct dma_map_ops card_dma_ops = {
	.alloc = card_alloc,
	.free = card_free,
	.mmap = card_mmap,
	.get_sgtable = card_get_sgtable,
	.alloc_pages_op = card_alloc_pages,
	.free_pages = card_free_pages,
	MAP_OPS(card_map_phys, card_unmap_phys),
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

/*
 * The last reference may be a mapping's, dropped long after the driver is gone;
 * this module is what must still be there, which the mapping sees to.
 */
static void card_device_release(struct device *dev)
{
	struct card_device *card = container_of(dev, struct card_device, dev);
	struct device *parent = dev->parent;

	WARN_ONCE(!list_empty(&card->buffers), "buffers without a device\n");
	iput(card->space);
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
 * Return: the device, or ERR_PTR() of -EINVAL when @parent cannot do DMA; with a
 * warning, -EINVAL when @parent is a card device itself and -EEXIST when it has one
 * already; -ENOMEM, or an errno of device_add().
 */
struct device *dma_create_card_device(struct device *parent)
{
	struct card_device *card;
	struct device *dev;
	int err;

	if (!parent || !parent->dma_mask)
		return ERR_PTR(-EINVAL);
	if (to_card_device(parent)) {
		CALLER_ERRED(parent, "it is a card device itself\n");
		return ERR_PTR(-EINVAL);
	}
	if (has_card_device(parent)) {
		CALLER_ERRED(parent, "it has a card device already\n");
		return ERR_PTR(-EEXIST);
	}
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return ERR_PTR(-ENOMEM);
	card->space = card_space_new();
	if (IS_ERR(card->space)) {
		err = PTR_ERR(card->space);
		kfree(card);
		return ERR_PTR(err);
	}

	spin_lock_init(&card->lock);
	card->limit = U64_MAX;
	init_rwsem(&card->revoke_lock);
	mutex_init(&card->revoke_mutex);
	init_waitqueue_head(&card->idle);
	init_waitqueue_head(&card->resumed);
	INIT_LIST_HEAD(&card->regions);
	card_spans_reset(card);
	INIT_LIST_HEAD(&card->buffers);
	INIT_LIST_HEAD(&card->mappings);
	INIT_LIST_HEAD(&card->exports);
	init_waitqueue_head(&card->vunmapped);
	card->owned = RB_ROOT;

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
	dev->type = &card_device_type;
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

/* What devm_dma_create_card_device() leaves with the parent. */
static void destroy_managed(struct device *parent, void *managed)
{
	struct card_device *card = *(struct card_device **)managed;

	dma_revoke_card_memory(&card->dev);
	dma_destroy_card_device(&card->dev);
}

static int is_managed(struct device *parent, void *managed, void *card)
{
	return *(struct card_device **)managed == card;
}

/**
 * dma_destroy_card_device() - undo dma_create_card_device()
 * @dev: the card device
 *
 * Releases its card memory first; if that is suspended, it is revoked, since nobody could
 * resume it. Every buffer must have been freed, but for those
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
	if (!device_is_registered(dev)) {
		CALLER_ERRED(dev, "destroyed already\n");
		return;
	}
	devres_destroy(dev->parent, destroy_managed, is_managed, card);
	if (card->suspended)
		dma_revoke_card_memory(dev);
	devres_release_group(dev, card);
	if (card->revoked)
		card_buffers_reclaim(card);
	dma_release_card_memory(dev);
	WARN_ONCE(!RB_EMPTY_ROOT(&card->owned),
		  "%s: destroyed with buffers not freed\n", dev_name(dev));
	card_debugfs_remove(card);
	device_unregister(dev);
}
EXPORT_SYMBOL_GPL(dma_destroy_card_device);

/**
 * devm_dma_create_card_device() - dma_create_card_device() that undoes itself
 * @parent: the device that does the DMA, which a driver is being bound to
 *
 * When the driver is unbound, or its probe fails, the card device is revoked and
 * destroyed: after remove(), and before what the driver took earlier by other managed
 * calls, such as its regions and interrupts. The owner need not destroy it; what he does
 * destroy by dma_destroy_card_device() is not destroyed again. Calls that use its buffers have
 * come to their end by then: see to that in remove().
 *
 * Context: process context, may sleep.
 * Return: as dma_create_card_device().
 */
struct device *devm_dma_create_card_device(struct device *parent)
{
	struct card_device **managed =
		devres_alloc(destroy_managed, sizeof(*managed), GFP_KERNEL);
	struct device *dev;

	if (!managed)
		return ERR_PTR(-ENOMEM);
	dev = dma_create_card_device(parent);
	if (IS_ERR(dev)) {
		devres_free(managed);
		return dev;
	}
	*managed = container_of(dev, struct card_device, dev);
	devres_add(parent, managed);
	return dev;
}
EXPORT_SYMBOL_GPL(devm_dma_create_card_device);
