// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatterlists: entries that lie side by side in memory are mapped as one segment.
 *
 * Behind an IOMMU the parent maps the list: it can put scattered pages in a row in the
 * bus's address space. Without one the direct mapping leaves every entry as it is, and so
 * they are joined here, by the limits in merge.c. What a list was mapped to stands in the
 * DMA fields of its first entries, as the DMA API promises, with a length of 0 behind the
 * last; the pages of the list stay as they are, and unmapping needs no more.
 *
 *	entries     | 4096 | 0 | 4096 | 0 | 512 |
 *	memory      ########...########...####
 *	segments    |     8192      | 512 | 0: the end |
 *
 * That 0 is a mark which no data can be taken for: entries without a byte become no
 * segment. Nor are they asked the parent for: bounce buffers and IOMMUs end a list, or the
 * machine, at one. A list of which there are some is mapped here, whoever joins.
 *
 * A list is looked through once before it is mapped, and most of what could be asked for each
 * entry is answered for all by that.
 */
#include <linux/dma-mapping.h>
#include <linux/scatterlist.h>

#include "card-device.h"
#include "merge.h"
#include "region.h"
#include "sg.h"
#include "trace.h"

/*
 * sg_next() without a call, for loops as for_each_sg() makes them; NULL when no entries are
 * left behind this one.
 */
static struct scatterlist *next_of(struct scatterlist *entry, unsigned int left)
{
	if (!left)
		return NULL;
	entry++;
	if (unlikely(sg_is_chain(entry))) {
		/* (a branch: where both are computed, each entry pays for the chain) */
		barrier();
		entry = sg_chain_ptr(entry);
	}
	return entry;
}

/* Segments stand beside the entries only where these have fields for both. */
static bool has_dma_length(void)
{
	return IS_ENABLED(CONFIG_NEED_SG_DMA_LENGTH);
}

/* The address behind the last segment; an IOMMU leaves another one there. */
#define END_OF_SEGMENTS (DMA_MAPPING_ERROR - 1)

static void end_segments(struct scatterlist *segment)
{
	sg_dma_address(segment) = END_OF_SEGMENTS;
	sg_dma_len(segment) = 0;
}

/**
 * struct survey - what a list is like, before anything of it is mapped
 * @first: the lowest physical address
 * @last: the highest one
 * @lacks_page: of an entry
 * @has_empty: there is an entry without a byte
 * @joins: two entries at least become one segment, if nobody but us does it
 */
struct survey {
	u64 first;
	u64 last;
	bool lacks_page;
	bool has_empty;
	bool joins;
};

static struct survey survey_list(struct scatterlist *list, int entries,
				 const struct segment_limits *limits)
{
	struct survey survey = { .first = U64_MAX };
	u64 phys, before = 0, end = 0, highest_end = 0;
	unsigned long lowest_page = ULONG_MAX;
	struct scatterlist *entry;
	int left;

	for (entry = list, left = entries; left > 0;
	     entry = next_of(entry, --left)) {
		if (!entry->length) {
			survey.has_empty = true;
			continue;
		}
		phys = sg_phys(entry);
		lowest_page = min_t(unsigned long, lowest_page,
				    (unsigned long)sg_page(entry));
		if (phys == end && !survey.joins)
			survey.joins = segment_may_grow(limits, before,
							end - before, phys,
							entry->length);
		before = phys;
		end = phys + entry->length;
		survey.first = min(survey.first, phys);
		highest_end = max(highest_end, end);
	}
	survey.lacks_page = !lowest_page;
	survey.last = highest_end - 1;
	return survey;
}

static bool has_our_end(struct scatterlist *list, int entries)
{
	struct scatterlist *segment;
	int left;

	for (segment = list, left = entries; left > 0;
	     segment = next_of(segment, --left))
		if (!sg_dma_len(segment))
			return sg_dma_address(segment) == END_OF_SEGMENTS;
	return false;
}

