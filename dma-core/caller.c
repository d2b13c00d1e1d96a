// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a caller is told that made a mistake.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/device.h>
#include <linux/printk.h>
#include <linux/stdarg.h>

#include "caller.h"

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
