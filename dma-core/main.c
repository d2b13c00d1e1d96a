// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-core: memory on a card, behind the ordinary DMA API. See card-memory.h.
 */
#include <linux/module.h>

#include "internal.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init dma_core_init(void)
{
	card_debugfs_init();
	return 0;
}

static void __exit dma_core_exit(void)
{
	card_debugfs_exit();
}

module_init(dma_core_init);
module_exit(dma_core_exit);

MODULE_DESCRIPTION("Memory on a card, behind the DMA API");
MODULE_LICENSE("GPL");
