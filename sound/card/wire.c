// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wires from the playbacks to the captures. A capture hears one playback, the sum of
 * all, the test tone, or silence. Where it hears one that has the same format and both
 * have no gain, bytes go over the wire as they are. Otherwise each sample is made an
 * integer, scaled by the gains of both sides, and written in the format of the capture.
 * What is too fast to be mixed is left out.
 *
 * Streams that have the same clock and rate are a group: they move frame by frame
 * together, in pieces. Those of other groups hear silence of each other.
 */
#include "sample.h"
#include "stream.h"
#include "tone.h"
#include "wire.h"

/* What converting a sample costs, compared with moving a byte; and taking it out of its frame. */
#define CONVERSION_COST 9U
#define PLANAR_COST     4U

/* The gain of two streams that leave a sample as it is. */
#define UNITY_TWICE ((u64)ONCARD_GAIN_UNITY * ONCARD_GAIN_UNITY)

static bool is_capture(u32 index)
{
	return index & 1;
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
	return !((played->format ^ captured->format) &
		 ~(u32)ONCARD_FORMAT_PLANAR) &&
	       !is_scaled(played) && !is_scaled(captured);
}

static bool can_be_mixed(const struct oncard_stream *stream)
{
	return oncard_stream_samples_per_second(stream) <=
	       ONCARD_MIX_SAMPLES_PER_SECOND;
}

/* Rounded towards zero, so that sound fades to silence. */
static inline s32 scaled(s32 sample, u64 gain)
{
	return sample * (s64)gain / (s64)UNITY_TWICE;
}

static void repeat(s32 *heard, s32 sample, u32 count)
{
	while (count--)
		*heard++ = sample;
}

/* A channel that was not played is silent; one that was played alone is on all. */
static inline void route(const s32 *played, u32 channels_played, s32 *heard,
			 u32 channels_heard, u32 frames, u64 gain)
{
	u32 both = min(channels_played, channels_heard);
	u32 channel;

	for (; frames; frames--) {
		if (gain == UNITY_TWICE)
			for (channel = 0; channel < both; channel++)
				heard[channel] = played[channel];
		else
			for (channel = 0; channel < both; channel++)
				heard[channel] = scaled(played[channel], gain);
		repeat(heard + both, channels_played == 1 ? heard[0] : 0,
		       channels_heard - both);
		played += channels_played;
		heard += channels_heard;
	}
}

static void silence(const struct oncard_stream *stream, u8 *bytes, u32 frames)
{
	memset(bytes, oncard_sample_silence(stream->format),
	       frames * oncard_stream_frame_bytes(stream));
}

/* The frames that a playback sends, or sent before it stopped with an error. */
static void play(struct oncard_card *card, u32 index, u32 frames, bool heard)
{
	struct oncard_stream *played = &card->stream[index];
	u8 *bytes = heard ? card->wire[index / 2] : NULL;
	u32 moved = oncard_stream_transfer(card, index, bytes, frames);

	if (heard)
		silence(played,
			bytes + moved * oncard_stream_frame_bytes(played),
			frames - moved);
}

static void load(struct oncard_card *card, const struct oncard_stream *played,
		 u32 pair, u32 frames)
{
	oncard_samples_load(played->format, card->wire[pair], card->played,
			    frames * oncard_stream_channels(played));
}

/* Samples of @from channels, scaled and for @to channels: where they are, or in scratch. */
static const s32 *fit(struct oncard_card *card, const s32 *samples, u32 from,
		      u32 to, u32 frames, u64 gain)
{
	if (from != to)
		route(samples, from, card->routed, to, frames, gain);
	else if (gain != UNITY_TWICE)
		route(samples, frames * from, card->routed, frames * to, 1,
		      gain);
	else
		return samples;
	return card->routed;
}

