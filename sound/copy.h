/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The copy engine, and its node.
 */
#ifndef SND_ONCARD_COPY_H
#define SND_ONCARD_COPY_H

#include <linux/types.h>

struct oncard;
struct seq_file;

int oncard_copy_create(struct oncard *chip);
void oncard_copy_destroy(struct oncard *chip);
int oncard_copy_register(struct oncard *chip);
void oncard_copy_unregister(struct oncard *chip);
void oncard_copy_unplug(struct oncard *chip);
void oncard_copy_release(struct oncard *chip);
void oncard_copy_interrupt(struct oncard *chip, u32 status);
void oncard_copy_show(struct seq_file *seq, const struct oncard *chip);

#endif /* SND_ONCARD_COPY_H */
