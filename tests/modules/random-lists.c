// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scatterlists drawn at random, mapped for a card device and for its plain parent: each
 * byte that the one delivers, the other has to.
 *
 * The device's part is played here: what it would find at the addresses that it is told
 * is read and written there, be it a bounce buffer or behind an IOMMU. Entries without a
 * byte are drawn for the card device only: kernels up to 7.2 at least end a list at one, or
 * the machine (BUG_ON() in swiotlb), when they are asked for them by the parent.
 *
 * Debugfs, random-lists/report: reading it draws "lists" lists from "seed" and gives KTAP.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>

#include <dma-core/card-memory.h>

#define ARENA_ORDER get_order(SZ_1M)
#define ARENA_SIZE  SZ_1M
#define ENTRIES_MAX 300 /* chained: more than fit a page */
#define NOISE_SALTS SZ_64K

static ulong seed = 1;
module_param(seed, ulong, 0400);
MODULE_PARM_DESC(seed, "what the lists are drawn from");

static uint lists = 1000;
module_param(lists, uint, 0400);
MODULE_PARM_DESC(lists, "how many lists are drawn for each direction");

/**
 * struct piece - an entry of a list
 * @start: its first byte in the arena
 * @length: bytes; 0 for the card device only
 * @pages_before: its page lies so many before the one of its first byte
 */
struct piece {
	u32 start;
	u32 length;
	u32 pages_before;
};

enum part {
	PART_NONE,
	PART_ALL, /* dma_sync_sg_for_...() */
	PART_RANGE, /* dma_sync_single_range_for_...() */
	PARTS,
};

/**
 * struct plan - a list, and what is done with it
 * @piece: its entries
 * @count: how many
 * @span: bytes of the arena, from its first on, that it keeps to
 * @total: bytes of all entries
 * @dir: of the mapping
 * @skip_map: DMA_ATTR_SKIP_CPU_SYNC when it is mapped
 * @skip_unmap: the same when it is unmapped
 * @to_device: what the CPU writes while it is mapped
 * @to_cpu: what it reads of what the device wrote
 * @again: the device writes once more after that
 * @from: first byte, among those of all entries, of PART_RANGE
 * @size: bytes of it
 * @salt: where the noise begins
 */
struct plan {
	struct piece piece[ENTRIES_MAX];
	unsigned int count;
	u32 span;
	u32 total;
	enum dma_data_direction dir;
	bool skip_map;
	bool skip_unmap;
	enum part to_device;
	enum part to_cpu;
	bool again;
	u32 from;
	u32 size;
	u32 salt;
};

/* What is seen at one time; all of it is compared. */
enum sight {
	SEEN_MAPPED, /* by the device, after mapping */
	SEEN_WRITTEN, /* by the device, after the CPU wrote and synced */
	SEEN_READ, /* by the CPU, after the device wrote and the CPU synced */
	SEEN_UNMAPPED, /* by the CPU, all of the arena's span */
	SIGHTS,
};

static const char *const sight_names[SIGHTS] = {
	"the device sees when mapped",
	"the device sees when written to",
	"the CPU sees while mapped",
	"the CPU sees when unmapped",
};

/**
 * struct view - what one device made of a list
 * @byte: by sight; ARENA_SIZE of each
 * @size: bytes of each, 0 where there was nothing to see
 * @error: an errno of mapping, or what was wrong with the mapping
 * @wrong: says which
 */
struct view {
	u8 *byte[SIGHTS];
	u32 size[SIGHTS];
	int error;
	const char *wrong;
};

/* What the card device should have counted. */
static u64 card_lists, card_entries, card_segments;
static unsigned int
	card_longest_run; /* entries of a segment; not of an IOMMU's */

static struct pci_dev *card_pci;
static struct device *card;
static struct dentry *debugfs;
static u8 *arena, *noise;
static struct plan plan;
static struct view of_card, of_parent;

/* --- drawing --------------------------------------------------------------- */

static u32 below(struct rnd_state *rnd, u32 end)
{
	return prandom_u32_state(rnd) % end;
}

static bool one_in(struct rnd_state *rnd, u32 n)
{
	return !below(rnd, n);
}

static u32 draw_length(struct rnd_state *rnd)
{
	if (one_in(rnd, 5))
		return 0;
	switch (below(rnd, 8)) {
	case 0:
		return PAGE_SIZE * (1 + below(rnd, 3));
	case 1:
		return 1 + below(rnd, 3 * PAGE_SIZE);
	case 2:
		return one_in(rnd, 8) ? SZ_64K : 512;
	default:
		return 1 + below(rnd, 600);
	}
}