/* Samples of @from channels, as a capture hears them. */
static u8 *store(struct oncard_card *card, const struct oncard_stream *captured,
		 const s32 *samples, u32 from, u32 frames, u64 gain)
{
	const u32 to = oncard_stream_channels(captured);

	samples = fit(card, samples, from, to, frames, gain);
	oncard_samples_store(captured->format, card->heard, samples,
			     frames * to);
	return card->heard;
}

static u8 *hear_playback(struct oncard_card *card,
			 const struct oncard_stream *captured, u32 pair,
			 u32 frames)
{
	const struct oncard_stream *played = &card->stream[2 * pair];

	if (as_it_is(played, captured))
		return card->wire[pair];
	load(card, played, pair, frames);
	return store(card, captured, card->played,
		     oncard_stream_channels(played), frames,
		     (u64)played->gain * captured->gain);
}

static u32 most_channels(const struct oncard_card *card, u32 playbacks)
{
	u32 most = 0;
	u32 pair;

	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		if (playbacks & BIT(2 * pair))
			most = max(most,
				   oncard_stream_channels(&card->stream[2 *
									pair]));
	return most;
}

static void add(struct oncard_card *card, u32 pair, u32 channels, u32 frames)
{
	const struct oncard_stream *played = &card->stream[2 * pair];
	const s64 gain = played->gain;
	const s32 *samples;
	u32 n;

	load(card, played, pair, frames);
	samples = fit(card, card->played, oncard_stream_channels(played),
		      channels, frames, UNITY_TWICE);
	for (n = 0; n < frames * channels; n++)
		card->sum[n] += samples[n] * gain;
}

static s32 limited(s64 sample)
{
	const s64 highest = 0x7fffffff;

	return max(min(sample, highest), -highest - 1);
}

/* The sum of all playbacks, which have @channels at most, by their gains. */
static void mix(struct oncard_card *card, u32 playbacks, u32 channels,
		u32 frames)
{
	u32 pair, n;

	memset(card->sum, 0, frames * channels * sizeof(*card->sum));
	for (pair = 0; pair < ONCARD_PAIRS; pair++)
		if (playbacks & BIT(2 * pair))
			add(card, pair, channels, frames);
	for (n = 0; n < frames * channels; n++)
		card->mix[n] = limited(card->sum[n] / ONCARD_GAIN_UNITY);
}

static u8 *hear_mix(struct oncard_card *card,
		    const struct oncard_stream *captured, u32 playbacks,
		    u32 frames)
{
	return store(card, captured, card->mix, most_channels(card, playbacks),
		     frames, (u64)captured->gain * ONCARD_GAIN_UNITY);
}

static u8 *hear_tone(struct oncard_card *card, struct oncard_stream *captured,
		     u32 frames)
{
	oncard_tone(captured, card->played, frames);
	return store(card, captured, card->played,
		     oncard_stream_channels(captured), frames,
		     (u64)captured->gain * ONCARD_GAIN_UNITY);
}

/**
 * struct piece - frames of a group
 * @streams: that run, a bit each
 * @frames: as many as fit on the wire
 * @heard: playbacks that a capture hears
 * @mixed: playbacks that a capture hears together
 */
struct piece {
	u32 streams;
	u32 frames;
	u32 heard;
	u32 mixed;
};

#define PLAYBACKS 0x55555555U

static void record(struct oncard_card *card, u32 index,
		   const struct piece *piece)
{
	struct oncard_stream *captured = &card->stream[index];
	const u32 frames = piece->frames;
	const u32 source = captured->source;
	u8 *bytes = card->heard;

	if (source < ONCARD_PAIRS && piece->streams & BIT(2 * source))
		bytes = hear_playback(card, captured, source, frames);
	else if (source == ONCARD_SOURCE_MIX && piece->mixed &&
		 can_be_mixed(captured))
		bytes = hear_mix(card, captured, piece->mixed, frames);
	else if (source == ONCARD_SOURCE_TONE)
		bytes = hear_tone(card, captured, frames);
	else
		silence(captured, bytes, frames);
	oncard_stream_transfer(card, index, bytes, frames);
}

