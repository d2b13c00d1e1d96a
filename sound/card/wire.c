// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire from a pair's playback to its capture. Where both have the same format and
 * no gain, bytes go over it as they are. Otherwise each sample is made an integer, scaled
 * by the gain of either side, and written in the format of the capture.
 */
#include "sample.h"
#include "stream.h"
#include "wire.h"

/* What converting a sample costs, compared with moving a byte. */
#define CONVERSION_COST 32U

static u32 channels(const struct oncard_stream *stream)
{
	return stream->format & ONCARD_FORMAT_CHANNELS_MASK;
}

static bool is_subframe(const struct oncard_stream *stream)
{
	return (stream->format & ONCARD_FORMAT_SAMPLE_MASK) ==
	       ONCARD_FORMAT_SUBFRAME;
}

/* Subframes are nothing that can be scaled; a gain of 0 mutes them. */
static bool is_scaled(const struct oncard_stream *stream)
{
	return stream->gain < ONCARD_GAIN_UNITY &&
	       (!is_subframe(stream) || !stream->gain);
}

static bool as_it_is(const struct oncard_stream *played,
		     const struct oncard_stream *captured)
{
	return played->format == captured->format && !is_scaled(played) &&
	       !is_scaled(captured);
}

static s32 scale(s32 sample, u32 gain)
{
	u32 magnitude = sample < 0 ? -(u32)sample : (u32)sample;

	if (gain == ONCARD_GAIN_UNITY)
		return sample;
	magnitude = (u64)magnitude * gain / ONCARD_GAIN_UNITY;
	return sample < 0 ? -(s32)magnitude : (s32)magnitude;
}

/* The sample for a channel of the capture; what was not played is silence. */
static s32 heard(const struct oncard_stream *played,
		 const struct oncard_stream *captured, const u8 *frame,
		 u32 channel)
{
	u32 from = channels(played) == 1 ? 0 : channel;
	u32 at = from * oncard_sample_bytes(played->format);
	s32 sample;

	if (from >= channels(played))
		return 0;
	sample = oncard_sample_load(played->format, frame + at);
	return scale(scale(sample, played->gain), captured->gain);
}

static void convert(const struct oncard_stream *played,
		    const struct oncard_stream *captured, const u8 *from,
		    u8 *to, u32 frames)
{
	u32 bytes = oncard_sample_bytes(captured->format);
	u32 channel;

	for (; frames; frames--) {
		for (channel = 0; channel < channels(captured); channel++) {
			oncard_sample_store(captured->format, to,
					    heard(played, captured, from,
						  channel));
			to += bytes;
		}
		from += oncard_stream_frame_bytes(played);
	}
}

/* The most frames of a stream that the wire takes at a time. */
static u32 frames_on_wire(const struct oncard_stream *stream, u32 frames)
{
	return min(frames,
		   ONCARD_WIRE_BYTES / oncard_stream_frame_bytes(stream));
}

static void play(struct oncard_card *card, u32 playback, u32 frames)
{
	while (frames) {
		u32 piece = frames_on_wire(&card->stream[playback], frames);

		if (!oncard_stream_transfer(card, playback, NULL, piece))
			return;
		frames -= piece;
	}
}

static void record_silence(struct oncard_card *card, u32 capture, u32 frames)
{
	struct oncard_stream *captured = &card->stream[capture];

	while (frames) {
		u32 piece = frames_on_wire(captured, frames);

		memset(card->heard, oncard_sample_silence(captured->format),
		       piece * oncard_stream_frame_bytes(captured));
		if (!oncard_stream_transfer(card, capture, card->heard, piece))
			return;
		frames -= piece;
	}
}

/* Both sides move; returns false when either of them stopped, with its frames moved. */
static bool loop(struct oncard_card *card, u32 playback, u32 frames)
{
	u32 capture = playback + 1;
	struct oncard_stream *played = &card->stream[playback];
	struct oncard_stream *captured = &card->stream[capture];
	u8 *bytes = card->wire;
	bool plays;

	memset(card->wire, oncard_sample_silence(played->format),
	       frames * oncard_stream_frame_bytes(played));
	plays = oncard_stream_transfer(card, playback, card->wire, frames);
	if (!as_it_is(played, captured)) {
		bytes = card->heard;
		convert(played, captured, card->wire, bytes, frames);
	}
	return oncard_stream_transfer(card, capture, bytes, frames) && plays;
}

/* Frames that both have moved in a row. */
static u32 loop_both(struct oncard_card *card, u32 playback, u32 frames)
{
	u32 moved = 0;

	while (moved < frames) {
		u32 piece =
			frames_on_wire(&card->stream[playback], frames - moved);

		piece = frames_on_wire(&card->stream[playback + 1], piece);
		moved += piece;
		if (!loop(card, playback, piece))
			break;
	}
	return moved;
}

/* A pair moves on. Streams on different clocks hear silence of each other. */
void oncard_wire_step(struct oncard_card *card, u32 pair, u32 to_play,
		      u32 to_capture)
{
	u32 playback = 2 * pair, capture = playback + 1;

	if (to_play && to_capture &&
	    card->stream[playback].rate == card->stream[capture].rate) {
		u32 moved = loop_both(card, playback, min(to_play, to_capture));

		to_play -= moved;
		to_capture -= moved;
	}
	if (to_play && card->stream[playback].running)
		play(card, playback, to_play);
	if (to_capture && card->stream[capture].running)
		record_silence(card, capture, to_capture);
}

/* What a stream costs in a second: bytes that are moved. */
static u32 moving_cost(const struct oncard_stream *stream)
{
	return stream->running ?
		       stream->rate * oncard_stream_frame_bytes(stream) :
		       0;
}

/* What a pair costs in a second, in bytes that are moved. */
u32 oncard_wire_cost(const struct oncard_card *card, u32 pair)
{
	const struct oncard_stream *played = &card->stream[2 * pair];
	const struct oncard_stream *captured = &card->stream[2 * pair + 1];
	u32 cost = moving_cost(played) + moving_cost(captured);

	if (!played->running || !captured->running ||
	    played->rate != captured->rate || as_it_is(played, captured))
		return cost;
	return cost + captured->rate * channels(captured) * CONVERSION_COST;
}
