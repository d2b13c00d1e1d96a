// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "pattern.h"
#include "source.h"

#define SEARCHES 256 /* each goes through all that was played */

const char *const pattern_fault_names[PATTERN_FAULTS] = { PATTERN_FAULT_NAMES };

/* One channel of a recording, from its beginning to its end. */
struct walk {
	struct pattern_judge *judge;
	const char *heard;
	uint64_t first; /* frame that was to be played at its start */
	uint64_t count; /* frames */
	unsigned int channel;
	size_t bytes; /* of a sample */
	int64_t base; /* displacement that was found already, and lasts */
};

/* A piece of it that is not as it should be. */
struct piece {
	enum {
		SILENT,
		PLACED,
		FOREIGN
	} kind;
	unsigned int source; /* of a PLACED one */
	int64_t displaced; /* of a PLACED one */
	uint64_t frames;
};

static const char *sample_of(const struct walk *w, const void *frames,
			     uint64_t frame, unsigned int channel)
{
	return (const char *)frames +
	       (frame * w->judge->spec.channels + channel) * w->bytes;
}

/* Was the sample at @pos played on @source, @displaced frames later? */
static bool matches(const struct walk *w, uint64_t pos, unsigned int source,
		    int64_t displaced)
{
	int64_t frame = (int64_t)(w->first + pos) + displaced;

	if (frame < 0 || (uint64_t)frame >= w->judge->total)
		return false;
	return !memcmp(sample_of(w, w->heard, pos, w->channel),
		       sample_of(w, w->judge->expected, (uint64_t)frame,
				 source),
		       w->bytes);
}

static uint64_t run(const struct walk *w, uint64_t pos, unsigned int source,
		    int64_t displaced)
{
	uint64_t n = 0;

	while (pos + n < w->count && matches(w, pos + n, source, displaced))
		n++;
	return n;
}

/* Enough frames, or all that are left, are from there. */
static bool is_from(const struct walk *w, uint64_t pos, unsigned int source,
		    int64_t displaced)
{
	uint64_t n, enough = w->judge->window;

	if (enough > w->count - pos)
		enough = w->count - pos;
	for (n = 0; n < enough; n++)
		if (!matches(w, pos + n, source, displaced))
			return false;
	return enough;
}

static uint64_t silent_run(const struct walk *w, uint64_t pos)
{
	const struct pcm_spec *spec = &w->judge->spec;
	int64_t silence = pcm_from_s32(spec, 0);
	uint64_t n = 0;

	while (pos + n < w->count &&
	       pcm_sample(spec, w->heard,
			  (pos + n) * spec->channels + w->channel) == silence)
		n++;
	return n;
}

static bool placed_at(struct piece *piece, unsigned int source,
		      int64_t displaced)
{
	piece->kind = PLACED;
	piece->source = source;
	piece->displaced = displaced;
	return true;
}

/* The places that are likely; at the very end, the only ones that are looked at. */
static bool find_near(const struct walk *w, uint64_t pos, struct piece *piece)
{
	const int64_t back[] = { -(int64_t)w->judge->buffer_size,
				 -(int64_t)w->judge->period_size, -1 };
	unsigned int i;

	for (i = 0; i < w->judge->spec.channels; i++)
		if (i != w->channel && is_from(w, pos, i, w->base))
			return placed_at(piece, i, w->base);
	for (i = 0; i < sizeof(back) / sizeof(back[0]); i++)
		if (is_from(w, pos, w->channel, w->base + back[i]))
			return placed_at(piece, w->channel, w->base + back[i]);
	return false;
}

/* On one channel: nothing but its first byte is looked at in most frames. */
static bool find_on(const struct walk *w, uint64_t pos, unsigned int source,
		    struct piece *piece)
{
	size_t step = pcm_frame_bytes(&w->judge->spec);
	const char *at = sample_of(w, w->judge->expected, 0, source);
	char wanted = *sample_of(w, w->heard, pos, w->channel);
	uint64_t frame;
	int64_t displaced;

