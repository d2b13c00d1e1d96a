// SPDX-License-Identifier: GPL-2.0
/*
 * The card's streams: descriptors are fetched one by one as the sample clock
 * reaches them, and frames are moved between the memory they name and the wire
 * that loops playback back to capture. A malformed list stops the stream with
 * an error code; it never makes the card touch what no descriptor named.
 */
#include "stream.h"

static u32 le32_at(const u8 *bytes)
{
	return bytes[0] | (u32)bytes[1] << 8 | (u32)bytes[2] << 16 |
	       (u32)bytes[3] << 24;
}

static u64 le64_at(const u8 *bytes)
{
	return le32_at(bytes) | (u64)le32_at(bytes + 4) << 32;
}

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
	return stream->list_count &&
	       stream->list_count <= ONCARD_DESCRIPTORS_MAX;
}

void oncard_stream_reset(struct oncard_stream *stream)
{
	stream->error = ONCARD_ERROR_NONE;
	stream->ready = true;
	stream->position = 0;
	stream->period_left = stream->period;
	stream->next_descriptor = 0;
	stream->segment = 0;
	stream->segment_left = 0;
	stream->segment_local = false;
}

static bool fail(struct oncard_card *card, u32 index, u32 error)
{
	card->stream[index].running = false;
	card->stream[index].error = error;
	card->irq_status |= ONCARD_IRQ_ERROR(index);
	return false;
}

/* The card's own memory at @address, or NULL when not all of it lies there. */
static u8 *local_memory(const struct oncard_card *card, u64 address, u32 length)
{
	u64 offset = address - card->memory_base;

	if (address < card->memory_base || offset >= card->memory_size ||
	    length > card->memory_size - offset)
		return NULL;
	return card->memory + offset;
}

static bool card_load(const struct oncard_card *card, bool local, u64 address,
		      void *to, u32 length)
{
	const u8 *from;

	if (!local)
		return !card->bus->read(card->host, address, to, length);
	from = local_memory(card, address, length);
	if (from)
		memcpy(to, from, length);
	return from;
}

static bool card_store(const struct oncard_card *card, bool local, u64 address,
		       const void *from, u32 length)
{
	u8 *to;

	if (!local)
		return !card->bus->write(card->host, address, from, length);
	to = local_memory(card, address, length);
	if (to)
		memcpy(to, from, length);
	return to;
}

/* Whether the card has the address lines for @length bytes, at least 1, there. */
static bool has_lines_for(const struct oncard_card *card, u64 address,
			  u32 length)
{
	u64 last = address + (length - 1);

	return last >= address &&
	       (card->address_bits == 64 || !(last >> card->address_bits));
}

static bool fetch_descriptor(struct oncard_card *card, u32 index)
{
	struct oncard_stream *stream = &card->stream[index];
	bool wide = stream->list_mode & ONCARD_LIST_WIDE;
	u32 bytes = wide ? ONCARD_DESCRIPTOR_WIDE_BYTES :
			   ONCARD_DESCRIPTOR_NARROW_BYTES;
	u64 at = stream->list + (u64)stream->next_descriptor * bytes;
	u8 descriptor[ONCARD_DESCRIPTOR_WIDE_BYTES];
	u32 length;

	if (stream->next_descriptor >= stream->list_count)
		return fail(card, index, ONCARD_ERROR_LENGTH);
	if (!has_lines_for(card, at, bytes))
		return fail(card, index, ONCARD_ERROR_WIDTH);
	if (!card_load(card, stream->list_mode & ONCARD_LIST_LOCAL, at,
		       descriptor, bytes))
		return fail(card, index, ONCARD_ERROR_ADDRESS);

	length = le32_at(descriptor + (wide ? 8 : 4));
	stream->segment = wide ? le64_at(descriptor) : le32_at(descriptor);
	stream->segment_left = length & ONCARD_DESCRIPTOR_LENGTH_MASK;
	stream->segment_local = length & ONCARD_DESCRIPTOR_LOCAL;
	if (!stream->segment_left ||
	    stream->segment_left % oncard_stream_frame_bytes(stream) ||
	    (wide && le32_at(descriptor + 12)))
		return fail(card, index, ONCARD_ERROR_DESCRIPTOR);
	if (!has_lines_for(card, stream->segment, stream->segment_left))
		return fail(card, index, ONCARD_ERROR_WIDTH);

	stream->next_descriptor++;
	card->fetched++;
	return true;
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
					     (s32)le32_at(bytes);
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
		answered = card_store(card, stream->segment_local,
				      stream->segment, bytes, length);
	} else {
		answered = card_load(card, stream->segment_local,
				     stream->segment, bytes, length);
		if (answered)
			samples_to_wire(stream, bytes, wire, frames);
	}
	if (!answered)
		return fail(card, index, ONCARD_ERROR_ADDRESS);

	stream->segment += length;
	stream->segment_left -= length;
	return true;
}

/* Account for frames that were moved: periods, and the way round the buffer. */
static bool advance(struct oncard_card *card, u32 index, u32 frames)
{
	struct oncard_stream *stream = &card->stream[index];

	stream->position += frames;
	stream->period_left -= frames;
	if (stream->position == stream->buffer) {
		if (stream->segment_left ||
		    stream->next_descriptor != stream->list_count)
			return fail(card, index, ONCARD_ERROR_LENGTH);
		stream->position = 0;
		stream->next_descriptor = 0;
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

		if (!stream->segment_left && !fetch_descriptor(card, index))
			return false;
		run = min(run, stream->segment_left /
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
