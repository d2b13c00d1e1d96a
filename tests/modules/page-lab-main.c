// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page lab: how many segments a card needs for its buffers, depending on the
 * order in which an allocator hands out pages.
 *
 * Debugfs, page-lab/: seed, pages, aged and others are what struct page_lab_setup
 * says. Write an allocator's name to "run", which returns when its buffers were
 * filled, mapped by dma_map_sg() for a card device, and judged; read "results". Write
 * to "end" to free them. Until then, mmap() of /dev/page-lab at page LIST_PAGES * n
 * gives the pages of buffer n, so that a real card can be told to read them.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>
#include "page-lab.h"

/* runs of 1, 2, 3-4, 5-8, ... 65-127, 128 pages */
#define CLASSES 9

/**
 * struct results - of a run
 * @source: where pages came from; NULL before the first run
 * @setup: what was chosen
 * @entries: in lists that were mapped to what they are, a page each
 * @segments: that they were mapped to
 * @longest: the longest segment, in pages
 * @runs: segments by class of length
 * @run_pages: pages in these
 * @best: what workload says
 * @halved: likewise
 * @wrong: lists that were not
 */
static struct results {
	const struct page_source *source;
	struct page_lab_setup setup;
	u32 entries;
	u32 segments;
	u32 longest;
	u32 runs[CLASSES];
	u32 run_pages[CLASSES];
	u32 best;
	u32 halved;
	u32 wrong;
} results;

static struct page_lab_setup setup = {
	.seed = 1,
	.pages = LAB_PAGES / 2,
	.others = 25,
};

static struct page_lab_workload load;
static bool filled; /* @load has buffers */

static struct platform_device *platform;
static struct device *dma;
static struct dentry *debugfs;
static DEFINE_MUTEX(lock); /* held while the lab runs, for results and buffers */

/* --- lists ------------------------------------------------------------------- */

static struct page *pages[LIST_PAGES];
static struct scatterlist list[LIST_PAGES];

/* Into @pages. Return: how many. */
static u32 pages_of(const struct page_source *source,
		    const struct page_lab_buffer *buffer)
{
	u32 run, n, count = 0;

	for (run = 0; run < buffer->runs; run++)
		for (n = 0; n < buffer->run[run].count; n++)
			pages[count++] =
				source->page(buffer->run[run].first + n);
	return count;
}

static void make_list(const struct page_source *source,
		      const struct page_lab_buffer *buffer)
{
	u32 n, count = pages_of(source, buffer);

	sg_init_table(list, count);
	for (n = 0; n < count; n++)
		sg_set_page(&list[n], pages[n], PAGE_SIZE, 0);
}

static bool within_limits(u64 address, u64 length)
{
	u64 boundary = dma_get_seg_boundary(dma);

	return length && length <= dma_get_max_seg_size(dma) &&
	       length % PAGE_SIZE == 0 &&
	       (address | boundary) == ((address + length - 1) | boundary);
}

/* Whether the segments are the pages, all of them, in their order. */
static bool covers(u32 count, int segments)
{
	struct scatterlist *segment;
	u32 page = 0;
	int n;

	for_each_sg(list, segment, segments, n) {
		u64 address = sg_dma_address(segment);
		u64 end = address + sg_dma_len(segment);

		if (!within_limits(address, sg_dma_len(segment)))
			return false;
		for (; address < end; address += PAGE_SIZE)
			if (page == count ||
			    page_to_phys(pages[page++]) != address)
				return false;
	}
	return page == count;
}

static unsigned int class_of(u32 length)
{
	return length == LIST_PAGES ? CLASSES - 1 : order_base_2(length);
}

static void note_segments(u32 entries, int segments)
{
	struct scatterlist *segment;
	int n;

	for_each_sg(list, segment, segments, n) {
		u32 length = sg_dma_len(segment) / PAGE_SIZE;

		results.runs[class_of(length)]++;
		results.run_pages[class_of(length)] += length;
		results.longest = max(results.longest, length);
	}
	results.entries += entries;
	results.segments += segments;
}

static void map_buffer(const struct page_source *source,
		       const struct page_lab_buffer *buffer)
{
	int segments;

	make_list(source, buffer);
	segments = dma_map_sg(dma, list, buffer->pages, DMA_TO_DEVICE);
	if (!segments) {
		results.wrong++;
		return;
	}
	if (covers(buffer->pages, segments))
		note_segments(buffer->pages, segments);
	else
		results.wrong++;
	dma_unmap_sg(dma, list, buffer->pages, DMA_TO_DEVICE);
}

/* Frees the buffers, and finds out whether the allocator is what it was. */
static int end_lab(void)
{
	int err;

	if (!filled)
		return 0;
	filled = false;
	err = page_lab_end(&load);
	if (err)
		results.source = NULL;
	return err;
}

static int run_lab(const struct page_source *source)
{
	int err = end_lab();
	u32 n;

	if (err)
		return err;
	err = page_lab_begin(&load, source, &setup);
	filled = true;
	results = (struct results){
		.source = source,
		.setup = setup,
		.best = load.best,
		.halved = load.halved,
	};
	for (n = 0; n < load.buffers && !err; n++)
		map_buffer(source, &load.buffer[n]);
	if (err) {
		end_lab();
		results.source = NULL;
	}
	return err;
}

