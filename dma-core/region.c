// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions: memory on a card, declared for a device.
 *
 * A handle is not a physical address. The card and the CPU see the same byte at
 * addresses that have nothing to do with each other; the pair is known here and
 * nowhere else, and everything passes through as an offset into the region.
 */
#include <linux/dma-direct.h>
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "attribute.h"
#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "mask.h"
#include "objects.h"
#include "region.h"
#include "trace.h"

/* All regions of the machine: one byte of card memory has one declaration. */
static LIST_HEAD(all_regions);
static DEFINE_MUTEX(all_regions_lock);

static const struct card_region *overlapping(const struct card_region *region)
{
	const struct card_window *ours = &region->window;
	const struct card_region *other;

	lockdep_assert_held(&all_regions_lock);
	list_for_each_entry(other, &all_regions, on_machine) {
		const struct card_window *theirs = &other->window;

		if (card_ranges_overlap(ours->phys_addr, ours->size,
					theirs->phys_addr, theirs->size))
			return other;
		if (other->card == region->card &&
		    card_ranges_overlap(ours->device_addr, ours->size,
					theirs->device_addr, theirs->size))
			return other;
	}
	return NULL;
}

/*
 * dma_alloc_coherent() promises handles that are aligned to the order of the size;
 * the region need not be, and so alignment counts from the card's address 0.
 */
static int order_pages(struct card_region *region)
{
	const struct page_order_config config = {
		.pages = region->window.size >> PAGE_SHIFT,
		.origin = region->window.device_addr >> PAGE_SHIFT,
		.policy = PAGE_ORDER_COMPACT,
	};

	region->metadata =
		kvmalloc(page_order_bytes(&config), GFP_KERNEL | __GFP_NOWARN);
	if (!region->metadata)
		return -ENOMEM;
	return card_pages_init(&region->pages, &config, region->metadata);
}

/* No range of them for now. A span tells quickly that a range is in no region. */
void card_spans_reset(struct card_device *card)
{
	const struct card_span none = { .first = U64_MAX };

	card->phys_span = none;
	card->handle_span = none;
}

/* With card_device.lock held. Each half alone makes a span wider. */
static void span_take_in(struct card_span *span, u64 first, u64 size)
{
	WRITE_ONCE(span->first, min(span->first, first));
	WRITE_ONCE(span->last, max(span->last, first + (size - 1)));
}

static bool span_may_have(const struct card_span *span, u64 first, u64 last)
{
	return first <= READ_ONCE(span->last) && last >= READ_ONCE(span->first);
}

/* Whether some of it may be card memory: if not, none is. */
bool card_regions_may_have(const struct card_device *card, u64 first, u64 last)
{
	return span_may_have(&card->phys_span, first, last);
}

/* Whether the card could take a handle of RAM for its own memory's, wherever that lies. */
bool card_has_one_address_space(const struct card_device *card)
{
	const struct card_span *span = &card->handle_span;

	return READ_ONCE(span->first) <= READ_ONCE(span->last);
}

/* The attribute that map_region() asks for. */
static pgprot_t card_region_pgprot(const struct card_region *region,
				   pgprot_t prot)
{
	if (region->flags & DMA_CARD_MEMORY_CACHED)
		return prot;
	return pgprot_writecombine(pgprot_decrypted(prot));
}

/* What was asked for, and what it has, differ where somebody was there before. */
static void look_at_attribute(struct card_region *region)
{
	const struct card_window *window = &region->window;
	pgprot_t asked = card_region_pgprot(region, PAGE_KERNEL);

	region->attribute = card_kernel_attribute(region->cpu_addr, asked);
	if (!strcmp(region->attribute, card_attribute(asked)))
		return;
	dev_warn(region->card->dev.parent,
		 "card memory: %llu bytes at %#llx are mapped %s, and not %s: another mapping of them was there before, such as another driver's, or a part of this one's: end it and bind again; or the firmware made the BAR so, where it is to be cached\n",
		 window->size, window->phys_addr, region->attribute,
		 card_attribute(asked));
}

