/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is wrong with a recording of the signal "code" (see source.h): each piece
 * of it says where it was played, and so what became of it on the way.
 */
#ifndef ONCARD_PATTERN_H
#define ONCARD_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "pcm-spec.h"

enum pattern_fault {
	PATTERN_SWAPPED, /* what was played on another channel */
	PATTERN_SHIFTED, /* displaced by frames that are neither of the next two */
	PATTERN_REPEATED, /* what was played whole periods before */
	PATTERN_STALE, /* what was played whole buffers before */
	PATTERN_LOST, /* goes on with what was to come later */
	PATTERN_SILENT,
	PATTERN_FOREIGN, /* what was never played */
	PATTERN_FAULTS,
};

/* In the order of the above, to begin a list of names with. */
#define PATTERN_FAULT_NAMES \
	"swapped", "shifted", "repeated", "stale", "lost", "silent", "foreign"

extern const char *const pattern_fault_names[PATTERN_FAULTS];

struct pattern_finding {
	enum pattern_fault fault;
	uint64_t frame; /* the first that is wrong, counted as played */
	uint64_t frames; /* how many in a row */
	unsigned int channel; /* the first that it is so on */
	unsigned int channels; /* how many it is so on */
	unsigned int source; /* channel that it was played on */
	int64_t displaced; /* frames that it was played later; -: earlier */
};

#define PATTERN_FINDINGS 32

struct pattern_judge {
	struct pcm_spec spec;
	const void *expected; /* what was to be played: */
	uint64_t total; /* frames */
	uint64_t buffer_size, period_size; /* frames */
	unsigned int window; /* frames that say where they are from */
	unsigned int searches; /* that may still be made */
	unsigned int count;
	bool more; /* than are counted */
	struct pattern_finding findings[PATTERN_FINDINGS];
	unsigned int found[PATTERN_FAULTS]; /* findings of each kind */
};

void pattern_judge_init(struct pattern_judge *judge,
			const struct pcm_spec *spec, const void *expected,
			uint64_t total, uint64_t buffer_size,
			uint64_t period_size);

/* Judges @count frames of a recording that should begin with frame @first. */
void pattern_judge_add(struct pattern_judge *judge, const void *heard,
		       uint64_t first, uint64_t count);

/*
 * The frame at which the recording at @heard, of @count frames, begins to be what
 * was played from its first frame on. False if it never does.
 */
bool pattern_find_start(const struct pattern_judge *judge, const void *heard,
			uint64_t count, uint64_t *frame);

/* One line for people. */
void pattern_describe(const struct pattern_judge *judge,
		      const struct pattern_finding *finding, char *text,
		      size_t size);

#endif
