// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: what of dma-core needs a kernel: declarations, buffers and who frees them,
 * scatterlists within limits, mappings in user space and their revocation. For kernels
 * with CONFIG_KUNIT; the plain-C parts have their tests on the host.
 *
 * The card is a platform device, its memory RAM that is used as if it had no pages.
 */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/dma-mapping.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>

#define CARD_PAGES  64
#define CARD_SIZE   (CARD_PAGES * PAGE_SIZE)
#define CARD_ADDR   0x40000000ULL
#define BUFFER_SIZE (4 * PAGE_SIZE)

/**
 * struct bench - one card, for one test
 * @platform: the device that does DMA, as far as the API is concerned
 * @dma: its card device, referenced; NULL once a test has destroyed it
 * @ram: the card's memory
 */
struct bench {
	struct platform_device *platform;
	struct device *dma;
	void *ram;
};

static int declare(struct bench *bench)
{
	return dma_declare_card_memory(bench->dma, virt_to_phys(bench->ram),
				       CARD_ADDR, CARD_SIZE,
				       DMA_CARD_MEMORY_CACHED);
}

static void create_card(struct kunit *test, struct bench *bench)
{
	bench->dma = dma_create_card_device(&bench->platform->dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bench->dma);
	KUNIT_ASSERT_EQ(test, declare(bench), 0);
}

static int bench_init(struct kunit *test)
{
	struct bench *bench = kunit_kzalloc(test, sizeof(*bench), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bench);
	test->priv = bench;
	bench->platform = platform_device_register_simple("dma-core-kunit",
							  PLATFORM_DEVID_AUTO,
							  NULL, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, bench->platform);
	bench->ram = alloc_pages_exact(CARD_SIZE, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, bench->ram);
	create_card(test, bench);
	return 0;
}

static void bench_exit(struct kunit *test)
{
	struct bench *bench = test->priv;

	if (!IS_ERR_OR_NULL(bench->dma))
		dma_destroy_card_device(bench->dma);
	if (bench->ram)
		free_pages_exact(bench->ram, CARD_SIZE);
	if (!IS_ERR_OR_NULL(bench->platform))
		platform_device_unregister(bench->platform);
}

/* --- declarations ----------------------------------------------------------------- */

static void test_released_and_declared_again(struct kunit *test)
{
	struct bench *bench = test->priv;
	dma_addr_t handle;

	dma_release_card_memory(bench->dma);
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(bench->dma, PAGE_SIZE,
						   &handle, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, declare(bench), 0);
}

static void test_two_regions(struct kunit *test)
{
	struct bench *bench = test->priv;
	phys_addr_t phys = virt_to_phys(bench->ram);
	dma_addr_t low, high;
	void *a, *b;

	dma_release_card_memory(bench->dma);
	KUNIT_ASSERT_EQ(test, 0,
			dma_declare_card_memory(bench->dma, phys, CARD_ADDR,
						CARD_SIZE / 2,
						DMA_CARD_MEMORY_CACHED));
	KUNIT_ASSERT_EQ(test, 0,
			dma_declare_card_memory(bench->dma,
						phys + CARD_SIZE / 2,
						CARD_ADDR + SZ_1G,
						CARD_SIZE / 2,
						DMA_CARD_MEMORY_CACHED));
	a = dma_alloc_coherent(bench->dma, CARD_SIZE / 2, &low, GFP_KERNEL);
	b = dma_alloc_coherent(bench->dma, CARD_SIZE / 2, &high, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, a);
	KUNIT_EXPECT_NOT_NULL(test, b);
	KUNIT_EXPECT_EQ(test, low, CARD_ADDR);
	KUNIT_EXPECT_EQ(test, high, CARD_ADDR + SZ_1G);
	if (a)
		dma_free_coherent(bench->dma, CARD_SIZE / 2, a, low);
	if (b)
		dma_free_coherent(bench->dma, CARD_SIZE / 2, b, high);
}

