// SPDX-License-Identifier: GPL-2.0-only
/*
 * A DMA engine that is not ours judges the addresses that dma-core hands out: QEMU's
 * edu device copies blocks from memory into itself and back, and says in QEMU's log
 * when an address has more bits than it has lines (the property dma_mask).
 *
 * A block may lie wherever a driver's memory can, see kinds[] below. Debugfs,
 * edu-referee/: write a number of blocks to "run", which returns when every device
 * has copied as many; read "results", a line per device.
 */
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <dma-core/card-memory.h>

#include "edu.h"

#define DEVICES_MAX 8

static unsigned int bits[DEVICES_MAX] = { [0 ... DEVICES_MAX - 1] = 28 };
module_param_array(bits, uint, NULL, 0444);
MODULE_PARM_DESC(bits, "Address lines of each device (28, as QEMU's default)");

static bool negotiate = true;
module_param(negotiate, bool, 0444);
MODULE_PARM_DESC(negotiate,
		 "Ask for the mask; if not, claim 64 bits, and copy to the device only");

#define MEMORY_CARD_DEVICE \
	0x1110 /* ivshmem, whose BAR2 is shared out as card memory */
#define MEMORY_CARD_BAR 2
#define SLICE_SIZE      SZ_1M

#define PIECES       3
#define PAGES        8
#define ORDERS       3
#define POOL_SIZE    512
#define POOL_BLOCKS  4
#define CARD_SIZE    (4 * PAGE_SIZE)
#define COPY_TIMEOUT (10 * HZ)

/**
 * struct piece - a part of a block
 * @cpu: where the CPU has it
 * @handle: where the device has it, while it is mapped
 * @length: bytes
 */
struct piece {
	void *cpu;
	dma_addr_t handle;
	size_t length;
};

/**
 * struct block - what is copied in one go; at most EDU_BLOCK_MAX bytes in all
 * @length: bytes
 * @count: pieces for the CPU
 * @piece: in CPU order
 * @segments: pieces for the device, which an IOMMU may have joined
 * @segment: in the same order
 * @sg: behind @segment, for the kind that maps lists
 */
struct block {
	size_t length;
	unsigned int count;
	struct piece piece[PIECES];
	unsigned int segments;
	struct piece segment[PIECES];
	struct scatterlist sg[PIECES];
};

enum card_memory {
	CARD_MEMORY_NONE,
	CARD_MEMORY_BEYOND,
	CARD_MEMORY_USED
};

/**
 * struct edu - one device
 * @pci: the device
 * @regs: BAR0
 * @dma: its card device
 * @number: in order of probing
 * @mask: what was negotiated
 * @slice_phys: its part of the memory card's BAR
 * @slice_device: where it sees that part
 * @card_memory: what became of it
 * @copied: the interrupt came
 * @work: copies @todo blocks
 * @todo: blocks to copy
 * @random: drawn from the device's number, so that a run can be repeated
 * @expected: what the block's memory has to hold in the end
 * @coherent: buffers of 1, 4 and 16 pages in system RAM, from dma_alloc_coherent()
 * @coherent_handle: their handles
 * @pages: pages of the page allocator
 * @noncoherent: from dma_alloc_pages()
 * @noncoherent_handle: its handle
 * @pool: of small blocks
 * @small: blocks of @pool
 * @small_handle: their handles
 * @card: card memory
 * @card_handle: its handle
 * @copies: blocks copied, by kind
 * @wrong: blocks that came back different
 * @lost: copies whose interrupt did not come
 * @refused: mappings that failed
 */
struct edu {
	struct pci_dev *pci;
	void __iomem *regs;
	struct device *dma;
	unsigned int number;
	struct dma_mask_choice mask;
	phys_addr_t slice_phys;
	dma_addr_t slice_device;
	enum card_memory card_memory;
	struct completion copied;
	struct work_struct work;
	unsigned int todo;
	struct rnd_state random;
	u8 *expected;
	void *coherent[ORDERS];
	dma_addr_t coherent_handle[ORDERS];
	struct page *pages[PAGES];
	struct page *noncoherent;
	dma_addr_t noncoherent_handle;
	struct dma_pool *pool;
	void *small[POOL_BLOCKS];
	dma_addr_t small_handle[POOL_BLOCKS];
	void *card;
	dma_addr_t card_handle;
	unsigned int copies[16];
	unsigned int wrong;
	unsigned int lost;
	unsigned int refused;
};

