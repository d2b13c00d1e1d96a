/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_QUOTA_H
#define DMA_CORE_QUOTA_H

#include <linux/gfp.h>

struct card_buffer;

/* To who asks for it; where that is too much for him, nobody is killed for it. */
#define GFP_CHARGED (__GFP_ACCOUNT | __GFP_RETRY_MAYFAIL)

int card_quota_charge(struct card_buffer *buffer, unsigned int *uses);
void card_quota_uncharge(struct card_buffer *buffer, unsigned int *uses);

#endif /* DMA_CORE_QUOTA_H */
