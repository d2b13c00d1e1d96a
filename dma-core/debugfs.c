// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: dma-core/<device>/{regions,buffers,mappings,exports,counters,mask}, one line an
 * object, fields as name=value; dma-core/revoked, mappings of cards that are gone;
 * dma-core/objects, how many of each kind there were. Root only: bus and physical
 * addresses are shown.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "buffer.h"
#include "card-device.h"
#include "debugfs.h"
#include "export.h"
#include "mapping.h"
#include "objects.h"
#include "region.h"

static struct dentry *root;

static int regions_show(struct seq_file *seq, void *unused)
{
	struct card_device *card = seq->private;
	struct card_region *region;

	spin_lock_irq(&card->lock);
	list_for_each_entry(region, &card->regions, on_card)
		seq_printf(seq,
			   "phys=%#018llx device=%#018llx size=%llu free=%llu longest=%llu attribute=%s fallback=%s\n",
			   region->window.phys_addr, region->window.device_addr,
			   region->window.size, region_free_bytes(region),
			   region_longest_bytes(region), region->attribute,
			   region->flags & DMA_CARD_MEMORY_ALLOW_SYSTEM ?
				   "system" :
				   "none");
	spin_unlock_irq(&card->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(regions);

static int buffers_show(struct seq_file *seq, void *unused)
{
	struct card_device *card = seq->private;
	const struct card_buffer *buffer;

	spin_lock_irq(&card->lock);
	list_for_each_entry(buffer, &card->buffers, on_card)
		seq_printf(seq,
			   "memory=%s handle=%pad size=%zu mappings=%u freed=%d attribute=%s exports=%u\n",
			   buffer->ops->name, &buffer->handle, buffer->size,
			   buffer->mappings, buffer->freed, buffer->attribute,
			   buffer->exports);
	spin_unlock_irq(&card->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(buffers);

static int mappings_show(struct seq_file *seq, void *unused)
{
	card_mappings_show(seq, seq->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mappings);

static int exports_show(struct seq_file *seq, void *unused)
{
	card_exports_show(seq, seq->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(exports);

static int counters_show(struct seq_file *seq, void *unused)
{
	struct card_device *card = seq->private;
	struct card_counters now;

	spin_lock_irq(&card->lock);
	now = card->counters;
	spin_unlock_irq(&card->lock);
	seq_printf(seq,
		   "allocated=%llu\nfreed=%llu\ndeferred=%llu\nexhausted=%llu\nfallen_back=%llu\nmapped=%llu\nunmapped=%llu\nrevoked=%llu\nexported=%llu\nreclaimed=%llu\nlists=%llu\nentries=%llu\nsegments=%llu\nlongest_run=%llu\n",
		   now.allocated, now.freed, now.deferred, now.exhausted,
		   now.fallen_back, now.mapped, now.unmapped, now.revoked,
		   now.exported, now.reclaimed, now.lists, now.entries,
		   now.segments, now.longest_run);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

static const char *const bounce_names[] = {
	[DMA_BOUNCE_NONE] = "none",
	[DMA_BOUNCE_BUFFERS] = "buffers",
	[DMA_BOUNCE_UNRELIABLE] = "unreliable",
	[DMA_BOUNCE_ABSENT] = "absent",
};

static int mask_show(struct seq_file *seq, void *unused)
{
	struct card_device *card = seq->private;
	struct dma_mask_choice choice;

	spin_lock_irq(&card->lock);
	choice = card->choice;
	spin_unlock_irq(&card->lock);
	if (!choice.mask) {
		seq_puts(seq, "not negotiated\n");
		return 0;
	}
	seq_printf(seq,
		   "widest=%#llx\nsystem_ram=%#llx\ncard_memory=%#llx\ntranslated=%d\nmask=%#llx\ndescriptor_bits=%u\nbounce=%s\n",
		   choice.widest, choice.system_ram, choice.card_memory,
		   choice.translated, choice.mask, choice.descriptor_bits,
		   bounce_names[choice.bounce]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mask);

void card_debugfs_add(struct card_device *card)
{
	card->debugfs = debugfs_create_dir(dev_name(&card->dev), root);
	debugfs_create_file("regions", 0400, card->debugfs, card,
			    &regions_fops);
	debugfs_create_file("buffers", 0400, card->debugfs, card,
			    &buffers_fops);
	debugfs_create_file("mappings", 0400, card->debugfs, card,
			    &mappings_fops);
	debugfs_create_file("exports", 0400, card->debugfs, card,
			    &exports_fops);
	debugfs_create_file("counters", 0400, card->debugfs, card,
			    &counters_fops);
	debugfs_create_file("mask", 0400, card->debugfs, card, &mask_fops);
}

void card_debugfs_remove(struct card_device *card)
{
	debugfs_remove(card->debugfs);
}

static int objects_show(struct seq_file *seq, void *unused)
{
	card_objects_show(seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(objects);

static int revoked_show(struct seq_file *seq, void *unused)
{
	card_revoked_show(seq);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(revoked);

void card_debugfs_init(void)
{
	root = debugfs_create_dir("dma-core", NULL);
	debugfs_create_file("objects", 0400, root, NULL, &objects_fops);
	debugfs_create_file("revoked", 0400, root, NULL, &revoked_fops);
}

void card_debugfs_exit(void)
{
	debugfs_remove(root);
}
