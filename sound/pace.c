// SPDX-License-Identifier: GPL-2.0-only
/*
 * A card's clock may lag: it drifts a little, and it stands still where a machine sleeps. It
 * cannot run ahead of time. So lag is discarded, and lead accumulates until it exceeds
 * the slack.
 */
#include "pace.h"

/* A card's clock and the machine's differ by less than 1 / 64. */
#define TOLERANCE 64

/**
 * oncard_pace_start() - begin to watch something
 * @pace: its pace
 * @now: ns, before it begins to move
 */
void oncard_pace_start(struct oncard_pace *pace, u64 now)
{
	pace->since = now;
	pace->ahead = 0;
}

/**
 * oncard_pace_skip() - it stood still, by order
 * @pace: its pace
 * @ns: for how long
 */
void oncard_pace_skip(struct oncard_pace *pace, u64 ns)
{
	pace->since += ns;
}

/**
 * oncard_pace_advance() - judge how far something has moved
 * @pace: its pace
 * @before: ns, before it was looked at
 * @after: ns, after that
 * @moved: how far it moved since it was looked at last, in ns; rounded down
 * @slack: ns that it may be ahead
 *
 * Return: false when it is ahead of time.
 */
bool oncard_pace_advance(struct oncard_pace *pace, u64 before, u64 after,
			 u64 moved, u64 slack)
{
	u64 passed = after > pace->since ? after - pace->since : 0;

	passed += div_u64(passed, TOLERANCE);
	pace->ahead += moved;
	pace->ahead = pace->ahead > passed ? pace->ahead - passed : 0;
	pace->since = before;
	return pace->ahead <= slack;
}
