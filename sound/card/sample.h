/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: what a sample looks like in memory.
 */
#ifndef ONCARD_SAMPLE_H
#define ONCARD_SAMPLE_H

#include "card.h"

u32 oncard_sample_bytes(u32 format);
u8 oncard_sample_silence(u32 format);
void oncard_samples_load(u32 format, const u8 *bytes, s32 *samples, u32 count);
void oncard_samples_store(u32 format, u8 *bytes, const s32 *samples, u32 count);

#endif /* ONCARD_SAMPLE_H */