static int map_region(struct card_region *region)
{
	unsigned long how = region->flags & DMA_CARD_MEMORY_CACHED ?
				    MEMREMAP_WB :
				    MEMREMAP_WC;
	int err;

	region->cpu_addr =
		memremap(region->window.phys_addr, region->window.size, how);
	if (!region->cpu_addr)
		return -ENOMEM;
	look_at_attribute(region);
	err = order_pages(region);
	if (err) {
		kvfree(region->metadata);
		memunmap(region->cpu_addr);
	}
	return err;
}

static void region_destroy(struct kref *kref)
{
	struct card_region *region =
		container_of(kref, struct card_region, kref);
	struct card_device *card = region->card;

	kvfree(region->metadata);
	/* Unmapped first: a new declaration may want another attribute. */
	mutex_lock(&all_regions_lock);
	memunmap(region->cpu_addr);
	list_del(&region->on_machine);
	mutex_unlock(&all_regions_lock);
	kfree(region);
	card_object_destroyed(CARD_OBJECT_REGION, 1);
	put_device(&card->dev);
}

static int check_declaration(struct device *dev,
			     const struct card_window *window,
			     unsigned int flags)
{
	int err, ram;

	if (flags & ~(DMA_CARD_MEMORY_CACHED | DMA_CARD_MEMORY_ALLOW_SYSTEM |
		      DMA_CARD_ONE_ADDRESS_SPACE)) {
		CALLER_ERRED(dev, "card memory: unknown flags %#x\n", flags);
		return -EINVAL;
	}
	err = card_window_check(window, PAGE_SIZE, PHYS_ADDR_MAX,
				(dma_addr_t)-1);
	if (!err && window->size >> PAGE_SHIFT > U32_MAX)
		err = -EOVERFLOW;
	if (err == -EINVAL)
		CALLER_ERRED(dev,
			     "card memory: %llu bytes at %#llx (card: %#llx); addresses and size must be multiples of %lu, and the size above 0\n",
			     window->size, window->phys_addr,
			     window->device_addr, PAGE_SIZE);
	else if (err)
		CALLER_ERRED(dev,
			     "card memory: %llu bytes at %#llx (card: %#llx) pass the end of the address space\n",
			     window->size, window->phys_addr,
			     window->device_addr);
	if (err)
		return -EINVAL;
	ram = region_intersects(window->phys_addr, window->size,
				IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE);
	if (ram == REGION_MIXED) {
		CALLER_ERRED(dev,
			     "card memory: of %llu bytes at %#llx a part is system RAM: all or nothing can be\n",
			     window->size, window->phys_addr);
		return -EINVAL;
	}
	if (!(flags & DMA_CARD_MEMORY_CACHED) && ram != REGION_DISJOINT) {
		CALLER_ERRED(dev,
			     "card memory: %llu bytes at %#llx are system RAM; with DMA_CARD_MEMORY_CACHED it can play the part of a card's memory\n",
			     window->size, window->phys_addr);
		return -EINVAL;
	}
	return 0;
}

/*
 * One address space: what has to be away from the window's device addresses. RAM is
 * there by what its bus address is, unless an IOMMU gives it others.
 */

static bool is_ram_on_bus(struct device *parent, u64 bus_addr, u64 size)
{
	return region_intersects(dma_to_phys(parent, bus_addr), size,
				 IORESOURCE_SYSTEM_RAM,
				 IORES_DESC_NONE) != REGION_DISJOINT;
}

/* Where no RAM is: the memory's own bus address, or else beyond all RAM. */
static u64 free_device_addr(struct card_device *card,
			    const struct card_window *window)
{
	struct device *parent = card->dev.parent;
	u64 own = phys_to_dma(parent, window->phys_addr);

	if (!is_ram_on_bus(parent, own, window->size))
		return own;
	return card_mask_covering(dma_get_required_mask(parent)) + 1;
}