static struct kunit_case region_cases[] = {
	KUNIT_CASE(test_released_and_declared_again),
	KUNIT_CASE(test_two_regions),
	{}
};

static struct kunit_suite region_suite = {
	.name = "dma-core-regions",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = region_cases,
};

/* --- buffers ---------------------------------------------------------------------- */

static void test_all_of_it_and_no_more(struct kunit *test)
{
	struct bench *bench = test->priv;
	dma_addr_t handle[CARD_PAGES], one_more;
	void *page[CARD_PAGES];
	int n;

	for (n = 0; n < CARD_PAGES; n++) {
		page[n] = dma_alloc_coherent(bench->dma, PAGE_SIZE, &handle[n],
					     GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page[n]);
		KUNIT_EXPECT_EQ(test, handle[n] - CARD_ADDR,
				virt_to_phys(page[n]) -
					virt_to_phys(bench->ram));
	}
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(bench->dma, PAGE_SIZE,
						   &one_more, GFP_KERNEL));
	for (n = 0; n < CARD_PAGES; n++)
		dma_free_coherent(bench->dma, PAGE_SIZE, page[n], handle[n]);
}

static void test_zeroed_to_the_last_page(struct kunit *test)
{
	struct bench *bench = test->priv;
	dma_addr_t handle;
	char *buffer;

	memset(bench->ram, 0x5a, CARD_SIZE);
	buffer = dma_alloc_coherent(bench->dma, PAGE_SIZE + 1, &handle,
				    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buffer);
	KUNIT_EXPECT_NULL(test, memchr_inv(buffer, 0, 2 * PAGE_SIZE));
	dma_free_coherent(bench->dma, PAGE_SIZE + 1, buffer, handle);
}

static void test_nothing_after_a_revocation(struct kunit *test)
{
	struct bench *bench = test->priv;
	dma_addr_t handle;

	dma_revoke_card_memory(bench->dma);
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(bench->dma, PAGE_SIZE,
						   &handle, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, declare(bench), -ENODEV);
}

/* What is taken back can be declared again at once; the late free does nothing. */
static void test_taken_back_from_its_owner(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct device *gone = get_device(bench->dma);
	dma_addr_t handle, new_handle;
	void *buffer, *new_buffer;

	buffer = dma_alloc_coherent(gone, CARD_SIZE, &handle, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, buffer);
	dma_revoke_card_memory(gone);
	dma_destroy_card_device(gone);
	create_card(test, bench);
	new_buffer = dma_alloc_coherent(bench->dma, CARD_SIZE, &new_handle,
					GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, new_buffer);
	dma_free_coherent(gone, CARD_SIZE, buffer, handle);
	put_device(gone);
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(bench->dma, PAGE_SIZE,
						   &handle, GFP_KERNEL));
	if (new_buffer)
		dma_free_coherent(bench->dma, CARD_SIZE, new_buffer,
				  new_handle);
}

static struct kunit_case buffer_cases[] = {
	KUNIT_CASE(test_all_of_it_and_no_more),
	KUNIT_CASE(test_zeroed_to_the_last_page),
	KUNIT_CASE(test_nothing_after_a_revocation),
	KUNIT_CASE(test_taken_back_from_its_owner),
	{}
};

static struct kunit_suite buffer_suite = {
	.name = "dma-core-buffers",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = buffer_cases,
};

/* --- scatterlists ----------------------------------------------------------------- */

/* Eight pages in a row, an entry each, mapped. Return: segments, or an errno. */
static int map_eight_pages(struct bench *bench, struct sg_table *table,
			   struct page *pages)
{
	struct scatterlist *sg;
	int n, err;

	err = sg_alloc_table(table, 8, GFP_KERNEL);
	if (err)
		return err;
	for_each_sgtable_sg(table, sg, n)
		sg_set_page(sg, pages + n, PAGE_SIZE, 0);
	err = dma_map_sgtable(bench->dma, table, DMA_TO_DEVICE, 0);
	if (!err)
		return table->nents;
	sg_free_table(table);
	return err;
}

