// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver and its users pay for the whole path, on a VM whose clock counts
 * instructions: dma-core beside what else they could take, on the memory of a PCI card.
 *
 * Debugfs, path-bench/calls: reading it allocates, and maps lists, and gives a line for each
 * work, "work=... size=... source=... cost=...", where cost is of the cheapest of some passes.
 *
 * /dev/bench-SOURCE: mmap() of one of the buffers, by its size, as SOURCE does it; a write
 * of anything takes all mappings back, and reading gives what that cost.
 *
 *	oncard	dma_map_coherent(), dma_suspend_card_memory()
 *	apply	apply_to_page_range() with special entries, unmap_mapping_range()
 *	remap	remap_pfn_range(), unmap_mapping_range()
 *	fault	vmf_insert_pfn() in a fault handler, unmap_mapping_range()
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/genalloc.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>

#include "compat.h"

#define MEMORY_BAR 2
#define PASSES     8
#define NOPS       1000
#define HELD       500 /* buffers, in a region that is used */
#define ORDER      10 /* of the pages that lists are made of */
#define ENTRIES    BIT(ORDER)
#define POOL_BYTES SZ_16M /* gen_pool has no memory, only its addresses */

/* A page, and what is asked for below. */
static const size_t sizes[] = { PAGE_SIZE, SZ_64K, SZ_1M, SZ_16M };

static struct pci_dev *card;
static struct device *dma;
static void *buffers[ARRAY_SIZE(sizes)];
static dma_addr_t handles[ARRAY_SIZE(sizes)];
static struct page *pages; /* of lists */
static struct dentry *debugfs;

/* --- costs ------------------------------------------------------------------------- */

/**
 * struct work - what is measured
 * @run: does it, once
 * @dev: the device that it is done for
 * @bytes: of an allocation, or of an entry
 * @table: a list
 * @pool: of gen_pool
 */
struct work {
	void (*run)(const struct work *work);
	struct device *dev;
	size_t bytes;
	struct sg_table *table;
	struct gen_pool *pool;
};

static void nothing(const struct work *work)
{
}

static u64 cheapest(const struct work *work)
{
	u64 least = U64_MAX;
	unsigned int pass;

	for (pass = 0; pass < PASSES; pass++) {
		cycles_t began = get_cycles();

		work->run(work);
		least = min_t(u64, least, get_cycles() - began);
	}
	return least;
}

static u64 cost_of(const struct work *work)
{
	const struct work idle = { .run = nothing };

	return cheapest(work) - cheapest(&idle);
}

static void say(struct seq_file *seq, const char *name, size_t size,
		const char *source, u64 cost)
{
	seq_printf(seq, "work=%s size=%zu source=%s cost=%llu\n", name, size,
		   source, cost);
}

static void run_nops(const struct work *work)
{
	asm volatile(".rept " __stringify(NOPS) "\n\tnop\n\t.endr");
}

/* --- buffers of card memory -------------------------------------------------------- */

static void free_buffers(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sizes); n++)
		if (buffers[n])
			dma_free_coherent(dma, sizes[n], buffers[n],
					  handles[n]);
	memset(buffers, 0, sizeof(buffers));
}

static int alloc_buffers(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sizes); n++) {
		buffers[n] = dma_alloc_coherent(dma, sizes[n], &handles[n],
						GFP_KERNEL);
		if (!buffers[n]) {
			free_buffers();
			return -ENOMEM;
		}
	}
	return 0;
}

/* --- allocating -------------------------------------------------------------------- */

static void alloc_and_free(const struct work *work)
{
	dma_addr_t handle;
	void *memory =
		dma_alloc_coherent(work->dev, work->bytes, &handle, GFP_KERNEL);

	if (memory)
		dma_free_coherent(work->dev, work->bytes, memory, handle);
}

static void take_from_pool(const struct work *work)
{
	unsigned long memory = gen_pool_alloc(work->pool, work->bytes);

	if (memory)
		gen_pool_free(work->pool, memory, work->bytes);
}

static void clear(const struct work *work)
{
	memset(buffers[0], 0, work->bytes);
}

static struct gen_pool *make_pool(unsigned int held)
{
	struct gen_pool *pool = gen_pool_create(PAGE_SHIFT, NUMA_NO_NODE);

	if (pool && gen_pool_add(pool, POOL_BYTES, POOL_BYTES, NUMA_NO_NODE)) {
		gen_pool_destroy(pool);
		return NULL;
	}
	while (pool && held--)
		gen_pool_alloc(pool, PAGE_SIZE);
	return pool;
}

static void empty_pool(struct gen_pool *pool, unsigned int held)
{
	while (held--)
		gen_pool_free(pool, POOL_BYTES + held * PAGE_SIZE, PAGE_SIZE);
	gen_pool_destroy(pool);
}

