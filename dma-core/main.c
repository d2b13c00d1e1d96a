// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-core: memory on a card, behind the ordinary DMA API. See card-memory.h.
 */
#include <linux/module.h>

#include <dma-core/card-memory.h>

#include "debugfs.h"
#include "space.h"

static int __init dma_core_init(void)
{
	int err = card_spaces_init();

	if (err)
		return err;
	card_debugfs_init();
	return 0;
}

static void __exit dma_core_exit(void)
{
	card_debugfs_exit();
	card_spaces_exit();
}

module_init(dma_core_init);
module_exit(dma_core_exit);

MODULE_DESCRIPTION("Memory on a card, behind the DMA API");
MODULE_AUTHOR("The oncard authors");
MODULE_VERSION(DMA_CORE_VERSION_STRING);
MODULE_LICENSE("GPL");
