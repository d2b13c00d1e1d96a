// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma-core: memory on a card, behind the ordinary DMA API. See card-memory.h.
 */
#include <linux/module.h>

#include "internal.h"
#include "space.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/**
 * card_caller_erred() - say what a caller of dma-core did wrong
 * @dev: the device it did it to, or NULL
 * @warned: whether a trace was printed for this mistake already
 * @format: what was wrong, and what is allowed
 *
 * Context: any.
 */
void card_caller_erred(struct device *dev, bool *warned, const char *format,
		       ...)
{
	struct va_format text = { .fmt = format };
	va_list args;

	va_start(args, format);
	text.va = &args;
	dev_err(dev, "%pV", &text);
	if (!xchg(warned, true))
		WARN(true, "%s: %pV", dev ? dev_name(dev) : "NULL", &text);
	va_end(args);
}

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
