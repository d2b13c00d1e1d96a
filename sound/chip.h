/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card from probe to remove.
 */
#ifndef SND_ONCARD_CHIP_H
#define SND_ONCARD_CHIP_H

#include <linux/pm.h>

struct device;
struct oncard;
struct oncard_memory;

int oncard_chip_probe(struct device *dev, const struct oncard_memory *memory,
		      struct oncard **created);
void oncard_chip_remove(struct oncard *chip);
extern const struct dev_pm_ops oncard_pm_ops;
void oncard_chips_wait(void);
void oncard_chips_admit(void);

#endif /* SND_ONCARD_CHIP_H */
