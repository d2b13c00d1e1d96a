/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether what a card reports fits the time that has passed. Plain C.
 */
#ifndef SND_ONCARD_PACE_H
#define SND_ONCARD_PACE_H

#include "../dma-core/plain.h"

/**
 * struct oncard_pace - something that moves with time
 * @since: ns, before it was looked at last
 * @ahead: ns that it seems to be ahead of time
 */
struct oncard_pace {
	u64 since;
	u64 ahead;
};

void oncard_pace_start(struct oncard_pace *pace, u64 now);
void oncard_pace_skip(struct oncard_pace *pace, u64 ns);
bool oncard_pace_advance(struct oncard_pace *pace, u64 before, u64 after,
			 u64 moved, u64 slack);

#endif /* SND_ONCARD_PACE_H */
