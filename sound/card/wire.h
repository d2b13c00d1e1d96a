/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: the wire from a pair's playback to its capture.
 */
#ifndef ONCARD_WIRE_H
#define ONCARD_WIRE_H

#include "card.h"

void oncard_wire_step(struct oncard_card *card, u32 pair, u32 to_play,
		      u32 to_capture);
u32 oncard_wire_cost(const struct oncard_card *card, u32 pair);

#endif /* ONCARD_WIRE_H */