static void draw_pieces(struct plan *drawn, struct rnd_state *rnd)
{
	u32 at = one_in(rnd, 2) ? 0 : below(rnd, 2 * PAGE_SIZE);
	u32 wanted = 1 + below(rnd, one_in(rnd, 16) ? ENTRIES_MAX : 12);
	bool large = one_in(rnd, 64);
	unsigned int n;

	drawn->total = 0;
	for (n = 0; n < wanted; n++) {
		u32 length = large ? SZ_64K : draw_length(rnd);

		if (length > ARENA_SIZE - at)
			break;
		drawn->piece[n] = (struct piece){
			.start = at,
			.length = length,
			.pages_before = below(rnd, 1 + (at >> PAGE_SHIFT)),
		};
		drawn->total += length;
		at += length;
		if (!large && one_in(rnd, 3))
			at = min_t(u32, ARENA_SIZE, at + below(rnd, 300));
	}
	drawn->count = n;
	drawn->span = min_t(u32, ARENA_SIZE, at + 100);
}

static void shuffle(struct plan *drawn, struct rnd_state *rnd)
{
	unsigned int swaps = one_in(rnd, 2) ? 0 : below(rnd, drawn->count);

	while (swaps--) {
		u32 one = below(rnd, drawn->count);
		u32 other = below(rnd, drawn->count);

		swap(drawn->piece[one], drawn->piece[other]);
	}
}

static void draw_plan(struct plan *drawn, enum dma_data_direction dir,
		      struct rnd_state *rnd)
{
	draw_pieces(drawn, rnd);
	shuffle(drawn, rnd);
	drawn->dir = dir;
	drawn->skip_map = one_in(rnd, 3);
	drawn->skip_unmap = one_in(rnd, 3);
	drawn->to_device = below(rnd, PARTS);
	drawn->to_cpu = below(rnd, PARTS);
	drawn->again = one_in(rnd, 2);
	drawn->from = drawn->total ? below(rnd, drawn->total) : 0;
	drawn->size =
		drawn->total ? 1 + below(rnd, drawn->total - drawn->from) : 0;
	drawn->salt = below(rnd, NOISE_SALTS / 8);
}

/* --- the device, and the CPU's part ---------------------------------------- */

/**
 * struct trial - a list that is being mapped
 * @dev: for which device
 * @table: the list
 * @view: what comes of it
 */
struct trial {
	struct device *dev;
	struct sg_table table;
	struct view *view;
};

/* Where an address that the device was told leads to; NULL for nowhere. */
static u8 *at_handle(dma_addr_t handle)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&card_pci->dev);
	phys_addr_t phys = handle;

	if (domain && domain->type != IOMMU_DOMAIN_IDENTITY)
		phys = iommu_iova_to_phys(domain, handle);
	return phys ? phys_to_virt(phys) : NULL;
}

/* Bytes at @at of the mapping, from its first on, to or from @bytes. */
static void device_copies(struct trial *trial, u8 *bytes, bool writes)
{
	struct scatterlist *segment;
	u32 at, step;
	unsigned int n;

	for_each_sgtable_dma_sg(&trial->table, segment, n)
		for (at = 0; at < sg_dma_len(segment); at += step) {
			dma_addr_t handle = sg_dma_address(segment) + at;
			u8 *memory = at_handle(handle);

			step = min_t(u32, sg_dma_len(segment) - at,
				     PAGE_SIZE - offset_in_page(handle));
			if (!memory)
				trial->view->wrong = "an address of nothing";
			else if (writes)
				memcpy(memory, bytes, step);
			else
				memcpy(bytes, memory, step);
			bytes += step;
		}
}

static void device_sees(struct trial *trial, enum sight sight)
{
	device_copies(trial, trial->view->byte[sight], false);
	trial->view->size[sight] = plan.total;
}

/* The part @from, @size of all entries' bytes, to or from @bytes. */
static void cpu_copies(u8 *bytes, u32 from, u32 size, bool writes)
{
	unsigned int n;

	for (n = 0; n < plan.count && size; n++) {
		const struct piece *piece = &plan.piece[n];
		u32 step;

		if (from >= piece->length) {
			from -= piece->length;
			continue;
		}
		step = min(size, piece->length - from);
		if (writes)
			memcpy(arena + piece->start + from, bytes, step);
		else
			memcpy(bytes, arena + piece->start + from, step);
		bytes += step;
		size -= step;
		from = 0;
	}
}