static int check_ram(struct card_device *card, const struct card_window *window)
{
	struct device *parent = card->dev.parent;

	if (card_is_translated(card) ||
	    !is_ram_on_bus(parent, window->device_addr, window->size))
		return 0;
	dev_err(parent,
		"card memory: %llu bytes at the card's %#llx lie where RAM is on the bus, and the card has one address space; %#llx is free\n",
		window->size, window->device_addr,
		free_device_addr(card, window));
	return -EADDRINUSE;
}

/* Buffers on the card lie in other windows. */
static bool reaches_into(const struct card_buffer *buffer,
			 const struct card_window *window)
{
	struct scatterlist *segment;
	int i;

	if (buffer->region)
		return false;
	if (!buffer->frames)
		return card_ranges_overlap(window->device_addr, window->size,
					   buffer->handle, buffer->size);
	for_each_sgtable_dma_sg(&buffer->pages, segment, i)
		if (card_ranges_overlap(window->device_addr, window->size,
					sg_dma_address(segment),
					sg_dma_len(segment)))
			return true;
	return false;
}

static const struct card_buffer *buffer_in_window(const struct card_device *card,
						  const struct card_window
							  *window)
{
	const struct card_buffer *buffer;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(buffer, &card->buffers, on_card)
		if (reaches_into(buffer, window))
			return buffer;
	return NULL;
}

static int check_buffers(struct card_device *card,
			 const struct card_window *window)
{
	const struct card_buffer *buffer;
	dma_addr_t handle = 0;

	spin_lock_irq(&card->lock);
	buffer = buffer_in_window(card, window);
	if (buffer)
		handle = buffer->handle;
	spin_unlock_irq(&card->lock);
	if (!buffer)
		return 0;
	dev_err(card->dev.parent,
		"card memory: %llu bytes at the card's %#llx: a buffer in system RAM, at %pad, reaches into them, and the card has one address space; free it first\n",
		window->size, window->device_addr, &handle);
	return -EBUSY;
}

static int check_one_address_space(struct card_device *card,
				   const struct card_window *window,
				   unsigned int flags)
{
	int err;

	if (!(flags & DMA_CARD_ONE_ADDRESS_SPACE))
		return 0;
	err = check_ram(card, window);
	return err ?: check_buffers(card, window);
}

/* From here on, buffers may lie in it. */
static int list_region(struct card_device *card, struct card_region *region)
{
	int err = -ENODEV;

	spin_lock_irq(&card->lock);
	if (!card->revoked) {
		span_take_in(&card->phys_span, region->window.phys_addr,
			     region->window.size);
		if (region->flags & DMA_CARD_ONE_ADDRESS_SPACE)
			span_take_in(&card->handle_span,
				     region->window.device_addr,
				     region->window.size);
		list_add_tail(&region->on_card, &card->regions);
		card->declared = true;
		err = 0;
	}
	spin_unlock_irq(&card->lock);
	return err;
}

/**
 * dma_declare_card_memory() - hand a card's memory to its device's DMA API
 * @dev: a device made by dma_create_card_device()
 * @phys_addr: CPU physical address of the memory's first byte, page-aligned
 * @device_addr: the address at which the card sees that byte, page-aligned
 * @size: bytes, a multiple of the page size
 * @flags: DMA_CARD_*
 *
 * From here on dma_alloc_coherent() for @dev serves this memory, and fails when it
 * is exhausted or was released again. Memory may be declared several times for one
 * device; the regions are tried in the order of their declaration, those excepted
 * that do not lie below the device's coherent mask: call dma_negotiate_mask() when
 * memory was declared. The caller keeps the memory's address range reserved and
 * answering until the last buffer's last mapping is gone.
 *
 * With DMA_CARD_ONE_ADDRESS_SPACE, a mapping or a buffer in system RAM whose handle would
 * lie at these device addresses is undone and refused. Streaming mappings that were made
 * before are not known here: declare first.
 *
 * Context: process context, may sleep.
 * Return: 0; with a warning, -EINVAL when @dev is no card device, a flag is unknown,
 * or the range is empty, unaligned, passes the end of an address space or is system RAM
 * that is not said to be cached, and -EBUSY when part of it is declared already; -ENODEV
 * once @dev was revoked; -ENOMEM when the memory cannot be mapped. With
 * DMA_CARD_ONE_ADDRESS_SPACE, -EADDRINUSE when the device addresses are RAM's on the bus
 * (the log proposes others), and -EBUSY when a buffer in system RAM has one of them.
 */
