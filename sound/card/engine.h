/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: the copy engine, shared by engine.c and card.c.
 */
#ifndef ONCARD_ENGINE_H
#define ONCARD_ENGINE_H

#include "card.h"

void oncard_engine_step(struct oncard_card *card, u64 clock);
u64 oncard_engine_next_event(const struct oncard_card *card);
u32 oncard_engine_read(const struct oncard_engine *engine, u32 reg);
void oncard_engine_write(struct oncard_card *card, u32 reg, u32 value);

#endif /* ONCARD_ENGINE_H */