static int measure_allocating(struct seq_file *seq, const char *name,
			      unsigned int held)
{
	struct work work = { .bytes = PAGE_SIZE };

	work.pool = make_pool(held);
	if (!work.pool)
		return -ENOMEM;
	work.run = take_from_pool;
	say(seq, name, work.bytes, "gen_pool", cost_of(&work));
	empty_pool(work.pool, held);
	work.run = alloc_and_free;
	work.dev = dma;
	say(seq, name, work.bytes, "oncard", cost_of(&work));
	work.dev = &card->dev;
	say(seq, name, work.bytes, "parent", cost_of(&work));
	return 0;
}

static int measure_used(struct seq_file *seq)
{
	void **held = kcalloc(HELD, sizeof(*held), GFP_KERNEL);
	dma_addr_t *at = kcalloc(HELD, sizeof(*at), GFP_KERNEL);
	unsigned int n = 0;
	int err = -ENOMEM;

	while (held && at && n < HELD) {
		held[n] =
			dma_alloc_coherent(dma, PAGE_SIZE, &at[n], GFP_KERNEL);
		if (!held[n])
			break;
		n++;
	}
	if (n == HELD)
		err = measure_allocating(seq, "alloc-used", HELD);
	while (n--)
		dma_free_coherent(dma, PAGE_SIZE, held[n], at[n]);
	kfree(held);
	kfree(at);
	return err;
}

/* --- lists ------------------------------------------------------------------------- */

static void map_and_unmap(const struct work *work)
{
	if (!dma_map_sgtable(work->dev, work->table, DMA_TO_DEVICE, 0))
		dma_unmap_sgtable(work->dev, work->table, DMA_TO_DEVICE, 0);
}

/* Entries of @bytes, a page apart from begin to begin. */
static void fill_table(struct sg_table *table, size_t bytes)
{
	struct scatterlist *entry;
	unsigned int n;

	for_each_sgtable_sg(table, entry, n)
		sg_set_page(entry, pages + n, bytes, 0);
}

static int measure_list(struct seq_file *seq, const char *name,
			unsigned int entries, size_t bytes)
{
	struct sg_table table;
	struct work work = { .run = map_and_unmap, .table = &table };
	int err = sg_alloc_table(&table, entries, GFP_KERNEL);

	if (err)
		return err;
	fill_table(&table, bytes);
	work.dev = dma;
	say(seq, name, entries, "oncard", cost_of(&work));
	work.dev = &card->dev;
	say(seq, name, entries, "parent", cost_of(&work));
	sg_free_table(&table);
	return 0;
}

static int measure_lists(struct seq_file *seq)
{
	unsigned int entries;
	int err = 0;

	for (entries = 2; entries <= ENTRIES && !err; entries *= 8) {
		err = measure_list(seq, "list-joined", entries, PAGE_SIZE);
		if (!err)
			err = measure_list(seq, "list-apart", entries,
					   PAGE_SIZE / 2);
	}
	return err;
}

static int calls_show(struct seq_file *seq, void *unused)
{
	const struct work thousand = { .run = run_nops };
	const struct work clearing = { .run = clear, .bytes = PAGE_SIZE };
	int err;

	say(seq, "nops", NOPS, "none", cost_of(&thousand));
	say(seq, "clear", PAGE_SIZE, "none", cost_of(&clearing));
	free_buffers(); /* nobody has mapped them, or they live on */
	err = measure_allocating(seq, "alloc-empty", 0) ?: alloc_buffers();
	if (!err)
		err = measure_used(seq);
	if (!err)
		err = measure_lists(seq);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(calls);

/* --- mappings ---------------------------------------------------------------------- */

/**
 * struct source - a way to map a buffer
 * @node: of its own, with an address space of its own
 * @map: maps buffer number @n into all of a VMA
 * @cost: of taking all mappings back, the last time
 */
struct source {
	struct miscdevice node;
	int (*map)(struct vm_area_struct *vma, unsigned int n);
	u64 cost;
};

static unsigned long pfn_of(unsigned int n)
{
	return PHYS_PFN(pci_resource_start(card, MEMORY_BAR) +
			(handles[n] - handles[0]));
}

static int map_coherent(struct vm_area_struct *vma, unsigned int n)
{
	return dma_map_coherent(dma, vma, buffers[n], handles[n], sizes[n]);
}

static void as_device_memory(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
}

static int set_entry(pte_t *entry, unsigned long address, void *data)
{
	const struct vm_area_struct *vma = data;
	unsigned long pfn = (unsigned long)vma->vm_private_data +
			    PHYS_PFN(address - vma->vm_start);

	set_pte_at(vma->vm_mm, address, entry,
		   pte_mkspecial(pfn_pte(pfn, vma->vm_page_prot)));
	return 0;
}

static int map_by_apply(struct vm_area_struct *vma, unsigned int n)
{
	as_device_memory(vma);
	vma->vm_private_data = (void *)pfn_of(n);
	return apply_to_page_range(vma->vm_mm, vma->vm_start,
				   vma->vm_end - vma->vm_start, set_entry, vma);
}

static int map_by_remap(struct vm_area_struct *vma, unsigned int n)
{
	as_device_memory(vma);
	return remap_pfn_range(vma, vma->vm_start, pfn_of(n),
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static vm_fault_t fault_in(struct vm_fault *fault)
{
	struct vm_area_struct *vma = fault->vma;

	return vmf_insert_pfn(vma, fault->address,
			      (unsigned long)vma->vm_private_data +
				      PHYS_PFN(fault->address - vma->vm_start));
}

static const struct vm_operations_struct fault_ops = {
	.fault = fault_in,
};

static int map_by_faults(struct vm_area_struct *vma, unsigned int n)
{
	as_device_memory(vma);
	vma->vm_private_data = (void *)pfn_of(n);
	vma->vm_ops = &fault_ops;
	return 0;
}

static int source_mmap(struct file *file, struct vm_area_struct *vma);
static ssize_t source_read(struct file *file, char __user *text, size_t count,
			   loff_t *position);
static ssize_t source_write(struct file *file, const char __user *text,
			    size_t count, loff_t *position);

static const struct file_operations source_fops = {
	.owner = THIS_MODULE,
	.mmap = source_mmap,
	.read = source_read,
	.write = source_write,
};

#define SOURCE(name_, map_)                             \
	{                                               \
		.node = {                             \
			.minor = MISC_DYNAMIC_MINOR,  \
			.name = "bench-" name_,  \
			.fops = &source_fops,         \
		},                                    \
		.map = map_, \
	}

static struct source sources[] = {
	SOURCE("oncard", map_coherent),
	SOURCE("apply", map_by_apply),
	SOURCE("remap", map_by_remap),
	SOURCE("fault", map_by_faults),
};

static struct source *source_of(const struct file *file)
{
	return container_of(file->private_data, struct source, node);
}

static int source_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sizes); n++)
		if (vma->vm_end - vma->vm_start == sizes[n])
			return source_of(file)->map(vma, n);
	return -EINVAL;
}

