/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a sound in a recording of it that was started earlier.
 */
#ifndef ONCARD_COMPARE_H
#define ONCARD_COMPARE_H

#include "judge.h"

enum comparison_result {
	COMPARE_IDENTICAL,
	COMPARE_DIFFERENT, /* @first says where */
	COMPARE_STARTS_LATE, /* the recording lacks the first frames */
	COMPARE_ENDS_EARLY, /* the recording ends after @equal frames */
	COMPARE_ORIGINAL_SILENT, /* nothing to align on */
	COMPARE_RECORDING_SILENT,
};

struct comparison {
	enum comparison_result result;
	uint64_t offset; /* of frame 0 of the original in the recording */
	uint64_t equal; /* frames that are equal from frame 0 on */
	struct difference first;
};

/*
 * Aligns both on their first frame that is not silent, and compares to the
 * original's last.
 */
struct comparison compare_recording(const struct pcm_spec *spec,
				    const void *original, uint64_t frames,
				    const void *recording, uint64_t recorded);

#endif
