// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's streams: descriptors are fetched one by one as the sample clock
 * reaches them, and frames are moved between the memory they name and the wire
 * that loops playback back to capture, see wire.c. On the wire, frames are interleaved,
 * however they lie in memory. A malformed list stops the stream with an error code; it
 * never makes the card touch what no descriptor named.
 */
#include "descriptor.h"
#include "sample.h"
#include "stream.h"

u32 oncard_stream_channels(const struct oncard_stream *stream)
{
	return stream->format & ONCARD_FORMAT_CHANNELS_MASK;
}

u32 oncard_stream_samples_per_second(const struct oncard_stream *stream)
{
	return stream->rate * oncard_stream_channels(stream);
}

/* Bytes of a frame, of a stream with a valid format. */
u32 oncard_stream_frame_bytes(const struct oncard_stream *stream)
{
	return oncard_sample_bytes(stream->format) *
	       oncard_stream_channels(stream);
}

static bool is_planar(const struct oncard_stream *stream)
{
	return stream->format & ONCARD_FORMAT_PLANAR;
}

static u32 most_samples_per_second(const struct oncard_stream *stream)
{
	return is_planar(stream) ? ONCARD_PLANAR_SAMPLES_PER_SECOND :
				   ONCARD_STREAM_SAMPLES_PER_SECOND;
}

static bool is_format(u32 format)
{
	u32 known = ONCARD_FORMAT_CHANNELS_MASK | ONCARD_FORMAT_SAMPLE_MASK |
		    ONCARD_FORMAT_BIG | ONCARD_FORMAT_PLANAR;
	u32 count = format & ONCARD_FORMAT_CHANNELS_MASK;

	return !(format & ~known) && oncard_sample_bytes(format) && count &&
	       count <= ONCARD_CHANNELS_MAX;
}

/* Whether the registers describe a stream that the card can run. */
bool oncard_stream_valid(const struct oncard_stream *stream)
{
	if (!stream->ready || !is_format(stream->format))
		return false;
	if (stream->rate < ONCARD_RATE_MIN || stream->rate > ONCARD_RATE_MAX)
		return false;
	if (oncard_stream_samples_per_second(stream) >
	    most_samples_per_second(stream))
		return false;
	if (stream->rate * oncard_stream_frame_bytes(stream) >
	    ONCARD_STREAM_BYTES_PER_SECOND)
		return false;
	if (!stream->buffer || !stream->period)
		return false;
	if (stream->period > stream->buffer)
		return false;
	if (is_planar(stream) && stream->list.count != 1)
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
	stream->end_from = 0;
	stream->data_left = ONCARD_NO_END;
	stream->tone_phase = 0;
	oncard_list_rewind(&stream->list);
}

/*
 * Data ends @frames behind the frame end_from. Of these, some may have been played since
 * the one who says so looked: less than a buffer.
 */
void oncard_stream_end(struct oncard_stream *stream, u32 frames)
{
	u32 played = stream->position - stream->end_from;

	if (stream->position < stream->end_from)
		played += stream->buffer;
	if (frames != ONCARD_NO_END)
		frames -= min(frames, played);
	stream->data_left = frames;
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
	const u32 frame_bytes = oncard_stream_frame_bytes(stream);
	u32 error = oncard_list_fetch(card, &stream->list, frame_bytes);

	/* (where a channel begins depends on it) */
	if (!error && is_planar(stream) &&
	    stream->list.segment_left / frame_bytes != stream->buffer)
		error = ONCARD_ERROR_LENGTH;
	return error ? fail(card, index, error) : true;
}

/*
 * Move bytes that lie at @address. What a playback sends to nobody need not be read
 * from the card's own memory, where it is known what answers.
 */
static bool move(struct oncard_card *card, u32 index, u64 address, u8 *bytes,
		 u32 length)
{
	const bool local = card->stream[index].list.segment_local;

	if (index & 1)
		return oncard_store(card, local, address, bytes, length);
	if (!bytes && local)
		return oncard_local_memory(card, address, length);
	return oncard_load(card, local, address, bytes ? bytes : card->heard,
			   length);
}

#define COPY_EACH(size)                                                  \
	do {                                                             \
		for (; count; count--, to += to_step, from += from_step) \
			memcpy(to, from, size);                          \
	} while (0)

/* Samples that are so many bytes apart. */
static inline void copy_samples(u8 *to, u32 to_step, const u8 *from,
				u32 from_step, u32 sample_bytes, u32 count)
{
	switch (sample_bytes) {
	case 1:
		COPY_EACH(1);
		break;
	case 2:
		COPY_EACH(2);
		break;
	case 3:
		COPY_EACH(3);
		break;
	case 4:
		COPY_EACH(4);
		break;
	}
}

/**
 * struct oncard_steps - from a sample to the next, in bytes
 * @memory: where channels lie one after the other
 * @wire: where frames do
 */
struct oncard_steps {
	u32 memory;
	u32 wire;
};

/**
 * struct oncard_layout - a stream whose channels lie one after the other
 * @captured: it is a capture
 * @channels: how many
 * @sample_bytes: of a sample
 * @channel: to the next channel of a frame
 * @frame: to the next frame of a channel
 */
struct oncard_layout {
	bool captured;
	u32 channels;
	u32 sample_bytes;
	struct oncard_steps channel;
	struct oncard_steps frame;
};

