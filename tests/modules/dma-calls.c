// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every call of the DMA API that a driver can make, made for a card device: on card
 * memory (the BAR2 of QEMU's ivshmem, or RAM in its part), on system RAM, and wrongly.
 *
 * Debugfs, dma-calls/: reading "calls" or "mistakes" makes them and gives KTAP. The
 * mistakes warn, each once a boot.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include <dma-core/card-memory.h>

#define MEMORY_BAR 2

/* Two regions that touch for the CPU and lie far apart for the card. */
#define REGION_SIZE SZ_2M
#define NEAR_ADDR   0x40000000ULL
#define FAR_ADDR    BIT_ULL(40)

#define REPORT_SIZE SZ_64K

/**
 * struct trial - one test's surroundings
 * @seq: takes KTAP
 * @pci: the parent
 * @bar: physical address of the card's memory
 * @dev: the card device, made for this test alone, without memory
 * @failed: an expectation was not met
 */
struct trial {
	struct seq_file *seq;
	struct pci_dev *pci;
	phys_addr_t bar;
	struct device *dev;
	bool failed;
};

static struct pci_dev *card_pci;

#define EXPECT(trial, condition)                                            \
	do {                                                                \
		if (!(condition)) {                                         \
			(trial)->failed = true;                             \
			seq_printf((trial)->seq, "# line %d: not so: %s\n", \
				   __LINE__, #condition);                   \
		}                                                           \
	} while (0)

#define EXPECT_IS(trial, got, wanted) EXPECT(trial, (got) == (wanted))

static int declare_near(struct trial *trial)
{
	return dma_declare_card_memory(trial->dev, trial->bar, NEAR_ADDR,
				       REGION_SIZE, 0);
}

static int declare_far(struct trial *trial)
{
	return dma_declare_card_memory(trial->dev, trial->bar + REGION_SIZE,
				       FAR_ADDR, REGION_SIZE, 0);
}

static bool lies_in(dma_addr_t handle, size_t size, u64 region)
{
	return handle >= region && size <= REGION_SIZE &&
	       handle - region <= REGION_SIZE - size;
}

static bool all_zero(const void *memory, size_t size)
{
	return !memchr_inv(memory, 0, size);
}

/* The region is whole again when one buffer can have all of it. */
static bool all_free(struct trial *trial, u64 region)
{
	dma_addr_t handle;
	void *all = dma_alloc_coherent(trial->dev, REGION_SIZE, &handle,
				       GFP_KERNEL);

	if (!all)
		return false;
	dma_free_coherent(trial->dev, REGION_SIZE, all, handle);
	return handle == region;
}

/* --- calls ----------------------------------------------------------------- */

#define SIZES 11

static const size_t sizes[SIZES] = { 1,     100,   4095,   4096,    4097, 8192,
				     12289, 65536, 100000, SZ_256K, SZ_1M };

static void each_size_once(struct trial *trial)
{
	dma_addr_t handle[SIZES];
	void *buffer[SIZES];
	unsigned int n, m;

	for (n = 0; n < SIZES; n++) {
		buffer[n] = dma_alloc_coherent(trial->dev, sizes[n], &handle[n],
					       GFP_KERNEL);
		EXPECT(trial, buffer[n]);
		if (!buffer[n])
			break;
		EXPECT(trial, lies_in(handle[n], sizes[n], NEAR_ADDR));
		EXPECT(trial,
		       IS_ALIGNED(handle[n], PAGE_SIZE << get_order(sizes[n])));
		EXPECT(trial, all_zero(buffer[n], PAGE_ALIGN(sizes[n])));
		memset(buffer[n], n + 1, PAGE_ALIGN(sizes[n]));
	}
	for (m = 0; m < n; m++) {
		EXPECT(trial,
		       !memchr_inv(buffer[m], m + 1, PAGE_ALIGN(sizes[m])));
		dma_free_coherent(trial->dev, sizes[m], buffer[m], handle[m]);
	}
	EXPECT(trial, all_free(trial, NEAR_ADDR));
}

/* The memory is full of another owner's bytes. */
static void coherent_of_every_size(struct trial *trial)
{
	dma_addr_t handle;
	void *all;

	EXPECT(trial, !declare_near(trial));
	all = dma_alloc_coherent(trial->dev, REGION_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, all);
	memset(all, 0xee, REGION_SIZE);
	dma_free_coherent(trial->dev, REGION_SIZE, all, handle);
	each_size_once(trial);
}

/* Free memory of almost the whole region, and no place in it for three quarters. */
static void too_much_for_its_alignment(struct trial *trial)
{
	dma_addr_t handle, refused;
	void *page;

	EXPECT(trial, !declare_near(trial));
	page = dma_alloc_coherent(trial->dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, page);
	EXPECT(trial, !dma_alloc_coherent(trial->dev, REGION_SIZE / 4 * 3,
					  &refused, GFP_KERNEL));
	dma_free_coherent(trial->dev, PAGE_SIZE, page, handle);
}

static void atomic_and_managed(struct trial *trial)
{
	dma_addr_t handle, managed;
	void *buffer;

	EXPECT(trial, !declare_near(trial));
	buffer = dma_alloc_coherent(trial->dev, PAGE_SIZE, &handle, GFP_ATOMIC);
	EXPECT(trial, buffer);
	dma_free_coherent(trial->dev, PAGE_SIZE, buffer, handle);
	/* destroying the device frees it, or would warn */
	EXPECT(trial, dmam_alloc_coherent(trial->dev, PAGE_SIZE, &managed,
					  GFP_KERNEL));
}

static void regions_in_order(struct trial *trial)
{
	dma_addr_t first, second, third;
	void *in_first, *in_second;

	EXPECT(trial, !dma_set_mask_and_coherent(trial->dev, DMA_BIT_MASK(64)));
	EXPECT(trial, !declare_near(trial));
	EXPECT(trial, !declare_far(trial));
	in_first =
		dma_alloc_coherent(trial->dev, REGION_SIZE, &first, GFP_KERNEL);
	in_second =
		dma_alloc_coherent(trial->dev, PAGE_SIZE, &second, GFP_KERNEL);
	EXPECT(trial, in_first);
	EXPECT_IS(trial, first, NEAR_ADDR);
	EXPECT(trial, in_second);
	EXPECT(trial, lies_in(second, PAGE_SIZE, FAR_ADDR));
	EXPECT(trial, !dma_alloc_coherent(trial->dev, REGION_SIZE, &third,
					  GFP_KERNEL));
	dma_free_coherent(trial->dev, REGION_SIZE, in_first, first);
	dma_free_coherent(trial->dev, PAGE_SIZE, in_second, second);
}

/* Every second page is free: half of the memory, and no two pages in a row. */
static void fragmented(struct trial *trial)
{
	enum {
		PAGES = REGION_SIZE / PAGE_SIZE
	};
	dma_addr_t *handle = kcalloc(PAGES, sizeof(*handle), GFP_KERNEL);
	void **page = kcalloc(PAGES, sizeof(*page), GFP_KERNEL);
	dma_addr_t refused;
	unsigned int n;

	EXPECT(trial, !declare_near(trial));
	EXPECT(trial, handle);
	EXPECT(trial, page);
	for (n = 0; n < PAGES; n++) {
		page[n] = dma_alloc_coherent(trial->dev, PAGE_SIZE, &handle[n],
					     GFP_KERNEL);
		EXPECT(trial, page[n]);
	}
	for (n = 0; n < PAGES; n += 2)
		dma_free_coherent(trial->dev, PAGE_SIZE, page[n], handle[n]);
	EXPECT(trial, !dma_alloc_coherent(trial->dev, 2 * PAGE_SIZE, &refused,
					  GFP_KERNEL));
	for (n = 1; n < PAGES; n += 2)
		dma_free_coherent(trial->dev, PAGE_SIZE, page[n], handle[n]);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
	kfree(page);
	kfree(handle);
}

static void sgtable_of_card_memory(struct trial *trial)
{
	struct sg_table table = {};
	dma_addr_t handle;
	void *buffer;

	EXPECT(trial, !declare_near(trial));
	buffer = dma_alloc_coherent(trial->dev, SZ_64K, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	EXPECT_IS(trial,
		  dma_get_sgtable(trial->dev, &table, buffer, handle, SZ_64K),
		  -EOPNOTSUPP);
	EXPECT(trial, !table.sgl);
	dma_free_coherent(trial->dev, SZ_64K, buffer, handle);
}

static void sgtable_of_system_ram(struct trial *trial)
{
	struct scatterlist *sg;
	struct sg_table table;
	dma_addr_t handle;
	size_t total = 0;
	void *buffer;
	int n;

	buffer = dma_alloc_coherent(trial->dev, SZ_64K, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	EXPECT(trial,
	       !dma_get_sgtable(trial->dev, &table, buffer, handle, SZ_64K));
	for_each_sgtable_sg(&table, sg, n) {
		EXPECT(trial, sg_page(sg));
		total += sg->length;
	}
	EXPECT_IS(trial, total, SZ_64K);
	sg_free_table(&table);
	dma_free_coherent(trial->dev, SZ_64K, buffer, handle);
}

static void pool_on_the_card(struct trial *trial)
{
	struct dma_pool *pool;
	dma_addr_t handle[20];
	void *block[20];
	unsigned int n;

	EXPECT(trial, !declare_near(trial));
	pool = dma_pool_create("dma-calls", trial->dev, 300, 64, 4096);
	EXPECT(trial, pool);
	for (n = 0; n < ARRAY_SIZE(block); n++) {
		block[n] = dma_pool_zalloc(pool, GFP_KERNEL, &handle[n]);
		EXPECT(trial, block[n]);
		EXPECT(trial, IS_ALIGNED(handle[n], 64));
		EXPECT(trial, lies_in(handle[n], 300, NEAR_ADDR));
	}
	while (n--)
		dma_pool_free(pool, block[n], handle[n]);
	dma_pool_destroy(pool);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
}

static void system_ram_beside_card_memory(struct trial *trial)
{
	struct device *dev = trial->dev;
	struct page *pages;
	struct sg_table *table;
	dma_addr_t handle;
	void *joined;

	EXPECT(trial, !declare_near(trial));
	pages = dma_alloc_pages(dev, SZ_16K, &handle, DMA_BIDIRECTIONAL,
				GFP_KERNEL);
	EXPECT(trial, pages);
	EXPECT(trial, handle + SZ_16K - 1 <= dev->coherent_dma_mask);
	dma_free_pages(dev, SZ_16K, pages, handle, DMA_BIDIRECTIONAL);

	table = dma_alloc_noncontiguous(dev, SZ_16K, DMA_BIDIRECTIONAL,
					GFP_KERNEL, 0);
	EXPECT(trial, table);
	joined = dma_vmap_noncontiguous(dev, SZ_16K, table);
	EXPECT(trial, joined);
	EXPECT(trial, all_zero(joined, SZ_16K));
	dma_vunmap_noncontiguous(dev, joined);
	dma_free_noncontiguous(dev, SZ_16K, table, DMA_BIDIRECTIONAL);
}

/* Both kinds at a time, on one device. */
static void ram_by_attribute(struct trial *trial)
{
	const unsigned long attrs = DMA_CARD_ATTR_SYSTEM_RAM;
	struct device *dev = trial->dev;
	dma_addr_t handle, card_handle;
	struct sg_table table = {};
	void *ram, *card;

	EXPECT(trial, !declare_near(trial));
	card = dma_alloc_coherent(dev, REGION_SIZE, &card_handle, GFP_KERNEL);
	ram = dma_alloc_attrs(dev, SZ_64K + 1, &handle, GFP_KERNEL, attrs);
	EXPECT(trial, card && ram);
	if (!ram)
		return;
	EXPECT_IS(trial, card_handle, NEAR_ADDR);
	EXPECT(trial, !lies_in(handle, SZ_64K + 1, NEAR_ADDR));
	EXPECT(trial, handle + SZ_64K <= DMA_BIT_MASK(32));
	EXPECT(trial, all_zero(ram, SZ_64K + 1));
	EXPECT(trial, !dma_get_sgtable_attrs(dev, &table, ram, handle,
					     SZ_64K + 1, attrs));
	EXPECT(trial, table.sgl && sg_page(table.sgl));
	sg_free_table(&table);
	dma_free_attrs(dev, SZ_64K + 1, ram, handle, attrs);
	dma_free_coherent(dev, REGION_SIZE, card, card_handle);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
}

/* As when a driver is unbound: what is managed is undone in the opposite order. */
static void managed_device(struct trial *trial)
{
	struct device *parent = &trial->pci->dev, *dev;
	dma_addr_t handle;
	void *buffer;

	dma_destroy_card_device(trial->dev);
	EXPECT(trial, devres_open_group(parent, trial, GFP_KERNEL));
	dev = devm_dma_create_card_device(parent);
	EXPECT(trial, !IS_ERR(dev));
	if (IS_ERR(dev))
		goto again;
	get_device(dev);
	trial->dev = dev;
	EXPECT(trial, !declare_near(trial));
	buffer = dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	dma_free_coherent(dev, PAGE_SIZE, buffer, handle);
	devres_release_group(parent, trial);
	EXPECT(trial, !device_is_registered(dev));
	EXPECT(trial, !dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL));
	put_device(dev);
again:
	trial->dev = dma_create_card_device(parent);
	EXPECT(trial, !IS_ERR(trial->dev));
}

static void streaming_is_the_parents(struct trial *trial)
{
	struct device *dev = trial->dev;
	struct page *page = alloc_page(GFP_KERNEL);
	struct scatterlist list[2];
	dma_addr_t handle;

	EXPECT(trial, page);
	EXPECT(trial, !declare_near(trial));
	handle = dma_map_single(dev, page_address(page) + 8, 1000,
				DMA_TO_DEVICE);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	EXPECT(trial, handle + 999 <= dma_get_mask(dev));
	dma_sync_single_for_cpu(dev, handle, 1000, DMA_TO_DEVICE);
	dma_sync_single_range_for_device(dev, handle, 500, 100, DMA_TO_DEVICE);
	dma_unmap_single(dev, handle, 1000, DMA_TO_DEVICE);

	handle = dma_map_page(dev, page, 100, 200, DMA_FROM_DEVICE);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	dma_unmap_page(dev, handle, 200, DMA_FROM_DEVICE);

	sg_init_table(list, 2);
	sg_set_page(&list[0], page, 512, 0);
	sg_set_page(&list[1], page, 512, 2048);
	EXPECT(trial, dma_map_sg(dev, list, 2, DMA_BIDIRECTIONAL) > 0);
	dma_sync_sg_for_cpu(dev, list, 2, DMA_BIDIRECTIONAL);
	dma_sync_sg_for_device(dev, list, 2, DMA_BIDIRECTIONAL);
	dma_unmap_sg(dev, list, 2, DMA_BIDIRECTIONAL);
	__free_page(page);
}

#define LIST_PAGES 300 /* chained: more entries than fit a page */

/* Maps pages of @memory, in the order that @backwards says; how many segments? */
static unsigned int segments_of(struct trial *trial, void *memory,
				unsigned int pages, bool backwards)
{
	struct device *dev = trial->dev;
	struct scatterlist *sg;
	struct sg_table table;
	size_t total = 0;
	unsigned int n, segments;

	if (sg_alloc_table(&table, pages, GFP_KERNEL))
		return 0;
	for_each_sgtable_sg(&table, sg, n)
		sg_set_buf(sg,
			   memory + PAGE_SIZE * (backwards ? pages - 1 - n : n),
			   PAGE_SIZE);
	EXPECT(trial, !dma_map_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0));
	for_each_sgtable_dma_sg(&table, sg, n) {
		u64 first = sg_dma_address(sg);
		u64 last = first + sg_dma_len(sg) - 1;

		EXPECT(trial, sg_dma_len(sg) <= dma_get_max_seg_size(dev));
		EXPECT(trial, !((first ^ last) & ~dma_get_seg_boundary(dev)));
		EXPECT(trial, last <= dma_get_mask(dev));
		total += sg_dma_len(sg);
	}
	EXPECT_IS(trial, total, pages * PAGE_SIZE);
	for_each_sgtable_sg(&table, sg, n)
		EXPECT_IS(trial, sg->length, PAGE_SIZE);
	dma_sync_sgtable_for_cpu(dev, &table, DMA_BIDIRECTIONAL);
	dma_sync_sgtable_for_device(dev, &table, DMA_BIDIRECTIONAL);
	segments = table.nents;
	dma_unmap_sgtable(dev, &table, DMA_BIDIRECTIONAL, 0);
	sg_free_table(&table);
	return segments;
}

/* How many segments the pages make when nothing but the limits parts them. */
static unsigned int parts(void *memory, unsigned int pages, size_t length,
			  size_t boundary)
{
	u64 at = virt_to_phys(memory), end = at + pages * PAGE_SIZE;
	unsigned int count = 0;

	for (; at < end; count++)
		at = min(at + length, round_down(at, boundary) + boundary);
	return count;
}

static void lists_merge_within_the_limits(struct trial *trial)
{
	static const size_t limits[][2] = {
		{ SZ_64K, SZ_4G },  { SZ_8K, SZ_4G },   { SZ_4K, SZ_4G },
		{ SZ_64K, SZ_32K }, { SZ_1M, SZ_4G },   { SZ_1M, SZ_64K },
		{ 20480, SZ_16K },  { SZ_1G, SZ_512M },
	};
	void *memory = alloc_pages_exact(LIST_PAGES * PAGE_SIZE, GFP_KERNEL);
	unsigned int length = dma_get_max_seg_size(trial->dev);
	unsigned long boundary = dma_get_seg_boundary(trial->dev);
	bool translated = iommu_get_domain_for_dev(&trial->pci->dev);
	unsigned int n, joined, apart;

	EXPECT(trial, memory);
	for (n = 0; n < ARRAY_SIZE(limits); n++) {
		dma_set_max_seg_size(trial->dev, limits[n][0]);
		dma_set_seg_boundary(trial->dev, limits[n][1] - 1);
		joined = segments_of(trial, memory, LIST_PAGES, false);
		apart = segments_of(trial, memory, LIST_PAGES, true);
		/* an IOMMU joins what it likes, in any order */
		if (translated)
			continue;
		EXPECT_IS(trial, joined,
			  parts(memory, LIST_PAGES, limits[n][0],
				limits[n][1]));
		EXPECT_IS(trial, apart, LIST_PAGES);
	}
	dma_set_max_seg_size(trial->dev, length);
	dma_set_seg_boundary(trial->dev, boundary);
	free_pages_exact(memory, LIST_PAGES * PAGE_SIZE);
}

/* What the device is told of the first @size bytes; in how many segments? */
static unsigned int told_of(struct trial *trial, void *buffer,
			    dma_addr_t handle, size_t size)
{
	struct scatterlist *sg;
	struct sg_table table;
	size_t total = 0;
	unsigned int n;

	if (dma_get_sgtable(trial->dev, &table, buffer, handle, size))
		return 0;
	EXPECT_IS(trial, sg_dma_address(table.sgl), handle);
	for_each_sgtable_dma_sg(&table, sg, n) {
		EXPECT(trial, !n || sg_dma_address(sg) != handle);
		EXPECT(trial,
		       sg_dma_len(sg) <= dma_get_max_seg_size(trial->dev));
		EXPECT(trial, sg_dma_address(sg) + sg_dma_len(sg) - 1 <=
				      dma_get_mask(trial->dev));
		total += sg_dma_len(sg);
	}
	EXPECT_IS(trial, total, size);
	n = table.nents;
	sg_free_table(&table);
	return n;
}

/* As many bytes as fill the buffer's pages: it has no segment more. */
static void told_of_whole_pages(struct trial *trial, size_t size)
{
	const size_t asked = PAGE_ALIGN(size);
	struct scatterlist *sg;
	struct sg_table table;
	dma_addr_t handle;
	size_t total = 0;
	unsigned int n;
	void *buffer;

	buffer = dma_alloc_scattered(trial->dev, size, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	if (!buffer)
		return;
	EXPECT_IS(trial,
		  dma_get_sgtable(trial->dev, &table, buffer, handle, asked),
		  0);
	EXPECT(trial, table.nents && table.nents <= table.orig_nents);
	for_each_sgtable_dma_sg(&table, sg, n) {
		if (!sg)
			break;
		EXPECT(trial, sg_dma_len(sg));
		total += sg_dma_len(sg);
	}
	EXPECT_IS(trial, n, table.nents);
	EXPECT(trial, total >= size && total <= asked);
	sg_free_table(&table);
	dma_free_scattered(trial->dev, size, buffer, handle);
}

static void scattered_in_whole_pages(struct trial *trial)
{
	told_of_whole_pages(trial, 5000);
	told_of_whole_pages(trial, 100);
}

/* More than there can be, also where the number of pages does not fit 32 bits. */
static void too_much_scattered(struct trial *trial)
{
	static const size_t sizes[] = {
		1ULL << 40,
		(1ULL << 43) + 1,
		(1ULL << 44) + PAGE_SIZE,
		SIZE_MAX - 2 * PAGE_SIZE,
	};
	dma_addr_t handle;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(sizes); n++)
		EXPECT(trial, !dma_alloc_scattered(trial->dev, sizes[n],
						   &handle, GFP_KERNEL));
}

/* A page by itself, which is likely to be the one that was given back just now. */
static void single_page(struct trial *trial)
{
	dma_addr_t handle;
	void *buffer;
	int n;

	for (n = 0; n < 4; n++) {
		buffer = dma_alloc_scattered(trial->dev, PAGE_SIZE, &handle,
					     GFP_KERNEL);
		EXPECT(trial, buffer);
		if (!buffer)
			return;
		EXPECT(trial, all_zero(buffer, PAGE_SIZE));
		memset(buffer, 0x5a, PAGE_SIZE);
		dma_free_scattered(trial->dev, PAGE_SIZE, buffer, handle);
	}
}

static void scattered_buffers(struct trial *trial)
{
	const size_t size = SZ_8M - 100;
	unsigned int length = dma_get_max_seg_size(trial->dev);
	dma_addr_t handle;
	struct page *page;
	void *buffer;

	EXPECT(trial, !declare_near(trial));
	dma_set_max_seg_size(trial->dev, SZ_1M);
	EXPECT_IS(trial, dma_get_max_seg_size(trial->dev), SZ_1M);
	buffer = dma_alloc_scattered(trial->dev, size, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	if (!buffer)
		return;
	EXPECT(trial, all_zero(buffer, PAGE_ALIGN(size)));
	memset(buffer, 0x5a, PAGE_ALIGN(size));
	EXPECT(trial, told_of(trial, buffer, handle, size) >= 8);
	EXPECT_IS(trial, told_of(trial, buffer, handle, 100), 1);
	EXPECT(trial, told_of(trial, buffer, handle, SZ_4M + 1) >= 5);
	page = dma_coherent_page(trial->dev, buffer, handle, SZ_4M);
	EXPECT(trial, page);
	dma_free_scattered(trial->dev, size, buffer, handle);
	if (page) {
		EXPECT_IS(trial, page_count(page), 1);
		put_page(page);
	}
	dma_set_max_seg_size(trial->dev, length);
	single_page(trial);
	too_much_scattered(trial);
}

static void resources(struct trial *trial)
{
	phys_addr_t beside = trial->bar + REGION_SIZE;
	struct device *dev = trial->dev;
	u64 mask = dma_get_mask(dev);
	dma_addr_t handle;

	/* The BAR itself may lie above 4 GiB. */
	EXPECT(trial, !dma_set_mask(dev, DMA_BIT_MASK(64)));
	EXPECT(trial, !declare_near(trial));
	handle = dma_map_resource(dev, trial->bar, PAGE_SIZE, DMA_BIDIRECTIONAL,
				  0);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	EXPECT_IS(trial, handle, NEAR_ADDR);
	dma_unmap_resource(dev, handle, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	handle = dma_map_resource(dev, beside - 100, 100, DMA_TO_DEVICE, 0);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	EXPECT_IS(trial, handle, NEAR_ADDR + REGION_SIZE - 100);

	/* The rest of the BAR is no memory of this device: its parent's way there. */
	handle = dma_map_resource(dev, beside, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	EXPECT(trial, !lies_in(handle, PAGE_SIZE, NEAR_ADDR));
	dma_unmap_resource(dev, handle, PAGE_SIZE, DMA_BIDIRECTIONAL, 0);
	EXPECT(trial, !dma_set_mask(dev, mask));
}

static void limits_are_the_parents(struct trial *trial)
{
	struct device *parent = &trial->pci->dev;

	EXPECT_IS(trial, dma_max_mapping_size(trial->dev),
		  dma_max_mapping_size(parent));
	EXPECT_IS(trial, dma_get_merge_boundary(trial->dev),
		  dma_get_merge_boundary(parent));
	EXPECT_IS(trial, dma_get_max_seg_size(trial->dev),
		  dma_get_max_seg_size(parent));
	EXPECT(trial, dma_can_mmap(trial->dev));
}

static void masks(struct trial *trial)
{
	struct device *dev = trial->dev;
	struct device *parent = &trial->pci->dev;
	dma_addr_t handle;
	void *buffer;

	EXPECT(trial, !dma_set_mask_and_coherent(dev, DMA_BIT_MASK(31)));
	EXPECT_IS(trial, dma_get_mask(parent), DMA_BIT_MASK(31));
	buffer = dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	EXPECT(trial, handle + PAGE_SIZE - 1 <= DMA_BIT_MASK(31));
	EXPECT_IS(trial, parent->coherent_dma_mask, DMA_BIT_MASK(31));
	dma_free_coherent(dev, PAGE_SIZE, buffer, handle);

	EXPECT(trial, !declare_near(trial));
	EXPECT_IS(trial, dma_set_mask(dev, DMA_BIT_MASK(30)), -EIO);
	EXPECT_IS(trial, dma_set_coherent_mask(dev, DMA_BIT_MASK(30)), -EIO);
	EXPECT_IS(trial, dma_set_mask(dev, 0), -EIO);
	EXPECT_IS(trial, dma_get_mask(dev), DMA_BIT_MASK(31));
	EXPECT_IS(trial, dev->coherent_dma_mask, DMA_BIT_MASK(31));
	EXPECT(trial, !declare_far(trial));
	EXPECT_IS(trial, dma_get_required_mask(dev), DMA_BIT_MASK(41));
}

static void negotiation_follows_the_memory(struct trial *trial)
{
	struct dma_mask_choice choice = {}, untouched = {};
	struct device *dev = trial->dev;
	dma_addr_t handle;
	void *buffer;
	u64 ram;

	EXPECT(trial, !dma_negotiate_mask(dev, DMA_BIT_MASK(64), &choice));
	ram = choice.system_ram;
	EXPECT_IS(trial, choice.mask, ram);
	EXPECT(trial, !choice.card_memory);
	EXPECT_IS(trial, choice.bounce, DMA_BOUNCE_NONE);
	EXPECT_IS(trial, dma_get_mask(dev), ram);
	EXPECT_IS(trial, dev->coherent_dma_mask, ram);

	EXPECT(trial, !declare_far(trial));
	/* not reached yet, and so not handed out */
	EXPECT(trial, !dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL));
	EXPECT(trial, !dma_negotiate_mask(dev, DMA_BIT_MASK(64), &choice));
	EXPECT_IS(trial, choice.mask, DMA_BIT_MASK(41));
	EXPECT_IS(trial, choice.card_memory, DMA_BIT_MASK(41));
	EXPECT_IS(trial, choice.descriptor_bits, 64);
	buffer = dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	EXPECT(trial, lies_in(handle, PAGE_SIZE, FAR_ADDR));
	dma_free_coherent(dev, PAGE_SIZE, buffer, handle);

	EXPECT_IS(trial, dma_negotiate_mask(dev, DMA_BIT_MASK(40), &untouched),
		  -ERANGE);
	EXPECT(trial, !untouched.mask);
	EXPECT_IS(trial, dma_get_mask(dev), DMA_BIT_MASK(41));
	dma_release_card_memory(dev);
	EXPECT(trial, !dma_negotiate_mask(dev, DMA_BIT_MASK(64), NULL));
	EXPECT_IS(trial, dma_get_mask(dev), ram);
	/* the direct mapping wants ZONE_DMA at least; an IOMMU is content with less */
	if (!choice.translated)
		EXPECT_IS(trial,
			  dma_negotiate_mask(dev, DMA_BIT_MASK(16), &untouched),
			  -EIO);
	EXPECT(trial, !untouched.mask);
	EXPECT_IS(trial, dma_get_mask(dev), ram);
	EXPECT_IS(trial, dev->coherent_dma_mask, ram);
}

static void released_memory_is_not_replaced(struct trial *trial)
{
	dma_addr_t handle;

	EXPECT(trial, !declare_near(trial));
	dma_release_card_memory(trial->dev);
	EXPECT(trial,
	       !dma_alloc_coherent(trial->dev, PAGE_SIZE, &handle, GFP_KERNEL));
	EXPECT(trial, !declare_near(trial));
	EXPECT(trial, all_free(trial, NEAR_ADDR));
}

static void declared_at_the_ends(struct trial *trial)
{
	struct device *dev = trial->dev;
	const u64 last = -(u64)REGION_SIZE;
	struct dma_mask_choice choice = {};
	dma_addr_t first, second;
	void *at_zero, *at_end;

	EXPECT(trial,
	       !dma_declare_card_memory(dev, trial->bar, 0, REGION_SIZE, 0));
	EXPECT(trial, !dma_declare_card_memory(dev, trial->bar + REGION_SIZE,
					       last, REGION_SIZE, 0));
	EXPECT(trial, !dma_negotiate_mask(dev, DMA_BIT_MASK(64), &choice));
	EXPECT_IS(trial, choice.mask, DMA_BIT_MASK(64));
	at_zero = dma_alloc_coherent(dev, REGION_SIZE, &first, GFP_KERNEL);
	at_end = dma_alloc_coherent(dev, REGION_SIZE, &second, GFP_KERNEL);
	EXPECT(trial, at_zero);
	EXPECT_IS(trial, first, 0);
	EXPECT(trial, at_end);
	EXPECT_IS(trial, second, last);
	dma_free_coherent(dev, REGION_SIZE, at_zero, first);
	dma_free_coherent(dev, REGION_SIZE, at_end, second);
	EXPECT_IS(trial,
		  dma_map_resource(dev, trial->bar + 2 * REGION_SIZE - 2, 1,
				   DMA_TO_DEVICE, 0),
		  U64_MAX - 1);
}

/* --- one address space ------------------------------------------------------ */

static int declare_one_space(struct trial *trial, u64 device_addr)
{
	return dma_declare_card_memory(trial->dev, trial->bar, device_addr,
				       REGION_SIZE, DMA_CARD_ONE_ADDRESS_SPACE);
}

static bool is_translated(const struct trial *trial)
{
	struct iommu_domain *domain =
		iommu_get_domain_for_dev(&trial->pci->dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

static u64 around(dma_addr_t handle)
{
	return handle - REGION_SIZE / 2;
}

static bool is_clear_of(dma_addr_t handle, size_t size, u64 region)
{
	return handle + size <= region || handle >= region + REGION_SIZE;
}

#define PROBES 64

/* Pages mapped one by one, and as a list; how many were refused? */
static unsigned int refused_pages(struct trial *trial, struct page *pages,
				  u64 region)
{
	struct device *dev = trial->dev;
	dma_addr_t handle[PROBES];
	unsigned int n, refused = 0;

	for (n = 0; n < PROBES; n++) {
		handle[n] = dma_map_page(dev, pages + n, 0, PAGE_SIZE,
					 DMA_BIDIRECTIONAL);
		refused += dma_mapping_error(dev, handle[n]);
		EXPECT(trial,
		       dma_mapping_error(dev, handle[n]) ||
			       is_clear_of(handle[n], PAGE_SIZE, region));
	}
	while (n--)
		if (!dma_mapping_error(dev, handle[n]))
			dma_unmap_page(dev, handle[n], PAGE_SIZE,
				       DMA_BIDIRECTIONAL);
	return refused;
}

static unsigned int refused_lists(struct trial *trial, struct page *pages,
				  u64 region)
{
	struct device *dev = trial->dev;
	static struct scatterlist list[PROBES][2];
	struct scatterlist *segment;
	int mapped[PROBES], n, i;
	unsigned int refused = 0;

	for (n = 0; n < PROBES; n++) {
		sg_init_table(list[n], 2);
		sg_set_page(&list[n][0], pages + n, 100, 0);
		sg_set_page(&list[n][1], pages + n, 200, 1000);
		mapped[n] = dma_map_sg(dev, list[n], 2, DMA_TO_DEVICE);
		refused += !mapped[n];
		for_each_sg(list[n], segment, mapped[n], i)
			EXPECT(trial, is_clear_of(sg_dma_address(segment),
						  sg_dma_len(segment), region));
	}
	while (n--)
		if (mapped[n])
			dma_unmap_sg(dev, list[n], 2, DMA_TO_DEVICE);
	return refused;
}

/* System RAM of every kind, away from the window or not at all. */
static void ram_beside(struct trial *trial, u64 region)
{
	struct device *dev = trial->dev;
	const u64 mask = dev->parent->coherent_dma_mask;
	dma_addr_t handle;
	struct page *page;
	void *buffer;

	/* All of the card's memory, and then what is to take its place. */
	buffer = dma_alloc_coherent(dev, SZ_4M, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	if (buffer) {
		EXPECT(trial, is_clear_of(handle, SZ_4M, region));
		dma_free_coherent(dev, SZ_4M, buffer, handle);
	}
	page = dma_alloc_pages(dev, SZ_64K, &handle, DMA_BIDIRECTIONAL,
			       GFP_KERNEL);
	EXPECT(trial, page);
	if (page) {
		EXPECT(trial, is_clear_of(handle, SZ_64K, region));
		dma_free_pages(dev, SZ_64K, page, handle, DMA_BIDIRECTIONAL);
	}
	EXPECT_IS(trial, dev->parent->coherent_dma_mask, mask);
}

/*
 * An IOMMU hands out its addresses in a row, and again those that were given back: what
 * comes next lies around the last.
 */
static void windows_of_an_iommu(struct trial *trial, struct page *pages)
{
	struct device *dev = trial->dev;
	dma_addr_t handle;
	void *buffer;
	u64 region;

	buffer = dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	if (!buffer)
		return;
	EXPECT_IS(trial, declare_one_space(trial, around(handle)), -EBUSY);
	dma_free_coherent(dev, PAGE_SIZE, buffer, handle);

	handle = dma_map_page(dev, pages, 0, PAGE_SIZE, DMA_TO_DEVICE);
	EXPECT(trial, !dma_mapping_error(dev, handle));
	dma_unmap_page(dev, handle, PAGE_SIZE, DMA_TO_DEVICE);
	region = around(handle);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, trial->bar, region, REGION_SIZE,
					  DMA_CARD_ONE_ADDRESS_SPACE |
						  DMA_CARD_MEMORY_ALLOW_SYSTEM),
		  0);
	EXPECT(trial, refused_pages(trial, pages, region));
	EXPECT(trial, refused_lists(trial, pages, region));
	ram_beside(trial, region);
	/* Two address spaces: the same addresses, and nothing refused. */
	dma_release_card_memory(dev);
	EXPECT(trial, !dma_declare_card_memory(dev, trial->bar, region,
					       REGION_SIZE, 0));
	EXPECT(trial, !refused_pages(trial, pages, 0));
}

static void windows_on_the_bus(struct trial *trial, struct page *pages)
{
	u64 region = round_down(page_to_phys(pages), REGION_SIZE);

	EXPECT_IS(trial, declare_one_space(trial, region), -EADDRINUSE);
	EXPECT(trial, !dma_declare_card_memory(trial->dev, trial->bar, region,
					       REGION_SIZE, 0));
	dma_release_card_memory(trial->dev);
	/* Where the bus has it is no RAM. */
	EXPECT(trial, !declare_one_space(trial, trial->bar));
	EXPECT(trial, !refused_pages(trial, pages, trial->bar));
	EXPECT(trial, !refused_lists(trial, pages, trial->bar));
}

static void one_address_space(struct trial *trial)
{
	const unsigned int order = get_order(PROBES * PAGE_SIZE);
	struct page *pages = alloc_pages(GFP_KERNEL, order);

	EXPECT(trial, pages);
	if (!pages)
		return;
	if (is_translated(trial))
		windows_of_an_iommu(trial, pages);
	else
		windows_on_the_bus(trial, pages);
	__free_pages(pages, order);
}

/* --- mistakes -------------------------------------------------------------- */

static void declaring_wrongly(struct trial *trial)
{
	void *ram = (void *)__get_free_page(GFP_KERNEL);
	struct device *dev = trial->dev;
	phys_addr_t bar = trial->bar;

	EXPECT(trial, ram);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, virt_to_phys(ram), NEAR_ADDR,
					  PAGE_SIZE, 0),
		  -EINVAL);
	free_page((unsigned long)ram);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar, NEAR_ADDR, REGION_SIZE,
					  0x80),
		  -EINVAL);
	EXPECT_IS(trial, dma_declare_card_memory(dev, bar, NEAR_ADDR, 0, 0),
		  -EINVAL);
	EXPECT_IS(trial, dma_declare_card_memory(dev, bar, NEAR_ADDR, 100, 0),
		  -EINVAL);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar + 1, NEAR_ADDR, PAGE_SIZE,
					  0),
		  -EINVAL);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar, NEAR_ADDR + 8, PAGE_SIZE,
					  0),
		  -EINVAL);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar, -(u64)PAGE_SIZE,
					  2 * PAGE_SIZE, 0),
		  -EINVAL);
	EXPECT(trial, !declare_near(trial));
	EXPECT_IS(trial, declare_near(trial), -EBUSY);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar + PAGE_SIZE, FAR_ADDR,
					  PAGE_SIZE, 0),
		  -EBUSY);
	EXPECT_IS(trial,
		  dma_declare_card_memory(dev, bar + REGION_SIZE,
					  NEAR_ADDR + PAGE_SIZE, PAGE_SIZE, 0),
		  -EBUSY);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
	EXPECT(trial, dma_get_required_mask(dev) >= DMA_BIT_MASK(31));
	EXPECT(trial, dma_get_required_mask(dev) < FAR_ADDR);
}

