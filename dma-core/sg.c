// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatterlists: entries that lie side by side in memory are mapped as one segment.
 *
 * Behind an IOMMU the parent does that, and better: it makes side by side what is
 * not. Without one the direct mapping leaves every entry as it is, and so they are
 * joined here, by the limits in merge.c. What a list was mapped to stands in the DMA
 * fields of its first entries, as the DMA API promises, with a length of 0 behind
 * the last; the pages of the list stay as they are, and unmapping needs no more.
 */
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>

#include "internal.h"
#include "merge.h"
#include "trace.h"

/* Segments stand beside the entries only where these have fields for both. */
static bool parent_joins(const struct card_device *card)
{
	return !IS_ENABLED(CONFIG_NEED_SG_DMA_LENGTH) ||
	       card_is_translated(card);
}

/**
 * struct run - entries that become one segment
 * @first: the first of them
 * @next: the one after the last
 * @length: bytes
 * @entries: how many
 */
struct run {
	struct scatterlist *first;
	struct scatterlist *next;
	size_t length;
	unsigned int entries;
};

/* A bounced segment has to fit the bounce buffers. */
static struct segment_limits limits_of(struct device *dev)
{
	return (struct segment_limits){
		.size_max = min_t(u64, dma_get_max_seg_size(dev),
				  dma_max_mapping_size(dev)),
		.boundary_mask = dma_get_seg_boundary(dev),
	};
}

static struct run single_entry(struct scatterlist *entry)
{
	return (struct run){
		.first = entry,
		.next = sg_next(entry),
		.length = entry->length,
		.entries = 1,
	};
}

static struct run longest_run(const struct segment_limits *limits,
			      struct scatterlist *entry, unsigned int entries)
{
	struct run run = single_entry(entry);

	while (run.entries < entries &&
	       segment_may_grow(limits, sg_phys(entry), run.length,
				sg_phys(run.next), run.next->length)) {
		run.length += run.next->length;
		run.next = sg_next(run.next);
		run.entries++;
	}
	return run;
}

static dma_addr_t map_run(struct device *parent, const struct run *run,
			  enum dma_data_direction dir, unsigned long attrs)
{
	return dma_map_page_attrs(parent, sg_page(run->first),
				  run->first->offset, run->length, dir, attrs);
}

/*
 * The limits are the bus's, and were looked at with physical addresses; where the
 * platform shifts or bounces these, a run may have to come apart again.
 */
static dma_addr_t map_within_limits(struct device *parent,
				    const struct segment_limits *limits,
				    struct run *run,
				    enum dma_data_direction dir,
				    unsigned long attrs)
{
	dma_addr_t handle = map_run(parent, run, dir, attrs);

	if (dma_mapping_error(parent, handle) || run->entries == 1 ||
	    segment_within(limits, handle, run->length))
		return handle;
	dma_unmap_page_attrs(parent, handle, run->length, dir,
			     attrs | DMA_ATTR_SKIP_CPU_SYNC);
	*run = single_entry(run->first);
	return map_run(parent, run, dir, attrs);
}

static void note_list(struct card_device *card, unsigned int entries,
		      unsigned int segments, unsigned int longest)
{
	unsigned long irq;

	spin_lock_irqsave(&card->lock, irq);
	card->counters.lists++;
	card->counters.entries += entries;
	card->counters.segments += segments;
	card->counters.longest_run =
		max_t(u64, card->counters.longest_run, longest);
	spin_unlock_irqrestore(&card->lock, irq);
	trace_dma_card_map_sg(&card->dev, entries, segments, longest);
}

static int map_joined(struct card_device *card, struct scatterlist *list,
		      int entries, enum dma_data_direction dir,
		      unsigned long attrs)
{
	struct device *parent = card->dev.parent;
	const struct segment_limits limits = limits_of(parent);
	struct scatterlist *entry = list, *segment = list;
	unsigned int left, segments = 0, longest = 0;
	struct run run;

	for (left = entries; left; left -= run.entries) {
		dma_addr_t handle;

		run = longest_run(&limits, entry, left);
		handle = map_within_limits(parent, &limits, &run, dir, attrs);
		if (dma_mapping_error(parent, handle))
			goto unmap;
		sg_dma_address(segment) = handle;
		sg_dma_len(segment) = run.length;
		segment = sg_next(segment);
		entry = run.next;
		segments++;
		longest = max(longest, run.entries);
	}
	if (segments < entries)
		sg_dma_len(segment) = 0;
	note_list(card, entries, segments, longest);
	return segments;

unmap:
	sg_dma_len(segment) = 0;
	card_unmap_sg(&card->dev, list, entries, dir,
		      attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return -EIO;
}

static int map_by_parent(struct card_device *card, struct scatterlist *list,
			 int entries, enum dma_data_direction dir,
			 unsigned long attrs)
{
	/* dma_map_sg_attrs() would fold every error into 0. */
	struct sg_table table = { .sgl = list, .orig_nents = entries };
	int err = dma_map_sgtable(card->dev.parent, &table, dir, attrs);

	if (err)
		return err;
	note_list(card, entries, table.nents, 0);
	return table.nents;
}

int card_map_sg(struct device *dev, struct scatterlist *list, int entries,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct card_device *card = to_card_device(dev);
	struct scatterlist *entry;
	int i;

	for_each_sg(list, entry, entries, i)
		if (!card_is_system_ram(dev, sg_page(entry), entry->offset,
					entry->length))
			return -EINVAL;
	if (parent_joins(card))
		return map_by_parent(card, list, entries, dir, attrs);
	return map_joined(card, list, entries, dir, attrs);
}

/* The segments that a list was joined to here. */
#define for_each_segment(list, segment, entries, i)                       \
	for (i = 0, segment = list; i < (entries) && sg_dma_len(segment); \
	     i++, segment = sg_next(segment))

void card_unmap_sg(struct device *dev, struct scatterlist *list, int entries,
		   enum dma_data_direction dir, unsigned long attrs)
{
	struct device *parent = dev->parent;
	struct scatterlist *segment;
	int i;

	if (parent_joins(to_card_device(dev))) {
		dma_unmap_sg_attrs(parent, list, entries, dir, attrs);
		return;
	}
	for_each_segment(list, segment, entries, i)
		dma_unmap_page_attrs(parent, sg_dma_address(segment),
				     sg_dma_len(segment), dir, attrs);
}

void card_sync_sg_for_cpu(struct device *dev, struct scatterlist *list,
			  int entries, enum dma_data_direction dir)
{
	struct device *parent = dev->parent;
	struct scatterlist *segment;
	int i;

	if (parent_joins(to_card_device(dev))) {
		dma_sync_sg_for_cpu(parent, list, entries, dir);
		return;
	}
	for_each_segment(list, segment, entries, i)
		dma_sync_single_for_cpu(parent, sg_dma_address(segment),
					sg_dma_len(segment), dir);
}

void card_sync_sg_for_device(struct device *dev, struct scatterlist *list,
			     int entries, enum dma_data_direction dir)
{
	struct device *parent = dev->parent;
	struct scatterlist *segment;
	int i;

	if (parent_joins(to_card_device(dev))) {
		dma_sync_sg_for_device(parent, list, entries, dir);
		return;
	}
	for_each_segment(list, segment, entries, i)
		dma_sync_single_for_device(parent, sg_dma_address(segment),
					   sg_dma_len(segment), dir);
}