/* Whether a list, which is mapped, was mapped by the parent as a whole. */
static bool is_parents(struct scatterlist *list, int entries)
{
	return !has_dma_length() || !has_our_end(list, entries);
}

/**
 * struct run - entries that become one segment
 * @first: the first of them, which has a byte at least
 * @next: the one after the last
 * @length: bytes
 * @longest: bytes that it may have
 * @entries: how many
 */
struct run {
	struct scatterlist *first;
	struct scatterlist *next;
	size_t length;
	u64 longest;
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

/* Of @entries that there are from it on. */
static struct run single_entry(struct scatterlist *entry, unsigned int entries)
{
	return (struct run){
		.first = entry,
		.next = next_of(entry, entries - 1),
		.length = entry->length,
		.entries = 1,
	};
}

static bool may_take_in(const struct run *run, struct scatterlist *next)
{
	return !next->length ||
	       (sg_phys(next) - sg_phys(run->first) == run->length &&
		run->length + next->length <= run->longest);
}

static struct run longest_run(const struct segment_limits *limits,
			      struct scatterlist *entry, unsigned int entries)
{
	struct run run = single_entry(entry, entries);

	run.longest = segment_longest(limits, sg_phys(entry), U64_MAX);
	while (run.entries < entries && may_take_in(&run, run.next)) {
		run.length += run.next->length;
		run.entries++;
		run.next = next_of(run.next, entries - run.entries);
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
	*run = single_entry(run->first, run->entries);
	return map_run(parent, run, dir, attrs);
}

static void note_list(struct card_device *card, unsigned int entries,
		      unsigned int segments, unsigned int longest)
{
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	card->counters.lists++;
	card->counters.entries += entries;
	card->counters.segments += segments;
	card->counters.longest_run =
		max_t(u64, card->counters.longest_run, longest);
	spin_unlock_irqrestore(&card->lock, flags);
	trace_dma_card_map_sg(&card->dev, entries, segments, longest);
}

/* Whether the card will not take any of the segments for memory of its own. */
static bool segments_are_clear(struct card_device *card,
			       struct scatterlist *list, int segments)
{
	struct scatterlist *segment;
	int left;

