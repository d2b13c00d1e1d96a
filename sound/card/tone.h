/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: the test tone.
 */
#ifndef ONCARD_TONE_H
#define ONCARD_TONE_H

#include "card.h"

void oncard_tone(struct oncard_stream *captured, s32 *samples, u32 frames);

#endif /* ONCARD_TONE_H */