static void negotiating_wrongly(struct trial *trial)
{
	struct dma_mask_choice choice = { .mask = 0x5555 };
	u64 mask = dma_get_mask(trial->dev);

	EXPECT_IS(trial, dma_negotiate_mask(trial->dev, 0, &choice), -EINVAL);
	EXPECT_IS(trial, dma_negotiate_mask(trial->dev, 0xff00ff, &choice),
		  -EINVAL);
	EXPECT_IS(trial, choice.mask, 0x5555);
	EXPECT_IS(trial, dma_get_mask(trial->dev), mask);
}

static void freeing_wrongly(struct trial *trial)
{
	struct device *dev = trial->dev;
	dma_addr_t handle;
	void *buffer;

	EXPECT(trial, !declare_near(trial));
	buffer = dma_alloc_coherent(dev, 3 * PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	memset(buffer, 0x77, 3 * PAGE_SIZE);
	dma_free_coherent(dev, 2 * PAGE_SIZE, buffer, handle);
	dma_free_coherent(dev, 3 * PAGE_SIZE, buffer, handle + PAGE_SIZE);
	dma_free_coherent(dev, PAGE_SIZE, buffer + PAGE_SIZE,
			  handle + PAGE_SIZE);
	/* It is still the owner's. */
	EXPECT(trial, !memchr_inv(buffer, 0x77, 3 * PAGE_SIZE));
	EXPECT(trial, !all_free(trial, NEAR_ADDR));
	dma_free_coherent(dev, 3 * PAGE_SIZE, buffer, handle);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
	dma_free_coherent(dev, 3 * PAGE_SIZE, buffer, handle);
	EXPECT(trial, all_free(trial, NEAR_ADDR));
}

static void using_what_was_not_allocated(struct trial *trial)
{
	struct device *dev = trial->dev;
	struct sg_table table = {};
	dma_addr_t handle, none;
	void *buffer;

	EXPECT(trial, !declare_near(trial));
	buffer = dma_alloc_coherent(dev, PAGE_SIZE, &handle, GFP_KERNEL);
	EXPECT(trial, buffer);
	EXPECT_IS(trial,
		  dma_get_sgtable(dev, &table, buffer, handle, 2 * PAGE_SIZE),
		  -EINVAL);
	EXPECT_IS(trial,
		  dma_get_sgtable(dev, &table, buffer + PAGE_SIZE,
				  handle + PAGE_SIZE, PAGE_SIZE),
		  -EINVAL);
	EXPECT(trial, !dma_coherent_page(dev, buffer, handle + PAGE_SIZE, 0));
	EXPECT(trial, !table.sgl);
	EXPECT(trial, !dma_alloc_coherent(dev, 0, &none, GFP_KERNEL));
	dma_free_coherent(dev, PAGE_SIZE, buffer, handle);
}

/* RAM in a card's part has pages; none of them is for streaming. */
static void streaming_card_memory(struct trial *trial)
{
	void *ram = alloc_pages_exact(SZ_64K, GFP_KERNEL);
	struct device *dev = trial->dev;
	struct scatterlist list[2];
	dma_addr_t handle;

	EXPECT(trial, ram);
	EXPECT(trial,
	       !dma_declare_card_memory(dev, virt_to_phys(ram), NEAR_ADDR,
					SZ_32K, DMA_CARD_MEMORY_CACHED));
	handle = dma_map_single(dev, ram, PAGE_SIZE, DMA_TO_DEVICE);
	EXPECT(trial, dma_mapping_error(dev, handle));
	sg_init_table(list, 2);
	sg_set_buf(&list[0], ram + SZ_32K, PAGE_SIZE);
	sg_set_buf(&list[1], ram + SZ_32K - 100, 200);
	EXPECT(trial, !dma_map_sg(dev, list, 2, DMA_TO_DEVICE));
	handle = dma_map_resource(dev, virt_to_phys(ram) + SZ_32K - 100, 200,
				  DMA_TO_DEVICE, 0);
	EXPECT(trial, dma_mapping_error(dev, handle));
	dma_release_card_memory(dev);
	free_pages_exact(ram, SZ_64K);
}

static void no_card_device(struct trial *trial)
{
	struct device *parent = &trial->pci->dev;

	EXPECT_IS(trial, dma_create_card_device(NULL), ERR_PTR(-EINVAL));
	EXPECT_IS(trial, dma_create_card_device(parent), ERR_PTR(-EEXIST));
	EXPECT_IS(trial, dma_create_card_device(trial->dev), ERR_PTR(-EINVAL));
	EXPECT_IS(trial,
		  dma_declare_card_memory(parent, trial->bar, NEAR_ADDR,
					  REGION_SIZE, 0),
		  -EINVAL);
	EXPECT_IS(trial, dma_negotiate_mask(parent, DMA_BIT_MASK(32), NULL),
		  -EINVAL);
	dma_release_card_memory(parent);
	dma_destroy_card_device(parent);
}

static void destroying_twice(struct trial *trial)
{
	struct platform_device *other =
		platform_device_register_simple("destroyed-twice",
						PLATFORM_DEVID_NONE, NULL, 0);
	struct device *dev;

	EXPECT(trial, !IS_ERR(other));
	dev = devm_dma_create_card_device(&other->dev);
	EXPECT(trial, !IS_ERR(dev));
	get_device(dev);
	dma_destroy_card_device(dev);
	dma_destroy_card_device(dev);
	put_device(dev);
	platform_device_unregister(other);
}

/* --- reports --------------------------------------------------------------- */

/**
 * struct promise - a test
 * @name: what it shows
 * @shown_by: the test
 */
struct promise {
	const char *name;
	void (*shown_by)(struct trial *trial);
};

static const struct promise calls[] = {
	{ "coherent buffers of every size are zeroed, aligned and apart",
	  coherent_of_every_size },
	{ "what has no aligned place is refused", too_much_for_its_alignment },
	{ "atomic callers and managed buffers are served", atomic_and_managed },
	{ "regions are used in the order of their declaration",
	  regions_in_order },
	{ "half of the memory in single pages serves no two pages",
	  fragmented },
	{ "dma_get_sgtable: card memory has no pages to list, and is refused",
	  sgtable_of_card_memory },
	{ "dma_get_sgtable: system RAM has its pages", sgtable_of_system_ram },
	{ "dma_pool: blocks lie on the card", pool_on_the_card },
	{ "dma_alloc_pages and _noncontiguous are system RAM under the mask",
	  system_ram_beside_card_memory },
	{ "coherent RAM by an attribute, beside card memory",
	  ram_by_attribute },
	{ "a managed card device is revoked and destroyed with its driver",
	  managed_device },
	{ "streaming mappings and syncs are the parent's",
	  streaming_is_the_parents },
	{ "pages side by side become one segment, within the limits",
	  lists_merge_within_the_limits },
	{ "dma_alloc_scattered: one buffer for the CPU, segments for the device",
	  scattered_buffers },
	{ "dma_get_sgtable: as many segments as it says, to the last page's end",
	  scattered_in_whole_pages },
	{ "dma_map_resource: the card's own memory, or the parent's way",
	  resources },
	{ "limits are the parent's", limits_are_the_parents },
	{ "masks hold for the parent, and are not narrower than the window",
	  masks },
	{ "negotiation follows the memory", negotiation_follows_the_memory },
	{ "released memory is not replaced by system RAM",
	  released_memory_is_not_replaced },
	{ "memory at the card's address 0, and to the end of all addresses",
	  declared_at_the_ends },
	{ "one address space: no handle lies in the card's memory",
	  one_address_space },
};

static const struct promise mistakes[] = {
	{ "a wrong declaration changes nothing", declaring_wrongly },
	{ "what is no mask is refused", negotiating_wrongly },
	{ "a wrong free changes nothing", freeing_wrongly },
	{ "what was not allocated is not described",
	  using_what_was_not_allocated },
	{ "card memory is not mapped for streaming", streaming_card_memory },
	{ "what is no card device is refused", no_card_device },
	{ "destroyed twice, a device is destroyed once", destroying_twice },
};

static bool try_promise(struct seq_file *seq, const struct promise *promise)
{
	struct trial trial = {
		.seq = seq,
		.pci = card_pci,
		.bar = pci_resource_start(card_pci, MEMORY_BAR),
	};

	if (dma_set_mask_and_coherent(&card_pci->dev, DMA_BIT_MASK(32)))
		return false;
	trial.dev = dma_create_card_device(&card_pci->dev);
	if (IS_ERR(trial.dev))
		return false;
	promise->shown_by(&trial);
	dma_destroy_card_device(trial.dev);
	return !trial.failed;
}

/**
 * struct report - what a file of debugfs gives
 * @promise: tests
 * @count: how many
 */
struct report {
	const struct promise *promise;
	unsigned int count;
};

static const struct report calls_report = { calls, ARRAY_SIZE(calls) };
static const struct report mistakes_report = { mistakes, ARRAY_SIZE(mistakes) };

static int report_show(struct seq_file *seq, void *unused)
{
	const struct report *report = seq->private;
	unsigned int n, passed = 0;

	seq_printf(seq, "KTAP version 1\n1..%u\n", report->count);
	for (n = 0; n < report->count; n++) {
		bool shown = try_promise(seq, &report->promise[n]);

		passed += shown;
		seq_printf(seq, "%s %u %s\n", shown ? "ok" : "not ok", n + 1,
			   report->promise[n].name);
	}
	seq_printf(seq, "# Totals: pass:%u fail:%u skip:0\n", passed,
		   report->count - passed);
	return 0;
}

/* All in one go: a report that did not fit would be made anew. */
static int report_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, report_show, inode->i_private,
				REPORT_SIZE);
}

