// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wire from a pair's playback to its capture. Where both have the same format and
 * no gain, bytes go over it as they are. Otherwise each sample is made an integer, scaled
 * by the gains of both sides, and written in the format of the capture.
 */
#include "sample.h"
#include "stream.h"
#include "wire.h"

/* What converting a sample costs, compared with moving a byte. */
#define CONVERSION_COST 9U

/* The gain of two streams that leave a sample as it is. */
#define UNITY_TWICE ((u64)ONCARD_GAIN_UNITY * ONCARD_GAIN_UNITY)

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

/* Rounded towards zero, so that sound fades to silence. */
static void scale(s32 *samples, u32 count, u64 gain)
{
	u32 n;

	if (gain == UNITY_TWICE)
		return;
	for (n = 0; n < count; n++)
		samples[n] = samples[n] * (s64)gain / (s64)UNITY_TWICE;
}

static void repeat(s32 *heard, s32 sample, u32 count)
{
	while (count--)
		*heard++ = sample;
}

/* A channel that was not played is silent; one that was played alone is on all. */
static void route(const s32 *played, u32 channels_played, s32 *heard,
		  u32 channels_heard, u32 frames)
{
	u32 both = min(channels_played, channels_heard);
	u32 channel;

	for (; frames; frames--) {
		for (channel = 0; channel < both; channel++)
			heard[channel] = played[channel];
		repeat(heard + both, channels_played == 1 ? played[0] : 0,
		       channels_heard - both);
		played += channels_played;
		heard += channels_heard;
	}
}

/* What is on the wire, as the capture is to hear it. */
static void convert(struct oncard_card *card,
		    const struct oncard_stream *played,
		    const struct oncard_stream *captured, u32 frames)
{
	const u32 from = channels(played), to = channels(captured);
	s32 *samples = card->played;

	oncard_samples_load(played->format, card->wire, samples, frames * from);
	scale(samples, frames * from, (u64)played->gain * captured->gain);
	if (from != to) {
		route(samples, from, card->routed, to, frames);
		samples = card->routed;
	}
	oncard_samples_store(captured->format, card->heard, samples,
			     frames * to);
}

/* The most frames of a stream that the wire takes at a time. */
static u32 frames_on_wire(const struct oncard_stream *stream, u32 frames)
{
	return min(frames,
		   ONCARD_WIRE_BYTES / oncard_stream_frame_bytes(stream));
}

static void play(struct oncard_card *card, u32 playback, u32 frames)
{
	struct oncard_stream *played = &card->stream[playback];

	while (frames && played->running)
		frames -=
			oncard_stream_transfer(card, playback, NULL,
					       frames_on_wire(played, frames));
}

static void silence(const struct oncard_stream *stream, u8 *bytes, u32 frames)
{
	memset(bytes, oncard_sample_silence(stream->format),
	       frames * oncard_stream_frame_bytes(stream));
}

static void record_silence(struct oncard_card *card, u32 capture, u32 frames)
{
	struct oncard_stream *captured = &card->stream[capture];

	while (frames && captured->running) {
		u32 piece = frames_on_wire(captured, frames);

		silence(captured, card->heard, piece);
		frames -= oncard_stream_transfer(card, capture, card->heard,
						 piece);
	}
}

/* Both sides move. Of a playback that stops meanwhile, the rest is silence. */
static void loop(struct oncard_card *card, u32 playback, u32 frames)
{
	u32 capture = playback + 1;
	struct oncard_stream *played = &card->stream[playback];
	struct oncard_stream *captured = &card->stream[capture];
	u32 moved = oncard_stream_transfer(card, playback, card->wire, frames);
	u8 *bytes = card->wire;

	silence(played, bytes + moved * oncard_stream_frame_bytes(played),
		frames - moved);
	if (!as_it_is(played, captured)) {
		bytes = card->heard;
		convert(card, played, captured, frames);
	}
	oncard_stream_transfer(card, capture, bytes, frames);
}

/* Frames that both have moved in a row. */
static u32 loop_both(struct oncard_card *card, u32 playback, u32 frames)
{
	struct oncard_stream *played = &card->stream[playback];
	struct oncard_stream *captured = played + 1;
	u32 moved = 0;

	while (moved < frames && played->running && captured->running) {
		u32 piece = frames_on_wire(played, frames - moved);

		piece = frames_on_wire(captured, piece);
		loop(card, playback, piece);
		moved += piece;
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
	play(card, playback, to_play);
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