int dma_declare_card_memory(struct device *dev, phys_addr_t phys_addr,
			    dma_addr_t device_addr, size_t size,
			    unsigned int flags)
{
	struct card_device *card = expect_card_device(dev);
	const struct card_window window = {
		.phys_addr = phys_addr,
		.device_addr = device_addr,
		.size = size,
	};
	const struct card_region *other;
	struct card_region *region;
	int err;

	if (!card)
		return -EINVAL;
	if (card_is_revoked(card))
		return -ENODEV;
	err = check_declaration(dev->parent, &window, flags);
	if (err)
		return err;
	err = check_one_address_space(card, &window, flags);
	if (err)
		return err;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	kref_init(&region->kref);
	region->card = card;
	region->window = window;
	region->flags = flags;

	mutex_lock(&all_regions_lock);
	other = overlapping(region);
	if (other) {
		CALLER_ERRED(dev->parent,
			     "card memory: %zu bytes at %pap (card: %pad) are declared already, at least in part, for %s\n",
			     size, &phys_addr, &device_addr,
			     dev_name(&other->card->dev));
		err = -EBUSY;
		goto free_region;
	}
	err = map_region(region);
	if (err) {
		dev_err(dev->parent,
			"card memory: %zu bytes at %pap cannot be mapped\n",
			size, &phys_addr);
		goto free_region;
	}
	card_object_created(CARD_OBJECT_REGION);
	get_device(&card->dev);
	list_add_tail(&region->on_machine, &all_regions);
	mutex_unlock(&all_regions_lock);

	err = list_region(card, region);
	if (err) {
		kref_put(&region->kref, region_destroy);
		return err;
	}
	trace_dma_declare_card_memory(dev, phys_addr, device_addr, size, flags);
	return 0;

free_region:
	mutex_unlock(&all_regions_lock);
	kfree(region);
	return err;
}
EXPORT_SYMBOL_GPL(dma_declare_card_memory);

static unsigned int owned_card_buffers(struct card_device *card)
{
	const struct card_buffer *buffer;
	unsigned int owned = 0;

	spin_lock_irq(&card->lock);
	list_for_each_entry(buffer, &card->buffers, on_card)
		if (buffer->region && !buffer->freed)
			owned++;
	spin_unlock_irq(&card->lock);
	return owned;
}

/* Nothing is allocated from the regions any more; buffers keep them alive. */
static void release_all_regions(struct card_device *card)
{
	struct card_region *region, *next;
	LIST_HEAD(released);

	spin_lock_irq(&card->lock);
	list_splice_init(&card->regions, &released);
	card_spans_reset(card);
	spin_unlock_irq(&card->lock);

	list_for_each_entry_safe(region, next, &released, on_card) {
		trace_dma_release_card_memory(&card->dev,
					      region->window.phys_addr,
					      region->window.device_addr,
					      region->window.size);
		list_del_init(&region->on_card);
		kref_put(&region->kref, region_destroy);
	}
}

/**
 * dma_release_card_memory() - take back every dma_declare_card_memory()
 * @dev: the card device
 *
 * Every buffer in this memory must have been freed by its owner; those that user
 * space still maps keep their memory until the last unmap.
 *
 * Context: process context, may sleep.
 */
