/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_DEBUGFS_H
#define DMA_CORE_DEBUGFS_H

struct card_device;

void card_debugfs_init(void);
void card_debugfs_exit(void);
void card_debugfs_add(struct card_device *card);
void card_debugfs_remove(struct card_device *card);

#endif /* DMA_CORE_DEBUGFS_H */
