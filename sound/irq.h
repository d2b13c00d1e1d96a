/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_IRQ_H
#define SND_ONCARD_IRQ_H

#include <linux/types.h>

struct oncard;

void oncard_enable_interrupts(struct oncard *chip, u32 clear, u32 set);

#endif /* SND_ONCARD_IRQ_H */
