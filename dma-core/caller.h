/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dma-core: mistakes of callers.
 */
#ifndef DMA_CORE_CALLER_H
#define DMA_CORE_CALLER_H

#include <linux/types.h>

struct device;

/*
 * A caller's mistake is a warning with a trace, once, and an errno, and
 * a line that names it every time.
 */
#define CALLER_ERRED(dev, ...)                                \
	do {                                                  \
		static bool warned;                           \
		card_caller_erred(dev, &warned, __VA_ARGS__); \
	} while (0)

__printf(3, 4) void card_caller_erred(struct device *dev, bool *warned,
				      const char *format, ...);

#endif /* DMA_CORE_CALLER_H */