	if (!card_has_one_address_space(card))
		return true;
	for (segment = list, left = segments; left > 0;
	     segment = next_of(segment, --left))
		if (!card_handle_is_clear(card, sg_dma_address(segment),
					  sg_dma_len(segment)))
			return false;
	return true;
}

static void unmap_segments(struct device *parent, struct scatterlist *list,
			   int entries, enum dma_data_direction dir,
			   unsigned long attrs)
{
	struct scatterlist *segment;
	int left;

	for (segment = list, left = entries; left > 0;
	     segment = next_of(segment, --left)) {
		if (!sg_dma_len(segment))
			break; /* END_OF_SEGMENTS */
		dma_unmap_page_attrs(parent, sg_dma_address(segment),
				     sg_dma_len(segment), dir, attrs);
	}
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
	note_list(card, entries, table.nents, table.nents == entries);
	return table.nents;
}

static int map_joined(struct card_device *card, struct scatterlist *list,
		      int entries, enum dma_data_direction dir,
		      unsigned long attrs, const struct segment_limits *limits)
{
	struct device *parent = card->dev.parent;
	struct scatterlist *entry = list, *segment = list;
	unsigned int left, segments = 0, longest = 0;
	struct run run;

	for (left = entries; left; left -= run.entries, entry = run.next) {
		dma_addr_t handle;

		run = single_entry(entry, left);
		if (!run.length)
			continue;
		run = longest_run(limits, entry, left);
		handle = map_within_limits(parent, limits, &run, dir, attrs);
		if (dma_mapping_error(parent, handle))
			goto unmap;
		sg_dma_address(segment) = handle;
		sg_dma_len(segment) = run.length;
		segments++;
		segment = next_of(segment, entries - segments);
		longest = max(longest, run.entries);
	}
	/* Without an end it would be taken for the parent's: so it has to be. */
	if (segments == entries) {
		unmap_segments(parent, list, entries, dir,
			       attrs | DMA_ATTR_SKIP_CPU_SYNC);
		return map_by_parent(card, list, entries, dir, attrs);
	}
	end_segments(segment);
	/* Without a byte there is one segment all the same: 0 would be an error. */
	segments = max(segments, 1U);
	note_list(card, entries, segments, longest);
	return segments;

unmap:
	end_segments(segment);
	unmap_segments(parent, list, entries, dir,
		       attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return -EIO;
}

/* An IOMMU joins by itself, and better; nobody need look for what is not to be joined. */
static bool is_for_parent(const struct card_device *card,
			  const struct survey *survey)
{
	if (!has_dma_length())
		return true;
	return !survey->has_empty &&
	       (card_is_translated(card) || !survey->joins);
}

/* An entry without a page is in no memory that has an address. */
static phys_addr_t phys_of(struct scatterlist *entry)
{
	return sg_page(entry) ? sg_phys(entry) : PHYS_ADDR_MAX;
}

static bool is_system_ram(struct card_device *card, struct scatterlist *list,
			  int entries, const struct survey *survey)
{
	struct scatterlist *entry;
	int left;

	if (!survey->lacks_page &&
	    !card_regions_may_have(card, survey->first, survey->last))
		return true;
	for (entry = list, left = entries; left > 0;
	     entry = next_of(entry, --left))
		if (entry->length &&
		    !card_is_system_ram(&card->dev, phys_of(entry),
					entry->length))
			return false;
	return true;
}

int card_map_sg(struct device *dev, struct scatterlist *list, int entries,
		enum dma_data_direction dir, unsigned long attrs)
{
	struct card_device *card = to_card_device(dev);
	const struct segment_limits limits = limits_of(dev->parent);
	const struct survey survey = survey_list(list, entries, &limits);
	int segments;

	if (!is_system_ram(card, list, entries, &survey))
		return -EINVAL;
	if (is_for_parent(card, &survey))
		segments = map_by_parent(card, list, entries, dir, attrs);
	else
		segments = map_joined(card, list, entries, dir, attrs, &limits);
	if (segments < 0 || segments_are_clear(card, list, segments))
		return segments;
	card_unmap_sg(dev, list, entries, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	return -EIO;
}

void card_unmap_sg(struct device *dev, struct scatterlist *list, int entries,
		   enum dma_data_direction dir, unsigned long attrs)
{
	if (is_parents(list, entries))
		dma_unmap_sg_attrs(dev->parent, list, entries, dir, attrs);
	else
		unmap_segments(dev->parent, list, entries, dir, attrs);
}

void card_sync_sg_for_cpu(struct device *dev, struct scatterlist *list,
			  int entries, enum dma_data_direction dir)
{
	struct device *parent = dev->parent;
	struct scatterlist *segment;
	int left;

	if (is_parents(list, entries)) {
		dma_sync_sg_for_cpu(parent, list, entries, dir);
		return;
	}
	for (segment = list, left = entries; left > 0;
	     segment = next_of(segment, --left)) {
		if (!sg_dma_len(segment))
			break; /* END_OF_SEGMENTS */
		dma_sync_single_for_cpu(parent, sg_dma_address(segment),
					sg_dma_len(segment), dir);
	}
}

void card_sync_sg_for_device(struct device *dev, struct scatterlist *list,
			     int entries, enum dma_data_direction dir)
{
	struct device *parent = dev->parent;
	struct scatterlist *segment;
	int left;

	if (is_parents(list, entries)) {
		dma_sync_sg_for_device(parent, list, entries, dir);
		return;
	}
	for (segment = list, left = entries; left > 0;
	     segment = next_of(segment, --left)) {
		if (!sg_dma_len(segment))
			break; /* END_OF_SEGMENTS */
		dma_sync_single_for_device(parent, sg_dma_address(segment),
					   sg_dma_len(segment), dir);
	}
}
