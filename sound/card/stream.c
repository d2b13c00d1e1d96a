// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's streams: descriptors are fetched one by one as the sample clock
 * reaches them, and frames are moved between the memory they name and the wire
 * that loops playback back to capture, see wire.c. A malformed list stops the stream with
 * an error code; it never makes the card touch what no descriptor named.
 */
#include "descriptor.h"
#include "sample.h"
#include "stream.h"

static u32 channels(const struct oncard_stream *stream)
{
	return stream->format & ONCARD_FORMAT_CHANNELS_MASK;
}

/* Bytes of a frame, of a stream with a valid format. */
u32 oncard_stream_frame_bytes(const struct oncard_stream *stream)
{
	return oncard_sample_bytes(stream->format) * channels(stream);
}

static bool is_format(u32 format)
{
	u32 known = ONCARD_FORMAT_CHANNELS_MASK | ONCARD_FORMAT_SAMPLE_MASK |
		    ONCARD_FORMAT_BIG;
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
	if (stream->rate * channels(stream) > ONCARD_STREAM_SAMPLES_PER_SECOND)
		return false;
	if (stream->rate * oncard_stream_frame_bytes(stream) >
	    ONCARD_STREAM_BYTES_PER_SECOND)
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
	stream->end_from = 0;
	stream->data_left = ONCARD_NO_END;
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
	u32 error = oncard_list_fetch(card, &stream->list,
				      oncard_stream_frame_bytes(stream));

	return error ? fail(card, index, error) : true;
}

/*
 * Move frames that lie in one segment. What a playback sends to nobody need not be read
 * from the card's own memory, where it is known what answers.
 */
static bool move(struct oncard_card *card, u32 index, u8 *bytes, u32 length)
{
	const struct oncard_list *list = &card->stream[index].list;

	if (index & 1)
		return oncard_store(card, list->segment_local, list->segment,
				    bytes, length);
	if (!bytes && list->segment_local)
		return oncard_local_memory(card, list->segment, length);
	return oncard_load(card, list->segment_local, list->segment,
			   bytes ? bytes : card->wire, length);
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

	if (!move(card, index, bytes, length))
		return fail(card, index, ONCARD_ERROR_ADDRESS);
	if (!(index & 1))
		end_data(stream, bytes, frames);
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
