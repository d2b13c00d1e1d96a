// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has a page of a card's memory mapped uncached, as another driver may that was there
 * before, or a part of the card's own.
 */
#include <linux/io.h>
#include <linux/module.h>

static unsigned long address;
module_param(address, ulong, 0444);
MODULE_PARM_DESC(address, "Physical address of the page");

static void __iomem *page;

static int __init earlier_mapping_init(void)
{
	page = ioremap(address, PAGE_SIZE);
	return page ? 0 : -ENOMEM;
}

static void __exit earlier_mapping_exit(void)
{
	iounmap(page);
}

module_init(earlier_mapping_init);
module_exit(earlier_mapping_exit);

MODULE_DESCRIPTION("Maps a page of a card uncached");
MODULE_LICENSE("GPL");
