/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptor lists, as the card reads them.
 */
#ifndef SND_ONCARD_LIST_H
#define SND_ONCARD_LIST_H

#include <linux/types.h>

struct oncard;

unsigned int oncard_descriptor_bytes(const struct oncard *chip);
u32 oncard_list_mode(const struct oncard *chip);
void oncard_write_descriptor(const struct oncard *chip, void *list,
			     unsigned int index, dma_addr_t address,
			     u32 length);

#endif /* SND_ONCARD_LIST_H */