/* dma_sync_single_range_for_...() for each segment that has some of the part */
static void sync_range(struct trial *trial, bool for_cpu)
{
	struct scatterlist *segment;
	u32 from = plan.from, left = plan.size, step;
	unsigned int n;

	for_each_sgtable_dma_sg(&trial->table, segment, n) {
		if (from >= sg_dma_len(segment)) {
			from -= sg_dma_len(segment);
			continue;
		}
		step = min(left, sg_dma_len(segment) - from);
		if (for_cpu)
			dma_sync_single_range_for_cpu(trial->dev,
						      sg_dma_address(segment),
						      from, step, plan.dir);
		else
			dma_sync_single_range_for_device(trial->dev,
							 sg_dma_address(segment),
							 from, step, plan.dir);
		left -= step;
		from = 0;
		if (!left)
			break;
	}
}

static void sync_part(struct trial *trial, enum part part, bool for_cpu)
{
	if (part == PART_RANGE)
		sync_range(trial, for_cpu);
	else if (for_cpu)
		dma_sync_sgtable_for_cpu(trial->dev, &trial->table, plan.dir);
	else
		dma_sync_sgtable_for_device(trial->dev, &trial->table,
					    plan.dir);
}

/* --- one list -------------------------------------------------------------- */

static int make_list(struct trial *trial, bool with_empty)
{
	struct page *first = virt_to_page(arena);
	struct scatterlist *entry;
	unsigned int n, count = 0;
	int err;

	for (n = 0; n < plan.count; n++)
		count += with_empty || plan.piece[n].length;
	err = sg_alloc_table(&trial->table, count, GFP_KERNEL);
	if (err)
		return err;
	entry = trial->table.sgl;
	for (n = 0; n < plan.count; n++) {
		const struct piece *piece = &plan.piece[n];
		u32 page = (piece->start >> PAGE_SHIFT) - piece->pages_before;

		if (!with_empty && !piece->length)
			continue;
		sg_set_page(entry, first + page, piece->length,
			    piece->start - page * PAGE_SIZE);
		entry = sg_next(entry);
	}
	return 0;
}

static void check_lengths(struct trial *trial)
{
	struct scatterlist *entry;
	u32 mapped = 0, listed = 0;
	unsigned int n;

	for_each_sgtable_dma_sg(&trial->table, entry, n)
		mapped += sg_dma_len(entry);
	for_each_sgtable_sg(&trial->table, entry, n)
		listed += entry->length;
	if (mapped != plan.total)
		trial->view->wrong = "not as many bytes as were listed";
	if (listed != plan.total)
		trial->view->wrong = "the list itself was changed";
}

static void cpu_writes(struct trial *trial)
{
	bool range = plan.to_device == PART_RANGE;

	if (plan.to_device == PART_NONE || plan.dir == DMA_FROM_DEVICE)
		return;
	sync_part(trial, PART_ALL, true);
	cpu_copies(noise + 3 * plan.salt, range ? plan.from : 0,
		   range ? plan.size : plan.total, true);
	sync_part(trial, plan.to_device, false);
	device_sees(trial, SEEN_WRITTEN);
}

static void device_writes(struct trial *trial)
{
	bool range = plan.to_cpu == PART_RANGE;
	u32 size = range ? plan.size : plan.total;

	if (plan.dir == DMA_TO_DEVICE)
		return;
	device_copies(trial, noise + 5 * plan.salt, true);
	if (plan.to_cpu == PART_NONE)
		return;
	sync_part(trial, plan.to_cpu, true);
	cpu_copies(trial->view->byte[SEEN_READ], range ? plan.from : 0, size,
		   false);
	trial->view->size[SEEN_READ] = size;
	if (!plan.again)
		return;
	sync_part(trial, plan.to_cpu, false);
	device_copies(trial, noise + 7 * plan.salt, true);
}

static void use_list(struct trial *trial)
{
	check_lengths(trial);
	if (plan.dir != DMA_FROM_DEVICE) {
		if (plan.skip_map)
			sync_part(trial, PART_ALL, false);
		device_sees(trial, SEEN_MAPPED);
	}
	cpu_writes(trial);
	device_writes(trial);
	if (plan.skip_unmap)
		sync_part(trial, PART_ALL, true);
}