void dma_release_card_memory(struct device *dev)
{
	struct card_device *card = expect_card_device(dev);
	unsigned int owned;

	if (!card)
		return;
	owned = owned_card_buffers(card);
	WARN_ONCE(owned,
		  "%s: released with %u buffers in it not freed; until dma-core is unloaded, nobody can declare that memory\n",
		  dev_name(dev), owned);
	release_all_regions(card);
}
EXPORT_SYMBOL_GPL(dma_release_card_memory);

bool card_allows_system(struct card_device *card)
{
	const struct card_region *region;
	unsigned long flags;
	bool allowed = false;

	spin_lock_irqsave(&card->lock, flags);
	list_for_each_entry(region, &card->regions, on_card)
		allowed |= region->flags & DMA_CARD_MEMORY_ALLOW_SYSTEM;
	spin_unlock_irqrestore(&card->lock, flags);
	return allowed;
}

u64 region_free_bytes(const struct card_region *region)
{
	lockdep_assert_held(&region->card->lock);
	return (u64)card_pages_free_count(&region->pages) << PAGE_SHIFT;
}

u64 region_longest_bytes(struct card_region *region)
{
	lockdep_assert_held(&region->card->lock);
	return (u64)card_pages_largest_run(&region->pages) << PAGE_SHIFT;
}

/* The mask that covers every region, for the card; 0 without any. */
u64 card_regions_mask(struct card_device *card)
{
	const struct card_region *region;
	unsigned long flags;
	u64 last = 0;

	spin_lock_irqsave(&card->lock, flags);
	list_for_each_entry(region, &card->regions, on_card)
		last = max(last, card_window_last_device_addr(&region->window));
	spin_unlock_irqrestore(&card->lock, flags);
	return card_mask_covering(last);
}

/*
 * card_regions_to_device() - where the card sees a physical range
 * Context: any.
 * Return: 0; -ENXIO when no region has any of it; -EINVAL when one has a part.
 */
int card_regions_to_device(struct card_device *card, phys_addr_t phys_addr,
			   size_t size, dma_addr_t *device_addr)
{
	const struct card_region *region;
	unsigned long flags;
	int err = -ENXIO;
	u64 address;

	/* Each entry of a list asks. */
	if (!card_regions_may_have(card, phys_addr, phys_addr + (size - 1)))
		return err;
	spin_lock_irqsave(&card->lock, flags);
	list_for_each_entry(region, &card->regions, on_card) {
		err = card_window_to_device(&region->window, phys_addr, size,
					    &address);
		if (err != -ENXIO)
			break;
	}
	spin_unlock_irqrestore(&card->lock, flags);
	if (!err)
		*device_addr = address;
	return err;
}

/* Whether the card finds memory of its own at any of these addresses. */
bool card_regions_hold_device(struct card_device *card, dma_addr_t device_addr,
			      size_t size)
{
	const struct card_region *region;
	unsigned long flags;
	bool held = false;

	spin_lock_irqsave(&card->lock, flags);
	list_for_each_entry(region, &card->regions, on_card)
		held |= card_ranges_overlap(region->window.device_addr,
					    region->window.size, device_addr,
					    size);
	spin_unlock_irqrestore(&card->lock, flags);
	return held;
}

/* The first window, of a card with one address space, that has some of a range. */
static const struct card_window *window_of_handle(struct card_device *card,
						  dma_addr_t handle,
						  size_t size)
{
	const struct card_region *region;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(region, &card->regions, on_card)
		if (region->flags & DMA_CARD_ONE_ADDRESS_SPACE &&
		    card_ranges_overlap(region->window.device_addr,
					region->window.size, handle, size))
			return &region->window;
	return NULL;
}