static struct edu *devices[DEVICES_MAX];
static unsigned int device_count;
static struct dentry *debugfs;
static atomic_t busy;
static DECLARE_WAIT_QUEUE_HEAD(idle);

static size_t coherent_size(unsigned int order)
{
	return PAGE_SIZE << 2 * order;
}

static u32 below(struct edu *edu, u32 limit)
{
	return prandom_u32_state(&edu->random) % limit;
}

/* --- kinds of memory ------------------------------------------------------- */

/* Somewhere within @size bytes that have one address for each side. */
static void choose_within(struct edu *edu, struct block *block, void *cpu,
			  dma_addr_t handle, size_t size)
{
	size_t length = 1 + below(edu, min_t(size_t, size, EDU_BLOCK_MAX));
	size_t offset = below(edu, size - length + 1);

	block->count = 1;
	block->piece[0] =
		(struct piece){ cpu + offset, handle + offset, length };
	block->segments = 1;
	block->segment[0] = block->piece[0];
}

static void choose_coherent(struct edu *edu, struct block *block)
{
	unsigned int order = below(edu, ORDERS);

	choose_within(edu, block, edu->coherent[order],
		      edu->coherent_handle[order], coherent_size(order));
}

static void choose_pool(struct edu *edu, struct block *block)
{
	unsigned int n = below(edu, POOL_BLOCKS);

	choose_within(edu, block, edu->small[n], edu->small_handle[n],
		      POOL_SIZE);
}

static void choose_card(struct edu *edu, struct block *block)
{
	choose_within(edu, block, edu->card, edu->card_handle, CARD_SIZE);
}

static void choose_noncoherent(struct edu *edu, struct block *block)
{
	choose_within(edu, block, page_address(edu->noncoherent),
		      edu->noncoherent_handle, PAGE_SIZE);
}

static void choose_page(struct edu *edu, struct block *block)
{
	choose_within(edu, block, page_address(edu->pages[below(edu, PAGES)]),
		      0, PAGE_SIZE);
}

/* Pieces of several pages, or side by side in one page, where they become one. */
static void choose_list(struct edu *edu, struct block *block)
{
	unsigned int n, first = below(edu, PAGES);
	bool joined = below(edu, 2);
	size_t used = 0;

	for (n = 0; n < PIECES; n++) {
		struct page *page =
			edu->pages[joined ? first : (first + n) % PAGES];
		size_t length = 1 + below(edu, EDU_BLOCK_MAX / PIECES);
		size_t offset = joined ? used :
					 below(edu, PAGE_SIZE - length + 1);

		block->piece[n].cpu = page_address(page) + offset;
		block->piece[n].length = length;
		used += length;
	}
	block->count = PIECES;
}

static int map_single(struct edu *edu, struct block *block,
		      enum dma_data_direction dir)
{
	struct piece *segment = block->segment;

	segment->handle =
		dma_map_single(edu->dma, segment->cpu, segment->length, dir);
	return dma_mapping_error(edu->dma, segment->handle);
}

static void unmap_single(struct edu *edu, struct block *block,
			 enum dma_data_direction dir)
{
	dma_unmap_single(edu->dma, block->segment->handle,
			 block->segment->length, dir);
}

static int map_page(struct edu *edu, struct block *block,
		    enum dma_data_direction dir)
{
	struct piece *segment = block->segment;

	segment->handle = dma_map_page(edu->dma, virt_to_page(segment->cpu),
				       offset_in_page(segment->cpu),
				       segment->length, dir);
	return dma_mapping_error(edu->dma, segment->handle);
}

static void unmap_page(struct edu *edu, struct block *block,
		       enum dma_data_direction dir)
{
	dma_unmap_page(edu->dma, block->segment->handle, block->segment->length,
		       dir);
}

static int map_list(struct edu *edu, struct block *block,
		    enum dma_data_direction dir)
{
	struct scatterlist *sg;
	unsigned int n;