static ssize_t source_read(struct file *file, char __user *text, size_t count,
			   loff_t *position)
{
	char line[32];
	int length =
		scnprintf(line, sizeof(line), "%llu\n", source_of(file)->cost);

	return simple_read_from_buffer(text, count, position, line, length);
}

/* dma-core's is for a while; what was there may come back by faults. */
static ssize_t source_write(struct file *file, const char __user *text,
			    size_t count, loff_t *position)
{
	struct source *source = source_of(file);
	bool ours = source->map == map_coherent;
	cycles_t began = get_cycles();

	if (ours)
		dma_suspend_card_memory(dma);
	else
		unmap_mapping_range(file->f_mapping, 0, 0, 1);
	source->cost = get_cycles() - began;
	if (ours)
		dma_resume_card_memory(dma);
	return count;
}

/* --- the card ---------------------------------------------------------------------- */

static void remove_nodes(unsigned int count)
{
	while (count--)
		misc_deregister(&sources[count].node);
}

static int add_nodes(void)
{
	unsigned int n;
	int err;

	for (n = 0; n < ARRAY_SIZE(sources); n++) {
		err = misc_register(&sources[n].node);
		if (err) {
			remove_nodes(n);
			return err;
		}
	}
	return 0;
}

static int use_memory(void)
{
	phys_addr_t memory = pci_resource_start(card, MEMORY_BAR);
	int err = dma_declare_card_memory(dma, memory, memory,
					  pci_resource_len(card, MEMORY_BAR),
					  0);

	if (!err)
		err = alloc_buffers();
	if (err)
		return err;
	err = add_nodes();
	if (err)
		free_buffers();
	return err;
}

static int path_bench_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	int err = pcim_enable_device(pci);

	if (!err)
		err = dma_set_mask_and_coherent(&pci->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	pages = alloc_pages(GFP_KERNEL, ORDER);
	if (!pages)
		return -ENOMEM;
	card = pci;
	dma = dma_create_card_device(&pci->dev);
	err = PTR_ERR_OR_ZERO(dma);
	if (err)
		goto free_pages;
	err = use_memory();
	if (err)
		goto destroy;
	debugfs = debugfs_create_dir("path-bench", NULL);
	debugfs_create_file("calls", 0400, debugfs, NULL, &calls_fops);
	return 0;

destroy:
	dma_destroy_card_device(dma);
free_pages:
	__free_pages(pages, ORDER);
	return err;
}

static void path_bench_remove(struct pci_dev *pci)
{
	debugfs_remove_recursive(debugfs);
	remove_nodes(ARRAY_SIZE(sources));
	free_buffers();
	dma_destroy_card_device(dma);
	__free_pages(pages, ORDER);
}

static const struct pci_device_id path_bench_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver path_bench_driver = {
	.name = "path-bench",
	.id_table = path_bench_ids,
	.probe = path_bench_probe,
	.remove = path_bench_remove,
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};
module_pci_driver(path_bench_driver);

MODULE_DESCRIPTION("What the whole path costs, beside other ways");
MODULE_LICENSE("GPL");
