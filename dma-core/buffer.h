/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_BUFFER_H
#define DMA_CORE_BUFFER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/pgtable.h>
#include <linux/rbtree.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct card_buffer;
struct card_device;
struct card_region;

/**
 * struct card_buffer_ops - where a buffer's memory comes from
 * @name: for debugfs and trace events
 * @give_back: return the memory; the last thing that happens to a buffer
 * @load_pfns: make @pfn work; may sleep
 * @pfn: the page frame that holds byte @offset
 * @get_sgtable: fill in a table of the first @size bytes, as the card sees them
 * @has_pages: whether a struct page that may be used stands behind the memory
 * @pgprot: what gives a mapping the kernel mapping's attribute
 */
struct card_buffer_ops {
	const char *name;
	void (*give_back)(struct card_buffer *buffer);
	int (*load_pfns)(struct card_buffer *buffer);
	unsigned long (*pfn)(const struct card_buffer *buffer, size_t offset);
	int (*get_sgtable)(struct card_buffer *buffer, struct sg_table *table,
			   size_t size);
	bool (*has_pages)(const struct card_buffer *buffer);
	pgprot_t (*pgprot)(const struct card_buffer *buffer, pgprot_t prot);
};

/**
 * struct card_buffer - one allocation
 * @kref: the owner, each mapping and each dma-buf
 * @card: the device it was allocated for, referenced
 * @ops: card memory or system RAM
 * @on_card: in card_device.buffers
 * @owned: in card_device.owned, until it is @freed
 * @cpu_addr: the kernel's address
 * @handle: the card's address
 * @size: bytes asked for
 * @attribute: of the kernel's mapping, as it is, for people
 * @mappings: how many user mappings hold it, or are being made, under card_device.lock
 * @exports: how many dma-bufs do, likewise
 * @user: who mapped or exported it first, while there are @mappings or @exports
 * @freed: the owner freed it, under card_device.lock
 * @region: card memory only
 * @attrs: system RAM only, as allocated
 * @pages: system RAM only, its page frames once @ops->load_pfns was called; where it
 *	is scattered, its segments
 * @frames: its page frames one by one, where it is scattered, or lies in several segments
 *	once @ops->load_pfns was called; system RAM only
 */
struct card_buffer {
	struct kref kref;
	struct card_device *card;
	const struct card_buffer_ops *ops;
	struct list_head on_card;
	struct rb_node owned;
	void *cpu_addr;
	dma_addr_t handle;
	size_t size;
	const char *attribute;
	unsigned int mappings;
	unsigned int exports;
	kuid_t user;
	bool freed;
	struct card_region *region;
	unsigned long attrs;
	struct sg_table pages;
	struct page **frames;
};

typedef int (*card_buffer_take)(struct card_device *card,
				struct card_buffer *buffer, gfp_t gfp,
				unsigned long attrs);
void *card_buffer_alloc(struct card_device *card, size_t size,
			dma_addr_t *handle, gfp_t gfp, unsigned long attrs,
			card_buffer_take take);
void card_buffer_free(struct card_device *card, size_t size, void *cpu_addr,
		      dma_addr_t handle);
struct card_buffer *card_buffer_get(struct card_device *card, void *cpu_addr,
				    dma_addr_t handle, size_t size);
void card_buffer_put(struct card_buffer *buffer);
void card_buffers_reclaim(struct card_device *card);

#endif /* DMA_CORE_BUFFER_H */