static void unmap_eight_pages(struct bench *bench, struct sg_table *table)
{
	dma_unmap_sgtable(bench->dma, table, DMA_TO_DEVICE, 0);
	sg_free_table(table);
}

/* How many segments eight pages become under a limit. */
static void expect_segments(struct kunit *test, unsigned int max_seg_size,
			    unsigned long boundary, int expected)
{
	struct bench *bench = test->priv;
	struct page *pages = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	struct scatterlist *sg;
	struct sg_table table;
	u64 bytes = 0;
	int n, segments;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	dma_set_max_seg_size(bench->dma, max_seg_size);
	dma_set_seg_boundary(bench->dma, boundary);
	segments = map_eight_pages(bench, &table, pages);
	KUNIT_EXPECT_EQ(test, segments, expected);
	if (segments > 0) {
		for_each_sgtable_dma_sg(&table, sg, n) {
			u64 last = sg_dma_address(sg) + sg_dma_len(sg) - 1;

			KUNIT_EXPECT_LE(test, sg_dma_len(sg), max_seg_size);
			KUNIT_EXPECT_EQ(test, sg_dma_address(sg) & ~boundary,
					last & ~boundary);
			bytes += sg_dma_len(sg);
		}
		KUNIT_EXPECT_EQ(test, bytes, 8 * PAGE_SIZE);
		unmap_eight_pages(bench, &table);
	}
	__free_pages(pages, 3);
}

static void test_side_by_side_is_one(struct kunit *test)
{
	expect_segments(test, SZ_1M, ULONG_MAX, 1);
}

static void test_segments_are_not_too_long(struct kunit *test)
{
	expect_segments(test, 3 * PAGE_SIZE, ULONG_MAX, 3);
	expect_segments(test, PAGE_SIZE, ULONG_MAX, 8);
}

/* (eight pages of one order are aligned to their size) */
static void test_segments_cross_no_boundary(struct kunit *test)
{
	expect_segments(test, SZ_1M, 4 * PAGE_SIZE - 1, 2);
	expect_segments(test, SZ_1M, PAGE_SIZE - 1, 8);
}

static struct kunit_case sg_cases[] = {
	KUNIT_CASE(test_side_by_side_is_one),
	KUNIT_CASE(test_segments_are_not_too_long),
	KUNIT_CASE(test_segments_cross_no_boundary),
	{}
};

static struct kunit_suite sg_suite = {
	.name = "dma-core-scatterlists",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = sg_cases,
};

/* --- mappings --------------------------------------------------------------------- */

/**
 * struct mapped - a buffer, mapped into the test's own address space
 * @bench: whose card it is on
 * @file: that it is mapped by
 * @buffer: the kernel's address
 * @handle: the card's
 * @user: the user's
 */
struct mapped {
	struct bench *bench;
	struct file *file;
	void *buffer;
	dma_addr_t handle;
	unsigned long user;
};

static int mapped_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct mapped *mapped = file->private_data;

	return dma_map_coherent(mapped->bench->dma, vma, mapped->buffer,
				mapped->handle, BUFFER_SIZE);
}

static const struct file_operations mapped_fops = {
	.owner = THIS_MODULE,
	.mmap = mapped_mmap,
};

static void map_buffer(struct kunit *test, struct mapped *mapped)
{
	mapped->bench = test->priv;
	mapped->buffer = dma_alloc_coherent(mapped->bench->dma, BUFFER_SIZE,
					    &mapped->handle, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mapped->buffer);
	mapped->file = anon_inode_getfile("dma-core-kunit", &mapped_fops,
					  mapped, O_RDWR);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mapped->file);
	mapped->user = kunit_vm_mmap(test, mapped->file, 0, BUFFER_SIZE,
				     PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	KUNIT_ASSERT_NE(test, mapped->user, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(mapped->user));
}

static u32 user_word(struct kunit *test, const struct mapped *mapped)
{
	u32 word = 0;

	KUNIT_EXPECT_EQ(test, 0, get_user(word, (u32 __user *)mapped->user));
	return word;
}