	sg_init_table(block->sg, block->count);
	for_each_sg(block->sg, sg, block->count, n)
		sg_set_buf(sg, block->piece[n].cpu, block->piece[n].length);
	block->segments = dma_map_sg(edu->dma, block->sg, block->count, dir);
	for_each_sg(block->sg, sg, block->segments, n) {
		block->segment[n].handle = sg_dma_address(sg);
		block->segment[n].length = sg_dma_len(sg);
	}
	return block->segments ? 0 : -EIO;
}

static void unmap_list(struct edu *edu, struct block *block,
		       enum dma_data_direction dir)
{
	dma_unmap_sg(edu->dma, block->sg, block->count, dir);
}

static int sync_for_device(struct edu *edu, struct block *block,
			   enum dma_data_direction dir)
{
	dma_sync_single_for_device(edu->dma, block->segment->handle,
				   block->segment->length, dir);
	return 0;
}

static void sync_for_cpu(struct edu *edu, struct block *block,
			 enum dma_data_direction dir)
{
	dma_sync_single_for_cpu(edu->dma, block->segment->handle,
				block->segment->length, dir);
}

/* The card's memory by its physical address has to be where its buffers are. */
static int map_resource(struct edu *edu, struct block *block,
			enum dma_data_direction dir)
{
	struct piece *segment = block->segment;
	size_t offset = block->piece->handle - edu->slice_device;

	segment->handle = dma_map_resource(edu->dma, edu->slice_phys + offset,
					   segment->length, dir, 0);
	return dma_mapping_error(edu->dma, segment->handle);
}

static void unmap_resource(struct edu *edu, struct block *block,
			   enum dma_data_direction dir)
{
	dma_unmap_resource(edu->dma, block->segment->handle,
			   block->segment->length, dir, 0);
}

/**
 * struct kind - memory that a block may lie in
 * @name: the call that it comes from
 * @on_card: it is card memory
 * @choose: fill in the block for the CPU
 * @map: fill in its segments; NULL where they are known
 * @unmap: give it back to the CPU
 */
struct kind {
	const char *name;
	bool on_card;
	void (*choose)(struct edu *edu, struct block *block);
	int (*map)(struct edu *edu, struct block *block,
		   enum dma_data_direction dir);
	void (*unmap)(struct edu *edu, struct block *block,
		      enum dma_data_direction dir);
};

static const struct kind kinds[] = {
	{ "coherent", false, choose_coherent },
	{ "pool", false, choose_pool },
	{ "single", false, choose_page, map_single, unmap_single },
	{ "page", false, choose_page, map_page, unmap_page },
	{ "sg", false, choose_list, map_list, unmap_list },
	{ "alloc_pages", false, choose_noncoherent, sync_for_device,
	  sync_for_cpu },
	{ "card", true, choose_card },
	{ "resource", true, choose_card, map_resource, unmap_resource },
};

/* --- copying --------------------------------------------------------------- */

static irqreturn_t edu_interrupt(int irq, void *data)
{
	struct edu *edu = data;
	u32 status = readl(edu->regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, edu->regs + EDU_IRQ_ACK);
	complete(&edu->copied);
	return IRQ_HANDLED;
}

static int copy_segment(struct edu *edu, const struct piece *segment,
			size_t offset, bool to_memory)
{
	u64 inside = EDU_MEMORY + offset;

	writeq(to_memory ? inside : segment->handle,
	       edu->regs + EDU_DMA_SOURCE);
	writeq(to_memory ? segment->handle : inside,
	       edu->regs + EDU_DMA_TARGET);
	writeq(segment->length, edu->regs + EDU_DMA_COUNT);
	reinit_completion(&edu->copied);
	writeq(EDU_DMA_RUN | EDU_DMA_IRQ | (to_memory ? EDU_DMA_TO_MEMORY : 0),
	       edu->regs + EDU_DMA_COMMAND);
	if (wait_for_completion_timeout(&edu->copied, COPY_TIMEOUT))
		return 0;
	edu->lost++;
	return -ETIMEDOUT;
}

static int copy_block(struct edu *edu, const struct kind *kind,
		      struct block *block, bool to_memory)
{
	enum dma_data_direction dir = to_memory ? DMA_FROM_DEVICE :
						  DMA_TO_DEVICE;
	size_t offset = 0;
	unsigned int n;
	int err = 0;

	if (kind->map && kind->map(edu, block, dir)) {
		edu->refused++;
		return -EIO;
	}
	for (n = 0; n < block->segments && !err; n++) {
		err = copy_segment(edu, &block->segment[n], offset, to_memory);
		offset += block->segment[n].length;
	}
	if (kind->unmap)
		kind->unmap(edu, block, dir);
	return err;
}