/* Behind an IOMMU no address may lead anywhere any more. */
static void check_unmapped(struct trial *trial)
{
	struct scatterlist *segment;
	unsigned int n;

	if (!iommu_get_domain_for_dev(&card_pci->dev))
		return;
	for_each_sgtable_dma_sg(&trial->table, segment, n)
		if (sg_dma_len(segment) &&
		    (at_handle(sg_dma_address(segment)) ||
		     at_handle(sg_dma_address(segment) + sg_dma_len(segment) -
			       1)))
			trial->view->wrong = "still mapped";
}

static unsigned long skip_if(bool skip)
{
	return skip ? DMA_ATTR_SKIP_CPU_SYNC : 0;
}

/* How many entries the longest segment has, those without a byte behind its own included. */
static unsigned int longest_run(const struct sg_table *table)
{
	struct scatterlist *entry = table->sgl, *segment;
	unsigned int run, longest = 0, n;
	size_t left;

	for_each_sgtable_dma_sg(table, segment, n) {
		while (entry && !entry->length)
			entry = sg_next(entry);
		run = 0;
		left = sg_dma_len(segment);
		for (;
		     entry && left >= entry->length && (left || !entry->length);
		     entry = sg_next(entry)) {
			left -= entry->length;
			run++;
		}
		longest = max(longest, run);
	}
	return longest;
}

/* dma_map_sgtable() would hide nothing, but stock drivers give counts. */
static void try_list(struct device *dev, struct view *view, bool with_empty)
{
	struct trial trial = { .dev = dev, .view = view };

	memset(view->size, 0, sizeof(view->size));
	view->wrong = NULL;
	memcpy(arena, noise, plan.span);
	view->error = make_list(&trial, with_empty);
	if (view->error)
		return;
	trial.table.nents = dma_map_sg_attrs(dev, trial.table.sgl,
					     trial.table.orig_nents, plan.dir,
					     skip_if(plan.skip_map));
	if (dev == card) {
		card_lists++;
		card_entries += trial.table.orig_nents;
		card_segments += trial.table.nents;
		card_longest_run =
			max(card_longest_run, longest_run(&trial.table));
	}
	if (trial.table.nents) {
		use_list(&trial);
		dma_unmap_sg_attrs(dev, trial.table.sgl, trial.table.orig_nents,
				   plan.dir, skip_if(plan.skip_unmap));
		check_unmapped(&trial);
		memcpy(view->byte[SEEN_UNMAPPED], arena, plan.span);
		view->size[SEEN_UNMAPPED] = plan.span;
	} else {
		view->error = -EIO;
	}
	sg_free_table(&trial.table);
}

/* --- comparing ------------------------------------------------------------- */

static void describe(struct seq_file *seq, unsigned int number)
{
	unsigned int n;

	seq_printf(seq,
		   "# seed %lu, list %u: direction %d, skip %d %d, sync %d %d, range %u + %u, again %d\n",
		   seed, number, plan.dir, plan.skip_map, plan.skip_unmap,
		   plan.to_device, plan.to_cpu, plan.from, plan.size,
		   plan.again);
	seq_puts(seq, "# entries:");
	for (n = 0; n < min(plan.count, 40U); n++)
		seq_printf(seq, " %u+%u", plan.piece[n].start,
			   plan.piece[n].length);
	seq_puts(seq, n < plan.count ? " ...\n" : "\n");
}

static bool sights_agree(struct seq_file *seq)
{
	unsigned int n, at;

	for (n = 0; n < SIGHTS; n++) {
		const u8 *card = of_card.byte[n], *parent = of_parent.byte[n];

		if (of_card.size[n] == of_parent.size[n] &&
		    !memcmp(card, parent, of_card.size[n]))
			continue;
		for (at = 0; at < of_card.size[n] && card[at] == parent[at];)
			at++;
		seq_printf(seq,
			   "# what %s differs: byte %u of %u (parent: %u)\n",
			   sight_names[n], at, of_card.size[n],
			   of_parent.size[n]);
		return false;
	}
	return true;
}

static bool views_agree(struct seq_file *seq)
{
	if (of_card.error || of_parent.error) {
		seq_printf(seq, "# not mapped: card %d, parent %d\n",
			   of_card.error, of_parent.error);
		return false;
	}
	if (of_card.wrong || of_parent.wrong) {
		seq_printf(seq, "# card: %s; parent: %s\n",
			   of_card.wrong ?: "well", of_parent.wrong ?: "well");
		return false;
	}
	return sights_agree(seq);
}

