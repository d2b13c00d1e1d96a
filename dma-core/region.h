/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_REGION_H
#define DMA_CORE_REGION_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/pgtable.h>
#include <linux/types.h>

#include "card-pages.h"
#include "window.h"

struct card_buffer;
struct card_device;
struct device;

/**
 * struct card_region - memory on a card
 * @kref: the declaration and each buffer
 * @card: the device it was declared for
 * @on_card: in card_device.regions while declared
 * @on_machine: among all regions, for the overlap check
 * @window: where the CPU and the card see it; the only translation between the two
 * @cpu_addr: the kernel's mapping of it
 * @flags: DMA_CARD_MEMORY_*
 * @attribute: of the kernel's mapping, as it is, for people
 * @asked: protection that was asked for a user mapping of it, the last one
 * @given: what its entries have: the architecture may make another attribute of that, the
 *	same for all of the memory; both under card_device.lock
 * @pages: which pages are free, under card_device.lock
 * @metadata: what @pages keeps its books in
 */
struct card_region {
	struct kref kref;
	struct card_device *card;
	struct list_head on_card;
	struct list_head on_machine;
	struct card_window window;
	void *cpu_addr;
	unsigned int flags;
	const char *attribute;
	pgprot_t asked;
	pgprot_t given;
	struct card_pages pages;
	void *metadata;
};

u64 region_free_bytes(const struct card_region *region);
u64 region_longest_bytes(struct card_region *region);
void card_spans_reset(struct card_device *card);
bool card_regions_may_have(const struct card_device *card, u64 first, u64 last);
bool card_has_one_address_space(const struct card_device *card);
u64 card_regions_mask(struct card_device *card);
int card_regions_to_device(struct card_device *card, phys_addr_t phys_addr,
			   size_t size, dma_addr_t *device_addr);
bool card_regions_hold_device(struct card_device *card, dma_addr_t device_addr,
			      size_t size);
bool card_handle_is_clear(struct card_device *card, dma_addr_t handle,
			  size_t size);
u64 card_limit_below(struct card_device *card, dma_addr_t handle, size_t size);
bool card_allows_system(struct card_device *card);
int card_region_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp);
bool card_is_system_ram(struct device *dev, phys_addr_t phys_addr, size_t size);

#endif /* DMA_CORE_REGION_H */
