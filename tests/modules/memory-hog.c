// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breaks the machine's free memory up: while it is loaded, hardly two free pages lie
 * side by side. It takes all there is, page by page, and gives every second back.
 */
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>

static LIST_HEAD(held);
static unsigned long taken, returned;

static void take_everything(void)
{
	struct page *page;

	while ((page = alloc_page(GFP_HIGHUSER | __GFP_NORETRY |
				  __GFP_NOWARN))) {
		list_add(&page->lru, &held);
		taken++;
		cond_resched();
	}
}

static void give_back(bool (*which)(unsigned long pfn))
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &held, lru) {
		if (!which(page_to_pfn(page)))
			continue;
		list_del(&page->lru);
		__free_page(page);
		returned++;
		cond_resched();
	}
}

static bool is_odd(unsigned long pfn)
{
	return pfn & 1;
}

static bool is_any(unsigned long pfn)
{
	return true;
}

static int __init memory_hog_init(void)
{
	take_everything();
	give_back(is_odd);
	pr_info("memory-hog: %lu pages taken, %lu given back one by one\n",
		taken, returned);
	return 0;
}

static void __exit memory_hog_exit(void)
{
	give_back(is_any);
}

module_init(memory_hog_init);
module_exit(memory_hog_exit);

MODULE_DESCRIPTION("Leaves no two free pages side by side");
MODULE_LICENSE("GPL");