/* --- /dev/page-lab ------------------------------------------------------------ */

static int insert_buffer(struct vm_area_struct *vma)
{
	u32 n, count, number = vma->vm_pgoff / LIST_PAGES;
	int err = 0;

	lockdep_assert_held(&lock);
	if (!filled || vma->vm_pgoff % LIST_PAGES || number >= load.buffers)
		return -ENXIO;
	count = pages_of(load.source, &load.buffer[number]);
	if (vma_pages(vma) != count)
		return -EINVAL;
	for (n = 0; n < count && !err; n++)
		err = vm_insert_page(vma, vma->vm_start + n * PAGE_SIZE,
				     pages[n]);
	return err;
}

static int page_lab_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err;

	mutex_lock(&lock);
	err = insert_buffer(vma);
	mutex_unlock(&lock);
	return err;
}

static const struct file_operations page_lab_fops = {
	.owner = THIS_MODULE,
	.mmap = page_lab_mmap,
};

static struct miscdevice page_lab_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "page-lab",
	.fops = &page_lab_fops,
};

/* --- debugfs ----------------------------------------------------------------- */

static bool setup_is_possible(void)
{
	return setup.pages && setup.pages <= LAB_PAGES / 2 &&
	       setup.others <= 100;
}

static ssize_t run_write(struct file *file, const char __user *text,
			 size_t count, loff_t *position)
{
	const struct page_source *source;
	char name[16] = "";
	int err = -EINVAL;

	if (count >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, text, count))
		return -EFAULT;
	source = page_lab_source(name);
	if (!source)
		return -EINVAL;
	mutex_lock(&lock);
	if (setup_is_possible())
		err = run_lab(source);
	mutex_unlock(&lock);
	return err ?: count;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.write = run_write,
};

static int end_set(void *unused, u64 any)
{
	int err;

	mutex_lock(&lock);
	err = end_lab();
	mutex_unlock(&lock);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(end_fops, NULL, end_set, "%llu\n");

static void show_classes(struct seq_file *seq, const char *name,
			 const u32 *values)
{
	unsigned int n;

	for (n = 0; n < CLASSES; n++)
		seq_printf(seq, "%s%u", n ? "," : name, values[n]);
	seq_putc(seq, '\n');
}

static int results_show(struct seq_file *seq, void *unused)
{
	mutex_lock(&lock);
	if (results.source) {
		seq_printf(seq, "source=%s\naged=%d\nseed=%llu\nothers=%u\n",
			   results.source->name, results.setup.aged,
			   results.setup.seed, results.setup.others);
		seq_printf(seq, "entries=%u\nmerges=%u\nsegments=%u\n",
			   results.entries, results.entries - results.segments,
			   results.segments);
		seq_printf(seq, "longest=%u\nbest=%u\nhalved=%u\nwrong=%u\n",
			   results.longest, results.best, results.halved,
			   results.wrong);
		show_classes(seq, "runs=", results.runs);
		show_classes(seq, "run_pages=", results.run_pages);
	}
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(results);

static void create_files(void)
{
	debugfs = debugfs_create_dir("page-lab", NULL);
	debugfs_create_u64("seed", 0600, debugfs, &setup.seed);
	debugfs_create_u32("pages", 0600, debugfs, &setup.pages);
	debugfs_create_bool("aged", 0600, debugfs, &setup.aged);
	debugfs_create_u32("others", 0600, debugfs, &setup.others);
	debugfs_create_file("run", 0200, debugfs, NULL, &run_fops);
	debugfs_create_file("end", 0200, debugfs, NULL, &end_fops);
	debugfs_create_file("results", 0400, debugfs, NULL, &results_fops);
}

/* --- the module -------------------------------------------------------------- */

static int create_card(void)
{
	int err;

	platform = platform_device_register_simple("page-lab",
						   PLATFORM_DEVID_NONE, NULL,
						   0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	dma = dma_create_card_device(&platform->dev);
	if (IS_ERR(dma)) {
		err = PTR_ERR(dma);
		goto unregister;
	}
	err = dma_set_mask_and_coherent(dma, DMA_BIT_MASK(64));
	if (err)
		goto destroy;
	dma_set_max_seg_size(dma, LIST_PAGES * PAGE_SIZE);
	return 0;

destroy:
	dma_destroy_card_device(dma);
unregister:
	platform_device_unregister(platform);
	return err;
}

static void destroy_card(void)
{
	dma_destroy_card_device(dma);
	platform_device_unregister(platform);
}

static int __init page_lab_init(void)
{
	int err = page_lab_create_arena();

	if (err)
		return err;
	err = create_card();
	if (err)
		goto destroy_arena;
	err = misc_register(&page_lab_node);
	if (err)
		goto destroy_card;
	create_files();
	return 0;

destroy_card:
	destroy_card();
destroy_arena:
	page_lab_destroy_arena();
	return err;
}

static void __exit page_lab_exit(void)
{
	debugfs_remove(debugfs);
	misc_deregister(&page_lab_node);
	WARN_ON(end_lab());
	destroy_card();
	page_lab_destroy_arena();
}

module_init(page_lab_init);
module_exit(page_lab_exit);

MODULE_DESCRIPTION("Counts the segments that an allocator's order of pages leads to");
MODULE_LICENSE("GPL");
