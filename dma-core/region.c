// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions: memory on a card, declared for a device.
 *
 * A handle is not a physical address. The card and the CPU see the same byte at
 * addresses that have nothing to do with each other; the pair is known here and
 * nowhere else, and everything passes through as an offset into the region.
 */
#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "internal.h"
#include "mask.h"
#include "trace.h"

/* All regions of the machine: one byte of card memory has one declaration. */
static LIST_HEAD(all_regions);
static DEFINE_MUTEX(all_regions_lock);

static bool overlaps_a_region(const struct card_region *region)
{
	const struct card_window *ours = &region->window;
	const struct card_region *other;

	lockdep_assert_held(&all_regions_lock);
	list_for_each_entry(other, &all_regions, on_machine) {
		const struct card_window *theirs = &other->window;

		if (card_ranges_overlap(ours->phys_addr, ours->size,
					theirs->phys_addr, theirs->size))
			return true;
		if (other->card == region->card &&
		    card_ranges_overlap(ours->device_addr, ours->size,
					theirs->device_addr, theirs->size))
			return true;
	}
	return false;
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

	region->metadata = kvmalloc(page_order_bytes(&config), GFP_KERNEL);
	if (!region->metadata)
		return -ENOMEM;
	return page_order_init(&region->pages, &config, region->metadata);
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
	int err;

	if (flags & ~(DMA_CARD_MEMORY_CACHED | DMA_CARD_MEMORY_ALLOW_SYSTEM)) {
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
	return err ? -EINVAL : 0;
}

/**
 * dma_declare_card_memory() - hand a card's memory to its device's DMA API
 * @dev: a device made by dma_create_card_device()
 * @phys_addr: CPU physical address of the memory's first byte, page-aligned
 * @device_addr: the address at which the card sees that byte, page-aligned
 * @size: bytes, a multiple of the page size
 * @flags: DMA_CARD_MEMORY_*
 *
 * From here on dma_alloc_coherent() for @dev serves this memory, and fails when it
 * is exhausted or was released again. Memory may be declared several times for one
 * device; the regions are tried in the order of their declaration, those excepted
 * that do not lie below the device's coherent mask: call dma_negotiate_mask() when
 * memory was declared. The caller keeps the memory's address range reserved and
 * answering until the last buffer's last mapping is gone.
 *
 * Context: process context, may sleep.
 * Return: 0; with a warning, -EINVAL when @dev is no card device, a flag is unknown,
 * or the range is empty, unaligned or passes the end of an address space, and -EBUSY
 * when part of it is declared already; -ENODEV once @dev was revoked; -ENOMEM when
 * the memory cannot be mapped.
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
	struct card_region *region;
	int err;

	if (!card)
		return -EINVAL;
	if (card_is_revoked(card))
		return -ENODEV;
	err = check_declaration(dev->parent, &window, flags);
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
	if (overlaps_a_region(region)) {
		CALLER_ERRED(dev->parent,
			     "card memory: %zu bytes at %pap (card: %pad) are declared already, at least in part\n",
			     size, &phys_addr, &device_addr);
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

	spin_lock_irq(&card->lock);
	list_add_tail(&region->on_card, &card->regions);
	card->declared = true;
	spin_unlock_irq(&card->lock);
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
void card_region_release_all(struct card_device *card)
{
	struct card_region *region, *next;
	LIST_HEAD(released);

	spin_lock_irq(&card->lock);
	list_splice_init(&card->regions, &released);
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
	WARN_ONCE(owned, "%s: released with %u buffers in it not freed\n",
		  dev_name(dev), owned);
	card_region_release_all(card);
}
EXPORT_SYMBOL_GPL(dma_release_card_memory);

bool card_allows_system(struct card_device *card)
{
	const struct card_region *region;
	unsigned long irq;
	bool allowed = false;

	spin_lock_irqsave(&card->lock, irq);
	list_for_each_entry(region, &card->regions, on_card)
		allowed |= region->flags & DMA_CARD_MEMORY_ALLOW_SYSTEM;
	spin_unlock_irqrestore(&card->lock, irq);
	return allowed;
}

/* Both with card_device.lock held. */
u64 region_free_bytes(const struct card_region *region)
{
	return (u64)page_order_free_pages(&region->pages) << PAGE_SHIFT;
}

u64 region_longest_bytes(struct card_region *region)
{
	return (u64)page_order_largest_run(&region->pages) << PAGE_SHIFT;
}

/* The mask that covers every region, for the card; 0 without any. */
u64 card_regions_mask(struct card_device *card)
{
	const struct card_region *region;
	unsigned long irq;
	u64 last = 0;

	spin_lock_irqsave(&card->lock, irq);
	list_for_each_entry(region, &card->regions, on_card)
		last = max(last, card_window_last_device_addr(&region->window));
	spin_unlock_irqrestore(&card->lock, irq);
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
	unsigned long irq;
	int err = -ENXIO;
	u64 address;

	/* Each streaming mapping asks; without card memory that costs nothing. */
	if (list_empty(&card->regions))
		return err;
	spin_lock_irqsave(&card->lock, irq);
	list_for_each_entry(region, &card->regions, on_card) {
		err = card_window_to_device(&region->window, phys_addr, size,
					    &address);
		if (err != -ENXIO)
			break;
	}
	spin_unlock_irqrestore(&card->lock, irq);
	if (!err)
		*device_addr = address;
	return err;
}

/* Whether the card finds memory of its own at any of these addresses. */
bool card_regions_hold_device(struct card_device *card, dma_addr_t device_addr,
			      size_t size)
{
	const struct card_region *region;
	unsigned long irq;
	bool held = false;

	spin_lock_irqsave(&card->lock, irq);
	list_for_each_entry(region, &card->regions, on_card)
		held |= card_ranges_overlap(region->window.device_addr,
					    region->window.size, device_addr,
					    size);
	spin_unlock_irqrestore(&card->lock, irq);
	return held;
}

static size_t offset_in_region(const struct card_buffer *buffer)
{
	return buffer->cpu_addr - buffer->region->cpu_addr;
}

static void region_give_back(struct card_buffer *buffer)
{
	struct card_region *region = buffer->region;
	struct card_device *card = region->card;
	unsigned long irq;
	int err;

	spin_lock_irqsave(&card->lock, irq);
	err = page_order_free(&region->pages,
			      PHYS_PFN(offset_in_region(buffer)),
			      PHYS_PFN(PAGE_ALIGN(buffer->size)));
	spin_unlock_irqrestore(&card->lock, irq);
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

/* The longest that fits a scatterlist entry, in whole pages. */
#define ENTRY_MAX (UINT_MAX & PAGE_MASK)

/* Entries without pages: a DMA address and a length is all that there is. */
static int region_get_sgtable(struct card_buffer *buffer,
			      struct sg_table *table, size_t size)
{
	dma_addr_t handle = buffer->handle;
	struct scatterlist *sg;
	unsigned int i;
	int err;

	err = sg_alloc_table(table, DIV_ROUND_UP_ULL(size, ENTRY_MAX),
			     GFP_KERNEL);
	if (err)
		return err;
	for_each_sgtable_dma_sg(table, sg, i) {
		unsigned int length = min_t(size_t, size, ENTRY_MAX);

		sg_set_page(sg, NULL, length, 0);
		sg_dma_address(sg) = handle;
		sg_dma_len(sg) = length;
		handle += length;
		size -= length;
	}
	return 0;
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
	if (buffer->region->flags & DMA_CARD_MEMORY_CACHED)
		return prot;
	return pgprot_writecombine(pgprot_decrypted(prot));
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

/* What is left, for the message that says why a request failed. */
static void report_exhaustion(struct card_device *card, size_t wanted)
{
	struct card_region *region;
	u64 free = 0, longest = 0, total = 0, beyond = 0;
	unsigned int regions = 0;
	unsigned long irq;

	spin_lock_irqsave(&card->lock, irq);
	card->counters.exhausted++;
	list_for_each_entry(region, &card->regions, on_card) {
		if (!under_coherent_mask(card, region)) {
			beyond += region->window.size;
			continue;
		}
		free += region_free_bytes(region);
		longest = max(longest, region_longest_bytes(region));
		total += region->window.size;
		regions++;
	}
	spin_unlock_irqrestore(&card->lock, irq);
	dev_warn_ratelimited(card->dev.parent,
			     "no %zu bytes of card memory in a row: %llu of %llu bytes free in %u region%s, %llu in the longest row, %llu beyond the mask %#llx\n",
			     wanted, free, total, regions,
			     regions == 1 ? "" : "s", longest, beyond,
			     card->dev.coherent_dma_mask);
}

/*
 * card_region_alloc() - give @buffer card memory, zeroed to its last page's end
 * Context: any.
 * Return: 0, or -ENOMEM with the figures in the log.
 */
int card_region_alloc(struct card_device *card, struct card_buffer *buffer)
{
	size_t bytes = PAGE_ALIGN(buffer->size);
	struct card_region *region;
	unsigned long irq;
	u32 first;
	int err = -ENOMEM;

	spin_lock_irqsave(&card->lock, irq);
	list_for_each_entry(region, &card->regions, on_card) {
		if (!under_coherent_mask(card, region))
			continue;
		err = bytes > region->window.size ?
			      -ENOMEM :
			      page_order_alloc(&region->pages, PHYS_PFN(bytes),
					       PAGE_ORDER_NATURAL, &first);
		if (!err) {
			kref_get(&region->kref);
			break;
		}
	}
	spin_unlock_irqrestore(&card->lock, irq);
	if (err) {
		report_exhaustion(card, bytes);
		return -ENOMEM;
	}

	buffer->ops = &region_buffer_ops;
	buffer->region = region;
	buffer->cpu_addr = region->cpu_addr + ((size_t)first << PAGE_SHIFT);
	buffer->handle = region->window.device_addr + offset_in_region(buffer);
	memset(buffer->cpu_addr, 0, bytes);
	return 0;
}
