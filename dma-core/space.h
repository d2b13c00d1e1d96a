/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_SPACE_H
#define DMA_CORE_SPACE_H

struct inode;

struct inode *card_space_new(void);
int card_spaces_init(void);
void card_spaces_exit(void);

#endif /* DMA_CORE_SPACE_H */