	for (frame = 0; frame < w->judge->total; frame++, at += step) {
		displaced = (int64_t)(frame - w->first - pos);
		if (*at == wanted && is_from(w, pos, source, displaced))
			return placed_at(piece, source, displaced);
	}
	return false;
}

/* Everywhere on every channel, its own first. */
static bool find_far(const struct walk *w, uint64_t pos, struct piece *piece)
{
	unsigned int channels = w->judge->spec.channels, i;

	if (w->count - pos < w->judge->window || !w->judge->searches)
		return false;
	w->judge->searches--;
	for (i = 0; i < channels; i++)
		if (find_on(w, pos, (w->channel + i) % channels, piece))
			return true;
	return false;
}

/*
 * What begins at @pos, which is not what should be there. Where it was played is
 * looked for at @pos and, if it is nowhere, at twice the distance each time.
 */
static struct piece identify(const struct walk *w, uint64_t pos)
{
	struct piece piece = { .kind = SILENT, .frames = silent_run(w, pos) };
	uint64_t at, next = pos;

	if (piece.frames)
		return piece;
	for (at = pos; at < w->count; at++) {
		if (at > pos &&
		    (is_from(w, at, w->channel, w->base) || silent_run(w, at)))
			break;
		if (at < next)
			continue;
		next = at + (at - pos) + 1;
		if (!find_near(w, at, &piece) && !find_far(w, at, &piece))
			continue;
		while (at > pos &&
		       matches(w, at - 1, piece.source, piece.displaced))
			at--;
		if (at > pos)
			break;
		piece.frames = run(w, pos, piece.source, piece.displaced);
		return piece;
	}
	return (struct piece){ .kind = FOREIGN, .frames = at - pos };
}

/* After the piece, all is as it was before it. */
static bool passes(const struct walk *w, uint64_t pos,
		   const struct piece *piece)
{
	return pos + piece->frames < w->count &&
	       is_from(w, pos + piece->frames, w->channel, w->base);
}

static enum pattern_fault classify(const struct walk *w, uint64_t pos,
				   const struct piece *piece)
{
	int64_t displaced = piece->displaced - w->base;

	if (piece->kind == SILENT)
		return PATTERN_SILENT;
	if (piece->kind == FOREIGN)
		return PATTERN_FOREIGN;
	if (piece->source != w->channel)
		return PATTERN_SWAPPED;
	if (displaced < 0 && !(-displaced % (int64_t)w->judge->buffer_size))
		return PATTERN_STALE;
	if (displaced < 0 && !(-displaced % (int64_t)w->judge->period_size))
		return PATTERN_REPEATED;
	if (displaced > 0 && pos && !passes(w, pos, piece))
		return PATTERN_LOST;
	return PATTERN_SHIFTED;
}

/* The same on several channels is one finding; but each swapped one is another. */
static bool merged(struct pattern_judge *judge,
		   const struct pattern_finding *finding)
{
	struct pattern_finding *other;
	unsigned int i;

	if (finding->fault == PATTERN_SWAPPED)
		return false;
	for (i = 0; i < judge->count; i++) {
		other = &judge->findings[i];
		if (other->fault != finding->fault ||
		    other->frame != finding->frame ||
		    other->displaced != finding->displaced)
			continue;
		other->channels++;
		if (other->frames < finding->frames)
			other->frames = finding->frames;
		return true;
	}
	return false;
}

/* Returns false when there is no room for any more. */
static bool note(struct walk *w, uint64_t pos, const struct piece *piece)
{
	struct pattern_judge *judge = w->judge;
	struct pattern_finding finding = {
		.fault = classify(w, pos, piece),
		.frame = w->first + pos,
		.frames = piece->frames,
		.channel = w->channel,
		.channels = 1,
		.source = w->channel,
	};

	if (piece->kind == PLACED) {
		finding.source = piece->source;
		finding.displaced = piece->displaced - w->base;
	}
	if (merged(judge, &finding))
		return true;
	if (judge->count == PATTERN_FINDINGS) {
		judge->more = true;
		return false;
	}
	judge->findings[judge->count++] = finding;
	judge->found[finding.fault]++;
	return true;
}