static void fill(struct edu *edu, const struct block *block)
{
	size_t offset = 0;
	unsigned int n;

	prandom_bytes_state(&edu->random, edu->expected, block->length);
	for (n = 0; n < block->count; n++) {
		memcpy(block->piece[n].cpu, edu->expected + offset,
		       block->piece[n].length);
		offset += block->piece[n].length;
	}
}

static void scribble(const struct block *block)
{
	unsigned int n;

	for (n = 0; n < block->count; n++)
		memset(block->piece[n].cpu, 0xa5, block->piece[n].length);
}

static bool as_expected(struct edu *edu, const struct block *block)
{
	size_t offset = 0;
	unsigned int n;

	for (n = 0; n < block->count; n++) {
		if (memcmp(block->piece[n].cpu, edu->expected + offset,
			   block->piece[n].length))
			return false;
		offset += block->piece[n].length;
	}
	return true;
}

static int copy_there_and_back(struct edu *edu, const struct kind *kind)
{
	struct block block = {};
	unsigned int n;
	int err;

	kind->choose(edu, &block);
	for (n = 0; n < block.count; n++)
		block.length += block.piece[n].length;
	fill(edu, &block);
	err = copy_block(edu, kind, &block, false);
	/* What would come back might go astray, too. */
	if (err || !negotiate)
		return err;
	scribble(&block);
	err = copy_block(edu, kind, &block, true);
	if (err || as_expected(edu, &block))
		return err;
	dev_err_ratelimited(&edu->pci->dev, "%s: %zu bytes at %pad are wrong\n",
			    kind->name, block.length, &block.segment->handle);
	edu->wrong++;
	return 0;
}

static void copy_blocks(struct work_struct *work)
{
	struct edu *edu = container_of(work, struct edu, work);
	unsigned int n, kind = 0;

	for (n = 0; n < edu->todo; n++) {
		do {
			kind = (kind + 1) % ARRAY_SIZE(kinds);
		} while (kinds[kind].on_card &&
			 edu->card_memory != CARD_MEMORY_USED);
		if (!copy_there_and_back(edu, &kinds[kind]))
			edu->copies[kind]++;
	}
	if (atomic_dec_and_test(&busy))
		wake_up(&idle);
}

/* --- debugfs --------------------------------------------------------------- */

static int run_set(void *unused, u64 blocks)
{
	unsigned int n;

	if (atomic_cmpxchg(&busy, 0, device_count))
		return -EBUSY;
	for (n = 0; n < device_count; n++) {
		devices[n]->todo = blocks;
		queue_work(system_unbound_wq, &devices[n]->work);
	}
	return wait_event_interruptible(idle, !atomic_read(&busy));
}
DEFINE_DEBUGFS_ATTRIBUTE(run_fops, NULL, run_set, "%llu\n");

static const char *const card_memory_names[] = {
	[CARD_MEMORY_NONE] = "none",
	[CARD_MEMORY_BEYOND] = "beyond",
	[CARD_MEMORY_USED] = "used",
};

