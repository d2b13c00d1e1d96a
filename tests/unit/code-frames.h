/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of the signal "code", for tests of who writes, reads or judges them. */
#ifndef CODE_FRAMES_H
#define CODE_FRAMES_H

#include <stdlib.h>

#include "source.h"

static inline void *code_frames(const struct pcm_spec *spec, size_t count)
{
	void *frames = malloc(count * pcm_frame_bytes(spec));
	struct source source;

	assert_non_null(frames);
	source_init(&source, source_find("code"), spec, 0);
	assert_int_equal(source_fill(&source, frames, count), count);
	return frames;
}

#endif /* CODE_FRAMES_H */