/* Those of @streams that run, and @frames of them at most. */
static struct piece next_piece(const struct oncard_card *card, u32 streams,
			       u32 frames)
{
	struct piece piece = { .frames = frames };
	u32 index, can_be = 0;
	bool mix = false;

	for (index = 0; index < ONCARD_STREAMS; index++) {
		const struct oncard_stream *stream = &card->stream[index];
		u32 fit;

		if (!(streams & BIT(index)) || !stream->running)
			continue;
		fit = ONCARD_WIRE_BYTES / oncard_stream_frame_bytes(stream);
		piece.frames = min(piece.frames, fit);
		piece.streams |= BIT(index);
		if (!is_capture(index))
			can_be |= can_be_mixed(stream) ? BIT(index) : 0;
		else if (stream->source < ONCARD_PAIRS)
			piece.heard |= BIT(2 * stream->source);
		else if (stream->source == ONCARD_SOURCE_MIX)
			mix = true;
	}
	piece.mixed = mix ? can_be : 0;
	return piece;
}

static void move_piece(struct oncard_card *card, const struct piece *piece)
{
	const u32 playbacks = piece->streams & PLAYBACKS;
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index += 2)
		if (playbacks & BIT(index))
			play(card, index, piece->frames,
			     (piece->heard | piece->mixed) & BIT(index));
	if (piece->mixed)
		mix(card, piece->mixed, most_channels(card, piece->mixed),
		    piece->frames);
	for (index = 1; index < ONCARD_STREAMS; index += 2)
		if (piece->streams & BIT(index))
			record(card, index, piece);
}

/* The streams of a group move on by so many frames, unless they stop. */
void oncard_wire_step(struct oncard_card *card, u32 group, u32 frames)
{
	while (frames) {
		struct piece piece = next_piece(card, group, frames);

		if (!piece.streams)
			break;
		move_piece(card, &piece);
		frames -= piece.frames;
	}
}

/* What moving the frames of a stream costs in a second, in bytes. */
static u32 moving_cost(const struct oncard_stream *stream)
{
	u32 bytes = oncard_stream_frame_bytes(stream);

	if (stream->format & ONCARD_FORMAT_PLANAR)
		bytes += oncard_stream_channels(stream) * PLANAR_COST;
	return stream->rate * bytes;
}

/* What converting does, of a stream with @channels. */
static u32 converting_cost(const struct oncard_stream *stream, u32 channels)
{
	return stream->rate * channels * CONVERSION_COST;
}

static bool is_mixed(const struct oncard_card *card)
{
	u32 index;

	for (index = 1; index < ONCARD_STREAMS; index += 2)
		if (card->stream[index].running &&
		    card->stream[index].source == ONCARD_SOURCE_MIX)
			return true;
	return false;
}

static u32 hearing_cost(const struct oncard_card *card,
			const struct oncard_stream *captured)
{
	const u32 channels = oncard_stream_channels(captured);
	const struct oncard_stream *played;

	if (captured->source == ONCARD_SOURCE_MIX ||
	    captured->source == ONCARD_SOURCE_TONE)
		return converting_cost(captured, channels);
	if (captured->source >= ONCARD_PAIRS)
		return 0;
	played = &card->stream[2 * captured->source];
	if (!played->running || played->rate != captured->rate ||
	    as_it_is(played, captured))
		return 0;
	return converting_cost(captured,
			       max(channels, oncard_stream_channels(played)));
}

/* What a stream that runs costs in a second of its clock, in bytes that are moved. */
u32 oncard_wire_cost(const struct oncard_card *card, u32 index)
{
	const struct oncard_stream *stream = &card->stream[index];
	u32 cost = moving_cost(stream);

	if (is_capture(index))
		cost += hearing_cost(card, stream);
	else if (can_be_mixed(stream) && is_mixed(card))
		cost += converting_cost(stream, oncard_stream_channels(stream));
	return cost;
}