static const struct file_operations report_fops = {
	.owner = THIS_MODULE,
	.open = report_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct dentry *debugfs;

static int dma_calls_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	int err;

	if (card_pci)
		return -EBUSY;
	if (pci_resource_len(pci, MEMORY_BAR) < 2 * REGION_SIZE)
		return -EINVAL;
	err = pcim_enable_device(pci);
	if (err)
		return err;
	err = pci_request_region(pci, MEMORY_BAR, "dma-calls");
	if (err)
		return err;
	card_pci = pci;
	debugfs = debugfs_create_dir("dma-calls", NULL);
	debugfs_create_file("calls", 0400, debugfs, (void *)&calls_report,
			    &report_fops);
	debugfs_create_file("mistakes", 0400, debugfs, (void *)&mistakes_report,
			    &report_fops);
	return 0;
}

static void dma_calls_remove(struct pci_dev *pci)
{
	debugfs_remove(debugfs);
	pci_release_region(pci, MEMORY_BAR);
	card_pci = NULL;
}

static const struct pci_device_id dma_calls_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver dma_calls_driver = {
	.name = "dma-calls",
	.id_table = dma_calls_ids,
	.probe = dma_calls_probe,
	.remove = dma_calls_remove,
};
module_pci_driver(dma_calls_driver);

MODULE_DESCRIPTION("Makes every call of the DMA API for a card device");
MODULE_LICENSE("GPL");
