/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: the wires from the playbacks to the captures.
 */
#ifndef ONCARD_WIRE_H
#define ONCARD_WIRE_H

#include "card.h"

void oncard_wire_step(struct oncard_card *card, u32 group, u32 frames);
u32 oncard_wire_cost(const struct oncard_card *card, u32 index);

#endif /* ONCARD_WIRE_H */