static void walk_channel(struct walk *w, uint64_t pos)
{
	struct piece piece;

	for (;;) {
		pos += run(w, pos, w->channel, w->base);
		if (pos == w->count)
			return;
		piece = identify(w, pos);
		if (!note(w, pos, &piece))
			return;
		if (piece.kind == PLACED && piece.source == w->channel &&
		    !passes(w, pos, &piece))
			w->base = piece.displaced;
		pos += piece.frames;
	}
}

void pattern_judge_init(struct pattern_judge *judge,
			const struct pcm_spec *spec, const void *expected,
			uint64_t total, uint64_t buffer_size,
			uint64_t period_size)
{
	unsigned int bits = pcm_value_bits(spec->format);

	*judge = (struct pattern_judge){
		.spec = *spec,
		.expected = expected,
		.total = total,
		.buffer_size = buffer_size,
		.period_size = period_size,
		.window = (CODE_BITS + bits - 1) / bits,
		.searches = SEARCHES,
	};
}

void pattern_judge_add(struct pattern_judge *judge, const void *heard,
		       uint64_t first, uint64_t count)
{
	size_t bytes = pcm_frame_bytes(&judge->spec);
	struct walk w = {
		.judge = judge,
		.heard = heard,
		.first = first,
		.count = count,
		.bytes = pcm_sample_bytes(&judge->spec),
	};
	uint64_t left = first < judge->total ? judge->total - first : 0;
	uint64_t same =
		frames_equal(&judge->spec,
			     (const char *)judge->expected + first * bytes,
			     heard, count < left ? count : left);

	if (same == count)
		return;
	for (; w.channel < judge->spec.channels; w.channel++) {
		w.base = 0;
		walk_channel(&w, same);
	}
}

bool pattern_find_start(const struct pattern_judge *judge, const void *heard,
			uint64_t count, uint64_t *frame)
{
	size_t bytes = pcm_frame_bytes(&judge->spec);
	uint64_t at;

	for (at = 0; at + judge->window <= count; at++) {
		if (frames_equal(&judge->spec, judge->expected,
				 (const char *)heard + at * bytes,
				 judge->window) < judge->window)
			continue;
		*frame = at;
		return true;
	}
	return false;
}

static void describe_channels(const struct pattern_judge *judge,
			      const struct pattern_finding *finding, char *text,
			      size_t size)
{
	if (finding->channels == judge->spec.channels)
		snprintf(text, size, "all channels");
	else if (finding->channels == 1)
		snprintf(text, size, "channel %u", finding->channel);
	else
		snprintf(text, size, "%u channels, the first of them %u",
			 finding->channels, finding->channel);
}

void pattern_describe(const struct pattern_judge *judge,
		      const struct pattern_finding *finding, char *text,
		      size_t size)
{
	char channels[64], what[96] = "";
	int64_t displaced = finding->displaced;

	describe_channels(judge, finding, channels, sizeof(channels));
	if (finding->fault == PATTERN_SWAPPED)
		snprintf(what, sizeof(what),
			 ": what was played on channel %u (%+" PRId64
			 " frames)",
			 finding->source, displaced);
	else if (finding->fault == PATTERN_LOST)
		snprintf(what, sizeof(what), ": %" PRId64 " frames", displaced);
	else if (displaced)
		snprintf(what, sizeof(what),
			 ": what was played %" PRId64 " frames %s",
			 displaced < 0 ? -displaced : displaced,
			 displaced < 0 ? "before" : "later");
	snprintf(text, size,
		 "%s: frame %" PRIu64 " and on, %" PRIu64 " frames, %s%s",
		 pattern_fault_names[finding->fault], finding->frame,
		 finding->frames, channels, what);
}