/*
 * card_limit_below() - the last address that is below the window which has a handle
 * @size: bytes, above 0
 * Context: any.
 * Return: it; 0 when there is none; U64_MAX when the handle is in no window, or the card
 * can tell the two apart.
 */
u64 card_limit_below(struct card_device *card, dma_addr_t handle, size_t size)
{
	const struct card_window *window;
	u64 limit = U64_MAX;
	unsigned long flags;

	/* Each entry of a list asks. */
	if (!span_may_have(&card->handle_span, handle, handle + (size - 1)))
		return limit;
	spin_lock_irqsave(&card->lock, flags);
	window = window_of_handle(card, handle, size);
	if (window)
		limit = window->device_addr ? window->device_addr - 1 : 0;
	spin_unlock_irqrestore(&card->lock, flags);
	return limit;
}

/* Whether the card will not take a handle of RAM for its own memory's; says so if it will. */
bool card_handle_is_clear(struct card_device *card, dma_addr_t handle,
			  size_t size)
{
	if (!size || card_limit_below(card, handle, size) == U64_MAX)
		return true;
	dev_err_ratelimited(&card->dev,
			    "%zu bytes of RAM would be at %pad, where the card has memory of its own; refused, for the card has one address space\n",
			    size, &handle);
	return false;
}

static size_t offset_in_region(const struct card_buffer *buffer)
{
	return buffer->cpu_addr - buffer->region->cpu_addr;
}

static void region_give_back(struct card_buffer *buffer)
{
	struct card_region *region = buffer->region;
	struct card_device *card = region->card;
	unsigned long flags;
	int err;

	spin_lock_irqsave(&card->lock, flags);
	err = card_pages_free(&region->pages,
			      PHYS_PFN(offset_in_region(buffer)),
			      PHYS_PFN(PAGE_ALIGN(buffer->size)));
	spin_unlock_irqrestore(&card->lock, flags);
	WARN_ONCE(err, "%s: a buffer of %zu bytes is not its region's: %d\n",
		  dev_name(&card->dev), buffer->size, err);
	kref_put(&region->kref, region_destroy);
}

static int region_load_pfns(struct card_buffer *buffer)
{
	return 0;
}

static unsigned long region_pfn(const struct card_buffer *buffer, size_t offset)
{
	return PHYS_PFN(buffer->region->window.phys_addr +
			offset_in_region(buffer) + offset);
}

/*
 * A table lists pages, and there are none. One without them would be taken for one that
 * dma_map_sgtable() of another device can map.
 */
static int region_get_sgtable(struct card_buffer *buffer,
			      struct sg_table *table, size_t size)
{
	dev_err_ratelimited(&buffer->card->dev,
			    "no table of %zu bytes at %pad: memory on a card has no pages; for another device, share it by dma_export_coherent()\n",
			    size, &buffer->handle);
	return -EOPNOTSUPP;
}

/*
 * A card's memory has no struct page, and RAM that plays the card's part is
 * used as if it had none.
 */
static bool region_has_pages(const struct card_buffer *buffer)
{
	return false;
}

static pgprot_t region_pgprot(const struct card_buffer *buffer, pgprot_t prot)
{
	return card_region_pgprot(buffer->region, prot);
}

static const struct card_buffer_ops region_buffer_ops = {
	.name = "card",
	.give_back = region_give_back,
	.load_pfns = region_load_pfns,
	.pfn = region_pfn,
	.get_sgtable = region_get_sgtable,
	.has_pages = region_has_pages,
	.pgprot = region_pgprot,
};

/* dma_alloc_coherent() keeps to the coherent mask, whatever was declared. */
static bool under_coherent_mask(const struct card_device *card,
				const struct card_region *region)
{
	return card_window_last_device_addr(&region->window) <=
	       card->dev.coherent_dma_mask;
}

/* Memory on a card is slow to write to: this takes some milliseconds. */
#define ZEROED_AT_ONCE SZ_1M