/* A kernel thread's last fput() of a file is left to a work item. */
static void unmap_buffer(struct mapped *mapped)
{
	vm_munmap(mapped->user, BUFFER_SIZE);
	fput(mapped->file);
	flush_delayed_fput();
}

static void free_mapped(struct mapped *mapped)
{
	dma_free_coherent(mapped->bench->dma, BUFFER_SIZE, mapped->buffer,
			  mapped->handle);
}

static void test_user_and_kernel_see_the_same(struct kunit *test)
{
	struct mapped mapped;

	map_buffer(test, &mapped);
	WRITE_ONCE(*(u32 *)mapped.buffer, 0x0ca4d);
	KUNIT_EXPECT_EQ(test, user_word(test, &mapped), 0x0ca4d);
	unmap_buffer(&mapped);
	free_mapped(&mapped);
}

/* All but the mapped buffer's memory can be had; all of it, once it is unmapped. */
static void test_freed_while_mapped_is_nobodys(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct mapped mapped;
	dma_addr_t handle;
	void *all;

	map_buffer(test, &mapped);
	free_mapped(&mapped);
	KUNIT_EXPECT_NULL(test, dma_alloc_coherent(bench->dma, CARD_SIZE,
						   &handle, GFP_KERNEL));
	put_user(0x0ca4d, (u32 __user *)mapped.user);
	KUNIT_EXPECT_EQ(test, user_word(test, &mapped), 0x0ca4d);
	unmap_buffer(&mapped);
	all = dma_alloc_coherent(bench->dma, CARD_SIZE, &handle, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, all);
	if (all)
		dma_free_coherent(bench->dma, CARD_SIZE, all, handle);
}

static void test_revoked_is_zero_and_ones_own(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct mapped mapped;

	map_buffer(test, &mapped);
	put_user(0x0ca4d, (u32 __user *)mapped.user);
	dma_revoke_card_memory(bench->dma);
	KUNIT_EXPECT_EQ(test, user_word(test, &mapped), 0);
	put_user(0x57a4d, (u32 __user *)mapped.user);
	KUNIT_EXPECT_EQ(test, user_word(test, &mapped), 0x57a4d);
	KUNIT_EXPECT_EQ(test, READ_ONCE(*(u32 *)mapped.buffer), 0x0ca4d);
	unmap_buffer(&mapped);
}

/* The card comes back at the same place; the old mapping is still there. */
static void test_the_next_owner_is_alone(struct kunit *test)
{
	struct bench *bench = test->priv;
	struct mapped mapped;
	dma_addr_t handle;
	void *all;

	map_buffer(test, &mapped);
	dma_revoke_card_memory(bench->dma);
	dma_destroy_card_device(bench->dma);
	create_card(test, bench);
	all = dma_alloc_coherent(bench->dma, CARD_SIZE, &handle, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, all);
	put_user(0x57a4d, (u32 __user *)mapped.user);
	if (all) {
		KUNIT_EXPECT_NULL(test, memchr_inv(all, 0, CARD_SIZE));
		dma_free_coherent(bench->dma, CARD_SIZE, all, handle);
	}
	unmap_buffer(&mapped);
}

static struct kunit_case mapping_cases[] = {
	KUNIT_CASE(test_user_and_kernel_see_the_same),
	KUNIT_CASE(test_freed_while_mapped_is_nobodys),
	KUNIT_CASE(test_revoked_is_zero_and_ones_own),
	KUNIT_CASE(test_the_next_owner_is_alone),
	{}
};

static struct kunit_suite mapping_suite = {
	.name = "dma-core-mappings",
	.init = bench_init,
	.exit = bench_exit,
	.test_cases = mapping_cases,
};

kunit_test_suites(&region_suite, &buffer_suite, &sg_suite, &mapping_suite);

MODULE_DESCRIPTION("KUnit tests of dma-core");
MODULE_LICENSE("GPL");
