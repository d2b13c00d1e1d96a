// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's streams: descriptors are fetched one by one as the sample clock
 * reaches them, and frames are moved between the memory they name and the wire
 * that loops playback back to capture. A malformed list stops the stream with
 * an error code; it never makes the card touch what no descriptor named.
 */
#include "descriptor.h"
#include "stream.h"

static u32 sample_bytes(const struct oncard_stream *stream)
{
	return (stream->format & ONCARD_FORMAT_WIDTH_MASK) ==
			       ONCARD_FORMAT_S16 ?
		       2 :
		       4;
}

static u32 channels(const struct oncard_stream *stream)
{
	return stream->format & ONCARD_FORMAT_CHANNELS_MASK;
}

u32 oncard_stream_frame_bytes(const struct oncard_stream *stream)
{
	return sample_bytes(stream) * channels(stream);
}

/* Whether the registers describe a stream that the card can run. */
bool oncard_stream_valid(const struct oncard_stream *stream)
{
	u32 width = stream->format & ONCARD_FORMAT_WIDTH_MASK;
	u32 known = ONCARD_FORMAT_WIDTH_MASK | ONCARD_FORMAT_CHANNELS_MASK;

	if (!stream->ready)
		return false;
	if (width != ONCARD_FORMAT_S16 && width != ONCARD_FORMAT_S32)
		return false;
	if (stream->format & ~known)
		return false;
	if (!channels(stream) || channels(stream) > ONCARD_CHANNELS_MAX)
		return false;
	if (stream->rate < ONCARD_RATE_MIN || stream->rate > ONCARD_RATE_MAX)
		return false;
	if (!stream->buffer || !stream->period)
		return false;
	if (stream->period > stream->buffer)
		return false;
	return stream->list.count &&
	       stream->list.count <= ONCARD_DESCRIPTORS_MAX;
}

void oncard_stream_reset(struct oncard_stream *stream)
{
	stream->error = ONCARD_ERROR_NONE;
	stream->ready = true;
	stream->position = 0;
	stream->period_left = stream->period;
	oncard_list_rewind(&stream->list);
}

static bool fail(struct oncard_card *card, u32 index, u32 error)
{
	card->stream[index].running = false;
	card->stream[index].error = error;
	card->irq_status |= ONCARD_IRQ_ERROR(index);
	return false;
}

static bool fetch_descriptor(struct oncard_card *card, u32 index)
{
	struct oncard_stream *stream = &card->stream[index];
	u32 error = oncard_list_fetch(card, &stream->list,
				      oncard_stream_frame_bytes(stream));

	return error ? fail(card, index, error) : true;
}

static void samples_to_wire(const struct oncard_stream *stream, const u8 *bytes,
			    struct oncard_frame *wire, u32 frames)
{
	u32 width = sample_bytes(stream);
	u32 frame, channel;

	for (frame = 0; frame < frames; frame++) {
		for (channel = 0; channel < channels(stream); channel++) {
			wire[frame].sample[channel] =
				width == 2 ? (s32)((u32)bytes[0] << 16 |
						   (u32)bytes[1] << 24) :
					     (s32)oncard_le32_at(bytes);
			bytes += width;
		}
		if (channels(stream) == 1)
			wire[frame].sample[1] = wire[frame].sample[0];
	}
}

static void samples_from_wire(const struct oncard_stream *stream, u8 *bytes,
			      const struct oncard_frame *wire, u32 frames)
{
	u32 width = sample_bytes(stream);
	u32 frame, channel, byte;

	for (frame = 0; frame < frames; frame++) {
		for (channel = 0; channel < channels(stream); channel++) {
			u32 sample = wire[frame].sample[channel];

			for (byte = 0; byte < width; byte++)
				*bytes++ = sample >> 8 * (4 - width + byte);
		}
	}
}

/* Move frames that lie in one segment; their bytes fit on the stack. */
#define RUN_FRAMES      32U
#define FRAME_BYTES_MAX (4 * ONCARD_CHANNELS_MAX)

static bool transfer_run(struct oncard_card *card, u32 index,
			 struct oncard_frame *wire, u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];
	u32 length = frames * oncard_stream_frame_bytes(stream);
	u8 bytes[RUN_FRAMES * FRAME_BYTES_MAX];
	bool capture = index & 1;
	bool answered;

	if (capture) {
		samples_from_wire(stream, bytes, wire, frames);
		answered = oncard_store(card, stream->list.segment_local,
					stream->list.segment, bytes, length);
	} else {
		answered = oncard_load(card, stream->list.segment_local,
				       stream->list.segment, bytes, length);
		if (answered)
			samples_to_wire(stream, bytes, wire, frames);
	}
	if (!answered)
		return fail(card, index, ONCARD_ERROR_ADDRESS);

	stream->list.segment += length;
	stream->list.segment_left -= length;
	return true;
}

/* Account for frames that were moved: periods, and the way round the buffer. */
static bool advance(struct oncard_card *card, u32 index, u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];

	stream->position += frames;
	stream->period_left -= frames;
	if (stream->position == stream->buffer) {
		if (stream->list.segment_left ||
		    stream->list.next != stream->list.count)
			return fail(card, index, ONCARD_ERROR_LENGTH);
		stream->position = 0;
		stream->list.next = 0;
	}
	if (!stream->period_left) {
		stream->period_left = stream->period;
		card->irq_status |= ONCARD_IRQ_PERIOD(index);
	}
	return true;
}

/*
 * Move @frames frames between the stream's buffer and @wire. Returns false when
 * the stream stopped with an error; what it had put on the wire stays there.
 */
bool oncard_stream_transfer(struct oncard_card *card, u32 index,
			    struct oncard_frame *wire, u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];

	while (frames) {
		u32 run = min(frames, RUN_FRAMES);

		if (!stream->list.segment_left &&
		    !fetch_descriptor(card, index))
			return false;
		run = min(run, stream->list.segment_left /
				       oncard_stream_frame_bytes(stream));
		run = min(run, stream->period_left);
		run = min(run, stream->buffer - stream->position);
		if (!transfer_run(card, index, wire, run) ||
		    !advance(card, index, run))
			return false;
		wire += run;
		frames -= run;
	}
	return true;
}
