/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_MIXER_H
#define SND_ONCARD_MIXER_H

struct oncard;

int oncard_mixer_create(struct oncard *chip);

#endif /* SND_ONCARD_MIXER_H */
