/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults made on purpose, each of them in what is played or was recorded: so that
 * what judges is seen to find it.
 */
#ifndef ONCARD_INJECT_H
#define ONCARD_INJECT_H

#include "args.h"
#include "pattern.h"

enum {
	INJECT_DELAY = PATTERN_FAULTS, /* all of it comes later */
};

#define INJECT_LOST    7 /* frames */
#define INJECT_DELAYED 100 /* frames */

/* Those of enum pattern_fault, and "delay"; ends in NULL. */
extern const char *const inject_names[];

struct injection {
	int fault; /* of enum pattern_fault, or INJECT_DELAY */
	uint64_t buffer_size, period_size; /* frames */
	uint64_t frame; /* where it was injected */
	uint64_t total; /* frames that are there afterwards */
};

/*
 * Injects the fault in the middle of @frames, @total of them. Returns 0, or -1 with
 * @why if they are too few for it, and @frames is as it was.
 */
int injection_make(struct injection *injection, const struct pcm_spec *spec,
		   void *frames, uint64_t total, struct refusal *why);

#endif
