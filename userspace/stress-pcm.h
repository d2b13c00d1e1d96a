/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What members of oncard-stress do to PCM substreams.
 *
 * Each frame that a member plays says so: 16 bits that count, the member's number
 * and the run's. What a client finds in a buffer of its own is silence, or what it
 * has put there; in a recording, what some member of this run has played.
 */
#ifndef ONCARD_STRESS_PCM_H
#define ONCARD_STRESS_PCM_H

#include <stdbool.h>

#include "args.h"
#include "crowd.h"

/* How operations are mixed. */
enum stress_mix {
	MIX_ANY, /* all of them, in any order */
	MIX_STREAMS, /* what keeps mapped streams running */
	MIX_LINKED, /* what concerns linked streams */
	MIX_SHARED, /* all on one open substream */
	MIXES,
};

extern const char *const stress_mix_names[]; /* ends in NULL */

/* Which substreams. */
enum stress_direction {
	DIRECTION_BOTH,
	DIRECTION_PLAYBACK,
	DIRECTION_CAPTURE,
};

extern const char *const stress_direction_names[];

struct stress_pcm {
	const char *device; /* hw:... */
	bool reopen; /* the card may go, and come back */
	enum stress_mix mix;
	enum stress_direction direction;
};

/*
 * The operations, mixed as @stress wants it. Returns them, or NULL with @why.
 */
struct crowd_operation *stress_pcm_operations(const struct stress_pcm *stress,
					      uint64_t seed,
					      struct refusal *why);

int stress_pcm_begin(struct member *member);
void stress_pcm_end(struct member *member);

#endif