/* Samples of one channel, or of one frame. */
static void weave_row(const struct oncard_layout *layout,
		      const struct oncard_steps *steps, u8 *memory, u8 *wire,
		      u32 count)
{
	if (layout->captured)
		copy_samples(memory, steps->memory, wire, steps->wire,
			     layout->sample_bytes, count);
	else
		copy_samples(wire, steps->wire, memory, steps->memory,
			     layout->sample_bytes, count);
}

/* (in rows as long as there are) */
static void weave(const struct oncard_layout *layout, u8 *memory, u8 *wire,
		  u32 frames)
{
	const bool by_frame = frames < layout->channels;
	const struct oncard_steps *row = by_frame ? &layout->channel :
						    &layout->frame;
	const struct oncard_steps *next = by_frame ? &layout->frame :
						     &layout->channel;
	const u32 count = max(frames, layout->channels);
	u32 rows = min(frames, layout->channels);

	for (; rows; rows--) {
		weave_row(layout, row, memory, wire, count);
		memory += next->memory;
		wire += next->wire;
	}
}

/* Straight to or from the card's own memory, all of which is looked at once. */
static bool weave_local(struct oncard_card *card, u32 index,
			const struct oncard_layout *layout, u8 *wire,
			u32 frames)
{
	const struct oncard_stream *stream = &card->stream[index];
	u8 *memory =
		oncard_local_memory(card, stream->list.segment,
				    layout->channels * layout->channel.memory);

	if (!memory)
		return false;
	if (wire)
		weave(layout, memory + stream->position * layout->sample_bytes,
		      wire, frames);
	return true;
}

/* One channel, which lies at @address on the bus. */
static bool weave_channel(struct oncard_card *card, u32 index,
			  const struct oncard_layout *layout, u64 address,
			  u8 *wire, u32 frames)
{
	const u32 length = frames * layout->sample_bytes;

	if (wire && layout->captured)
		weave_row(layout, &layout->frame, card->planar, wire, frames);
	if (!move(card, index, address, card->planar, length))
		return false;
	if (wire && !layout->captured)
		weave_row(layout, &layout->frame, card->planar, wire, frames);
	return true;
}

static bool weave_bus(struct oncard_card *card, u32 index,
		      const struct oncard_layout *layout, u8 *wire, u32 frames)
{
	const struct oncard_stream *stream = &card->stream[index];
	u64 address = stream->list.segment +
		      (u64)stream->position * layout->sample_bytes;
	u32 channel;

	for (channel = 0; channel < layout->channels; channel++) {
		if (!weave_channel(card, index, layout, address, wire, frames))
			return false;
		address += layout->channel.memory;
		if (wire)
			wire += layout->channel.wire;
	}
	return true;
}

static bool move_planar(struct oncard_card *card, u32 index, u8 *bytes,
			u32 frames)
{
	const struct oncard_stream *stream = &card->stream[index];
	const u32 sample_bytes = oncard_sample_bytes(stream->format);
	const struct oncard_layout layout = {
		.captured = index & 1,
		.channels = oncard_stream_channels(stream),
		.sample_bytes = sample_bytes,
		.channel = { .memory = stream->buffer * sample_bytes,
			     .wire = sample_bytes },
		.frame = { .memory = sample_bytes,
			   .wire = oncard_stream_frame_bytes(stream) },
	};

	return stream->list.segment_local ?
		       weave_local(card, index, &layout, bytes, frames) :
		       weave_bus(card, index, &layout, bytes, frames);
}

static bool move_interleaved(struct oncard_card *card, u32 index, u8 *bytes,
			     u32 length)
{
	struct oncard_list *list = &card->stream[index].list;

	if (!move(card, index, list->segment, bytes, length))
		return false;
	list->segment += length;
	return true;
}

/* Behind the end of data there is silence, whatever lies in the buffer. */
static void end_data(struct oncard_stream *stream, u8 *bytes, u32 frames)
{
	u32 frame_bytes = oncard_stream_frame_bytes(stream);
	u32 data = min(frames, stream->data_left);

	if (stream->data_left == ONCARD_NO_END)
		return;
	if (bytes)
		memset(bytes + data * frame_bytes,
		       oncard_sample_silence(stream->format),
		       (frames - data) * frame_bytes);
	stream->data_left -= data;
}

static bool transfer_run(struct oncard_card *card, u32 index, u8 *bytes,
			 u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];
	u32 length = frames * oncard_stream_frame_bytes(stream);
	bool moved = is_planar(stream) ?
			     move_planar(card, index, bytes, frames) :
			     move_interleaved(card, index, bytes, length);

	if (!moved)
		return fail(card, index, ONCARD_ERROR_ADDRESS);
	if (!(index & 1))
		end_data(stream, bytes, frames);
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
 * Move @frames frames, at most ONCARD_WIRE_BYTES, between the stream's buffer and @bytes;
 * of a playback, @bytes may be NULL: nobody listens. Returns how many were moved; less than
 * @frames when the stream stopped with an error.
 */
u32 oncard_stream_transfer(struct oncard_card *card, u32 index, u8 *bytes,
			   u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];
	u32 frame_bytes = oncard_stream_frame_bytes(stream);
	u32 moved = 0;

	while (moved < frames) {
		u8 *at = bytes ? bytes + moved * frame_bytes : NULL;
		u32 run;

		if (!stream->list.segment_left &&
		    !fetch_descriptor(card, index))
			break;
		run = min(frames - moved,
			  stream->list.segment_left / frame_bytes);
		run = min(run, stream->period_left);
		run = min(run, stream->buffer - stream->position);
		if (!transfer_run(card, index, at, run))
			break;
		moved += run;
		if (!advance(card, index, run))
			break;
	}
	return moved;
}
