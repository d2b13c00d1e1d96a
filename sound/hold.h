/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_HOLD_H
#define SND_ONCARD_HOLD_H

#include <linux/types.h>

struct oncard;

bool oncard_chip_enter(struct oncard *chip, int *held);
void oncard_chip_exit(struct oncard *chip, int held);

#endif /* SND_ONCARD_HOLD_H */