/* A power of two, aligned to itself. */
static u64 region_largest_block(struct card_region *region)
{
	lockdep_assert_held(&region->card->lock);
	return (u64)card_pages_largest_block(&region->pages) << PAGE_SHIFT;
}

/* What is left, for the message that says why a request failed. */
static void report_exhaustion(struct card_device *card, size_t wanted)
{
	struct card_region *region;
	u64 free = 0, longest = 0, total = 0, beyond = 0, block = 0;
	unsigned int regions = 0;
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	card->counters.exhausted++;
	list_for_each_entry(region, &card->regions, on_card) {
		if (!under_coherent_mask(card, region)) {
			beyond += region->window.size;
			continue;
		}
		free += region_free_bytes(region);
		longest = max(longest, region_longest_bytes(region));
		block = max(block, region_largest_block(region));
		total += region->window.size;
		regions++;
	}
	spin_unlock_irqrestore(&card->lock, flags);
	dev_warn_ratelimited(card->dev.parent,
			     "no %zu bytes of card memory in a row: %llu of %llu bytes free in %u region%s, %llu in the longest row, %llu beyond the mask %#llx\n",
			     wanted, free, total, regions,
			     regions == 1 ? "" : "s", longest, beyond,
			     card->dev.coherent_dma_mask);
	if (longest >= wanted)
		dev_warn_ratelimited(card->dev.parent,
				     "%zu bytes begin at a multiple of %lu, as dma_alloc_coherent() promises, and the largest free block that does so has %llu: ask for no more, or for parts\n",
				     wanted, PAGE_SIZE << get_order(wanted),
				     block);
}

/* What may take its time with a large buffer, where the caller can wait. */
static void zero_memory(void *memory, size_t bytes, gfp_t gfp)
{
	size_t step;

	for (; bytes; memory += step, bytes -= step) {
		step = min_t(size_t, bytes, ZEROED_AT_ONCE);
		memset(memory, 0, step);
		if (gfpflags_allow_blocking(gfp))
			cond_resched();
	}
}

/*
 * card_region_alloc() - give @buffer card memory, zeroed to its last page's end
 * Context: any that @gfp allows.
 * Return: 0, or -ENOMEM with the figures in the log.
 */
int card_region_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp)
{
	size_t bytes = PAGE_ALIGN(buffer->size);
	struct card_region *region;
	unsigned long flags;
	u32 first;
	int err = -ENOMEM;

	spin_lock_irqsave(&card->lock, flags);
	list_for_each_entry(region, &card->regions, on_card) {
		if (!under_coherent_mask(card, region))
			continue;
		err = bytes > region->window.size ?
			      -ENOMEM :
			      card_pages_alloc(&region->pages, PHYS_PFN(bytes),
					       &first);
		if (!err) {
			kref_get(&region->kref);
			break;
		}
	}
	spin_unlock_irqrestore(&card->lock, flags);
	if (err) {
		report_exhaustion(card, bytes);
		return -ENOMEM;
	}

	buffer->attribute = region->attribute;
	buffer->ops = &region_buffer_ops;
	buffer->region = region;
	buffer->cpu_addr = region->cpu_addr + ((size_t)first << PAGE_SHIFT);
	buffer->handle = region->window.device_addr + offset_in_region(buffer);
	zero_memory(buffer->cpu_addr, bytes, gfp);
	return 0;
}

/*
 * Streaming mappings are for system RAM. Card memory needs none, it is coherent;
 * and a page of RAM that plays a card's memory has an address for the card already.
 */
bool card_is_system_ram(struct device *dev, phys_addr_t phys_addr, size_t size)
{
	dma_addr_t unused;

	if (pfn_valid(PHYS_PFN(phys_addr)) &&
	    card_regions_to_device(to_card_device(dev), phys_addr, size,
				   &unused) == -ENXIO)
		return true;
	CALLER_ERRED(dev, "streaming mapping of %zu bytes of card memory\n",
		     size);
	return false;
}