/* A list without a byte is nothing to the parent. */
static bool empty_is_mapped(struct seq_file *seq)
{
	bool well = !of_card.error && !of_card.wrong &&
		    !memcmp(of_card.byte[SEEN_UNMAPPED], noise, plan.span);

	if (!well)
		seq_printf(seq, "# a list without a byte: %d, %s\n",
			   of_card.error, of_card.wrong ?: "well");
	return well;
}

static bool try_lists(struct seq_file *seq, enum dma_data_direction dir)
{
	struct rnd_state rnd;
	unsigned int n;
	bool well;

	prandom_seed_state(&rnd, seed + dir);
	for (n = 0; n < lists; n++) {
		draw_plan(&plan, dir, &rnd);
		try_list(card, &of_card, true);
		if (plan.total)
			try_list(card->parent, &of_parent, false);
		well = plan.total ? views_agree(seq) : empty_is_mapped(seq);
		if (!well) {
			describe(seq, n);
			return false;
		}
		cond_resched();
	}
	return true;
}

static const char *const direction_names[] = {
	[DMA_BIDIRECTIONAL] = "both ways",
	[DMA_TO_DEVICE] = "to the device",
	[DMA_FROM_DEVICE] = "from the device",
};

static int report_show(struct seq_file *seq, void *unused)
{
	unsigned int dir, passed = 0;

	seq_puts(seq, "KTAP version 1\n1..3\n");
	for (dir = 0; dir < ARRAY_SIZE(direction_names); dir++) {
		bool well = try_lists(seq, dir);

		passed += well;
		seq_printf(seq,
			   "%s %u %u lists, %s: the card device delivers what its parent does\n",
			   well ? "ok" : "not ok", dir + 1, lists,
			   direction_names[dir]);
	}
	seq_printf(seq,
		   "# lists=%llu entries=%llu segments=%llu longest_run=%u\n",
		   card_lists, card_entries, card_segments, card_longest_run);
	seq_printf(seq, "# Totals: pass:%u fail:%u skip:0\n", passed,
		   3 - passed);
	return 0;
}

/* All in one go: a report that did not fit would be made anew. */
static int report_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, report_show, NULL, SZ_64K);
}

static const struct file_operations report_fops = {
	.owner = THIS_MODULE,
	.open = report_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

/* --- the driver ------------------------------------------------------------ */

static void free_memory(void)
{
	unsigned int n;

	for (n = 0; n < SIGHTS; n++) {
		vfree(of_card.byte[n]);
		vfree(of_parent.byte[n]);
	}
	vfree(noise);
	free_pages((unsigned long)arena, ARENA_ORDER);
}

static int take_memory(void)
{
	bool all;
	unsigned int n;

	arena = (u8 *)__get_free_pages(GFP_KERNEL, ARENA_ORDER);
	noise = vmalloc(ARENA_SIZE + NOISE_SALTS);
	all = arena && noise;
	for (n = 0; n < SIGHTS; n++) {
		of_card.byte[n] = vmalloc(ARENA_SIZE);
		of_parent.byte[n] = vmalloc(ARENA_SIZE);
		all &= of_card.byte[n] && of_parent.byte[n];
	}
	if (all)
		return 0;
	free_memory();
	return -ENOMEM;
}

static int random_lists_probe(struct pci_dev *pci,
			      const struct pci_device_id *id)
{
	struct rnd_state rnd;
	int err;

	if (card_pci)
		return -EBUSY;
	err = pcim_enable_device(pci);
	if (!err)
		err = dma_set_mask_and_coherent(&pci->dev, DMA_BIT_MASK(32));
	if (!err)
		err = take_memory();
	if (err)
		return err;
	card = dma_create_card_device(&pci->dev);
	if (IS_ERR(card)) {
		free_memory();
		return PTR_ERR(card);
	}
	prandom_seed_state(&rnd, seed);
	prandom_bytes_state(&rnd, noise, ARENA_SIZE + NOISE_SALTS);
	card_pci = pci;
	debugfs = debugfs_create_dir("random-lists", NULL);
	debugfs_create_file("report", 0400, debugfs, NULL, &report_fops);
	return 0;
}

static void random_lists_remove(struct pci_dev *pci)
{
	debugfs_remove(debugfs);
	dma_destroy_card_device(card);
	free_memory();
	card_pci = NULL;
}

static const struct pci_device_id random_lists_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver random_lists_driver = {
	.name = "random-lists",
	.id_table = random_lists_ids,
	.probe = random_lists_probe,
	.remove = random_lists_remove,
};
module_pci_driver(random_lists_driver);

MODULE_DESCRIPTION("Maps lists drawn at random for a card device and its parent");
MODULE_LICENSE("GPL");
