// SPDX-License-Identifier: GPL-2.0-only
#include "compare.h"

struct comparison compare_recording(const struct pcm_spec *spec,
				    const void *original, uint64_t frames,
				    const void *recording, uint64_t recorded)
{
	uint64_t lead = frames_silent(spec, original, frames);
	uint64_t rec_lead = frames_silent(spec, recording, recorded);
	size_t bytes = pcm_frame_bytes(spec);
	struct comparison c = { .result = COMPARE_IDENTICAL };
	const char *start;
	uint64_t there;

	if (lead == frames)
		c.result = COMPARE_ORIGINAL_SILENT;
	else if (rec_lead == recorded)
		c.result = COMPARE_RECORDING_SILENT;
	else if (rec_lead < lead)
		c.result = COMPARE_STARTS_LATE;
	if (c.result != COMPARE_IDENTICAL)
		return c;

	c.offset = rec_lead - lead;
	start = (const char *)recording + c.offset * bytes;
	there = recorded - c.offset;
	c.equal = frames_equal(spec, original, start,
			       there < frames ? there : frames);
	if (c.equal == frames)
		return c;
	if (c.equal == there) {
		c.result = COMPARE_ENDS_EARLY;
		return c;
	}
	c.result = COMPARE_DIFFERENT;
	c.first = frame_difference(spec,
				   (const char *)original + c.equal * bytes,
				   start + c.equal * bytes, c.equal);
	return c;
}