static int results_show(struct seq_file *seq, void *unused)
{
	unsigned int n, kind;

	for (n = 0; n < device_count; n++) {
		const struct edu *edu = devices[n];
		unsigned int right = 0;

		for (kind = 0; kind < ARRAY_SIZE(kinds); kind++)
			right += edu->copies[kind];
		seq_printf(seq,
			   "bits=%u device=%s mask=%#llx descriptor_bits=%u card_memory=%s right=%u wrong=%u lost=%u refused=%u",
			   bits[edu->number], dev_name(edu->dma),
			   edu->mask.mask, edu->mask.descriptor_bits,
			   card_memory_names[edu->card_memory],
			   right - edu->wrong, edu->wrong, edu->lost,
			   edu->refused);
		for (kind = 0; kind < ARRAY_SIZE(kinds); kind++)
			seq_printf(seq, " %s=%u", kinds[kind].name,
				   edu->copies[kind]);
		seq_putc(seq, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(results);

/* --- a device -------------------------------------------------------------- */

static int take_mask(struct edu *edu)
{
	if (negotiate)
		return dma_negotiate_mask(edu->dma,
					  DMA_BIT_MASK(bits[edu->number]),
					  &edu->mask);
	return dma_set_mask_and_coherent(edu->dma, DMA_BIT_MASK(64));
}

static void free_memory(struct edu *edu)
{
	unsigned int n;

	if (edu->card)
		dma_free_coherent(edu->dma, CARD_SIZE, edu->card,
				  edu->card_handle);
	for (n = 0; n < POOL_BLOCKS; n++)
		if (edu->small[n])
			dma_pool_free(edu->pool, edu->small[n],
				      edu->small_handle[n]);
	dma_pool_destroy(edu->pool);
	if (edu->noncoherent)
		dma_free_pages(edu->dma, PAGE_SIZE, edu->noncoherent,
			       edu->noncoherent_handle, DMA_BIDIRECTIONAL);
	for (n = 0; n < PAGES; n++)
		if (edu->pages[n])
			__free_page(edu->pages[n]);
	for (n = 0; n < ORDERS; n++)
		if (edu->coherent[n])
			dma_free_coherent(edu->dma, coherent_size(n),
					  edu->coherent[n],
					  edu->coherent_handle[n]);
}

static int take_small_blocks(struct edu *edu)
{
	unsigned int n;

	edu->pool = dma_pool_create("edu-referee", edu->dma, POOL_SIZE,
				    POOL_SIZE, 0);
	if (!edu->pool)
		return -ENOMEM;
	for (n = 0; n < POOL_BLOCKS; n++) {
		edu->small[n] = dma_pool_alloc(edu->pool, GFP_KERNEL,
					       &edu->small_handle[n]);
		if (!edu->small[n])
			return -ENOMEM;
	}
	return 0;
}

/* While no card memory is declared, all of it is system RAM. */
static int take_memory(struct edu *edu)
{
	gfp_t gfp = GFP_KERNEL;
	unsigned int n;

	if (edu->mask.bounce == DMA_BOUNCE_UNRELIABLE)
		gfp |= GFP_DMA;
	for (n = 0; n < ORDERS; n++) {
		edu->coherent[n] = dma_alloc_coherent(edu->dma,
						      coherent_size(n),
						      &edu->coherent_handle[n],
						      GFP_KERNEL);
		if (!edu->coherent[n])
			return -ENOMEM;
	}
	for (n = 0; n < PAGES; n++) {
		edu->pages[n] = alloc_page(gfp);
		if (!edu->pages[n])
			return -ENOMEM;
	}
	edu->noncoherent = dma_alloc_pages(edu->dma, PAGE_SIZE,
					   &edu->noncoherent_handle,
					   DMA_BIDIRECTIONAL, GFP_KERNEL);
	if (!edu->noncoherent)
		return -ENOMEM;
	return take_small_blocks(edu);
}

static void unmap_slice(struct edu *edu)
{
	if (edu->slice_phys && edu->mask.translated)
		dma_unmap_resource(&edu->pci->dev, edu->slice_device,
				   SLICE_SIZE, DMA_BIDIRECTIONAL, 0);
}

/* Where this device sees its part of the other card's BAR. */
static int find_slice(struct edu *edu)
{
	struct pci_dev *card = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET,
					      MEMORY_CARD_DEVICE, NULL);
	size_t offset = edu->number * SLICE_SIZE;
	struct device *dev = &edu->pci->dev;

	if (!card)
		return -ENODEV;
	edu->slice_phys = pci_resource_start(card, MEMORY_CARD_BAR) + offset;
	edu->slice_device = pci_bus_address(card, MEMORY_CARD_BAR) + offset;
	pci_dev_put(card);
	if (!edu->mask.translated)
		return 0;
	edu->slice_device = dma_map_resource(dev, edu->slice_phys, SLICE_SIZE,
					     DMA_BIDIRECTIONAL, 0);
	if (!dma_mapping_error(dev, edu->slice_device))
		return 0;
	edu->slice_phys = 0;
	return -EIO;
}

/* Asked again with card memory, the mask is another one, or there is none. */
static int take_card_memory(struct edu *edu)
{
	int err;

	if (!negotiate || find_slice(edu))
		return 0;
	err = dma_declare_card_memory(edu->dma, edu->slice_phys,
				      edu->slice_device, SLICE_SIZE, 0);
	if (err)
		return err;
	err = take_mask(edu);
	if (err == -ERANGE) {
		dma_release_card_memory(edu->dma);
		edu->card_memory = CARD_MEMORY_BEYOND;
		return 0;
	}
	if (err)
		return err;
	edu->card = dma_alloc_coherent(edu->dma, CARD_SIZE, &edu->card_handle,
				       GFP_KERNEL);
	if (!edu->card)
		return -ENOMEM;
	edu->card_memory = CARD_MEMORY_USED;
	return 0;
}

static int take_all(struct edu *edu)
{
	int err = take_mask(edu);

	if (!err)
		err = take_memory(edu);
	if (!err)
		err = take_card_memory(edu);
	if (err) {
		free_memory(edu);
		unmap_slice(edu);
	}
	return err;
}

static int start_device(struct edu *edu)
{
	struct pci_dev *pci = edu->pci;
	int err;

	err = pcim_enable_device(pci);
	if (err)
		return err;
	err = pcim_iomap_regions(pci, BIT(0), "edu-referee");
	if (err)
		return err;
	edu->regs = pcim_iomap_table(pci)[0];
	if ((readl(edu->regs + EDU_ID) & EDU_ID_MASK) != EDU_ID_VALUE)
		return -ENODEV;
	pci_set_master(pci);
	err = pci_alloc_irq_vectors(pci, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err < 0)
		return err;
	return devm_request_irq(&pci->dev, pci_irq_vector(pci, 0),
				edu_interrupt, IRQF_SHARED, "edu-referee", edu);
}

static int edu_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct edu *edu;
	int err;

	if (device_count == DEVICES_MAX || !bits[device_count] ||
	    bits[device_count] > 64)
		return -EINVAL;
	edu = devm_kzalloc(&pci->dev, sizeof(*edu), GFP_KERNEL);
	if (!edu)
		return -ENOMEM;
	edu->expected = devm_kmalloc(&pci->dev, EDU_BLOCK_MAX, GFP_KERNEL);
	if (!edu->expected)
		return -ENOMEM;
	edu->pci = pci;
	edu->number = device_count;
	init_completion(&edu->copied);
	INIT_WORK(&edu->work, copy_blocks);
	prandom_seed_state(&edu->random, edu->number + 1);

	err = start_device(edu);
	if (err)
		return err;
	edu->dma = dma_create_card_device(&pci->dev);
	if (IS_ERR(edu->dma))
		return PTR_ERR(edu->dma);
	err = take_all(edu);
	if (err) {
		dma_destroy_card_device(edu->dma);
		return err;
	}
	pci_set_drvdata(pci, edu);
	devices[device_count++] = edu;
	return 0;
}

/* The module goes as a whole; a device does not go alone. */
static void edu_remove(struct pci_dev *pci)
{
	struct edu *edu = pci_get_drvdata(pci);

	cancel_work_sync(&edu->work);
	free_memory(edu);
	dma_destroy_card_device(edu->dma);
	unmap_slice(edu);
	devm_free_irq(&pci->dev, pci_irq_vector(pci, 0), edu);
	pci_free_irq_vectors(pci);
}

static const struct pci_device_id edu_ids[] = { { PCI_DEVICE(0x1234, 0x11e8) },
						{} };

static struct pci_driver edu_driver = {
	.name = "edu-referee",
	.id_table = edu_ids,
	.probe = edu_probe,
	.remove = edu_remove,
	.driver.suppress_bind_attrs = true,
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};

static int __init edu_referee_init(void)
{
	int err = pci_register_driver(&edu_driver);

	if (err)
		return err;
	if (!device_count) {
		pci_unregister_driver(&edu_driver);
		return -ENODEV;
	}
	debugfs = debugfs_create_dir("edu-referee", NULL);
	debugfs_create_file("run", 0200, debugfs, NULL, &run_fops);
	debugfs_create_file("results", 0400, debugfs, NULL, &results_fops);
	return 0;
}

static void __exit edu_referee_exit(void)
{
	debugfs_remove(debugfs);
	pci_unregister_driver(&edu_driver);
}

module_init(edu_referee_init);
module_exit(edu_referee_exit);

MODULE_DESCRIPTION("QEMU's edu device copies what dma-core allocates and maps");
MODULE_LICENSE("GPL");
