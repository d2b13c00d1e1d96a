// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "inject.h"

const char *const inject_names[] = { PATTERN_FAULT_NAMES, "delay", NULL };

struct place {
	const struct pcm_spec *spec;
	char *frames;
	size_t bytes; /* of a frame */
	uint64_t at; /* frame */
	uint64_t count; /* frames, a period */
};

static char *frame_at(const struct place *p, uint64_t frame)
{
	return p->frames + frame * p->bytes;
}

static void silence(const struct place *p, uint64_t at, uint64_t count)
{
	unsigned int channels = p->spec->channels;
	int64_t silent = pcm_from_s32(p->spec, 0);
	uint64_t i;

	for (i = at * channels; i < (at + count) * channels; i++)
		pcm_set_sample(p->spec, p->frames, i, silent);
}

/* The first two channels. */
static void swap(const struct place *p)
{
	unsigned int channels = p->spec->channels;
	uint64_t i;
	int64_t first;

	for (i = p->at * channels; i < (p->at + p->count) * channels;
	     i += channels) {
		first = pcm_sample(p->spec, p->frames, i);
		pcm_set_sample(p->spec, p->frames, i,
			       pcm_sample(p->spec, p->frames, i + 1));
		pcm_set_sample(p->spec, p->frames, i + 1, first);
	}
}

/* Backwards, frame by frame: each sample is one of the signal, no two in a row. */
static void reverse(const struct place *p)
{
	uint64_t low = p->at, high = p->at + p->count - 1;
	size_t i;

	for (; low < high; low++, high--)
		for (i = 0; i < p->bytes; i++) {
			char kept = frame_at(p, low)[i];

			frame_at(p, low)[i] = frame_at(p, high)[i];
			frame_at(p, high)[i] = kept;
		}
}

static void delay(const struct place *p, uint64_t at, uint64_t frames,
		  uint64_t total)
{
	memmove(frame_at(p, at + frames), frame_at(p, at),
		(total - at - frames) * p->bytes);
}

static void put(struct injection *injection, const struct place *p,
		uint64_t total)
{
	size_t period = p->count * p->bytes;

	switch (injection->fault) {
	case PATTERN_SWAPPED:
		swap(p);
		break;
	case PATTERN_SHIFTED:
		delay(p, p->at - 1, 1, total);
		break;
	case PATTERN_REPEATED:
		memcpy(frame_at(p, p->at), frame_at(p, p->at - p->count),
		       period);
		break;
	case PATTERN_STALE:
		memcpy(frame_at(p, p->at),
		       frame_at(p, p->at - injection->buffer_size), period);
		break;
	case PATTERN_LOST:
		injection->total -= INJECT_LOST;
		memmove(frame_at(p, p->at), frame_at(p, p->at + INJECT_LOST),
			(injection->total - p->at) * p->bytes);
		break;
	case PATTERN_SILENT:
		silence(p, p->at, p->count);
		break;
	case PATTERN_FOREIGN:
		reverse(p);
		break;
	case INJECT_DELAY:
		delay(p, 0, INJECT_DELAYED, total);
		silence(p, 0, INJECT_DELAYED);
		break;
	}
}

int injection_make(struct injection *injection, const struct pcm_spec *spec,
		   void *frames, uint64_t total, struct refusal *why)
{
	uint64_t at = total / 2 > injection->buffer_size ?
			      total / 2 :
			      injection->buffer_size;
	struct place place = { spec, frames, pcm_frame_bytes(spec), at,
			       injection->period_size };

	if (injection->fault == PATTERN_SWAPPED && spec->channels < 2)
		return refuse(why, EX_USAGE,
			      "--inject=swapped: one channel cannot be swapped");
	if (total < at + injection->period_size + INJECT_DELAYED)
		return refuse(why, EX_USAGE,
			      "--inject: %llu frames are too few with a buffer of %llu and periods of %llu",
			      (unsigned long long)total,
			      (unsigned long long)injection->buffer_size,
			      (unsigned long long)injection->period_size);
	injection->frame = injection->fault == INJECT_DELAY ? 0 : at;
	injection->total = total;
	put(injection, &place, total);
	return 0;
}
