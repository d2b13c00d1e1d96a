/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_EXPORT_H
#define DMA_CORE_EXPORT_H

#include <linux/kconfig.h>

struct card_device;
struct seq_file;

#if IS_ENABLED(CONFIG_DMA_SHARED_BUFFER)
void card_exports_revoke(struct card_device *card);
void card_exports_move(struct card_device *card);
void card_exports_show(struct seq_file *seq, struct card_device *card);
#else
static inline void card_exports_revoke(struct card_device *card)
{
}

static inline void card_exports_move(struct card_device *card)
{
}

static inline void card_exports_show(struct seq_file *seq,
				     struct card_device *card)
{
}
#endif

#endif /* DMA_CORE_EXPORT_H */
