/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_PCM_H
#define SND_ONCARD_PCM_H

#include <linux/types.h>

struct oncard;

int oncard_pcm_create(struct oncard *chip);
void oncard_pcm_unregister(struct oncard *chip);
void oncard_pcm_interrupt(struct oncard *chip, u32 status);

#endif /* SND_ONCARD_PCM_H */
