// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's registers, its sample clocks and its interrupt line.
 *
 * A playback and the captures that hear it hang on one clock, so that those started by
 * one write to RUN_SET move on the same ticks: frame n of a capture is frame n of the
 * playback it was started with, bit for bit. Unless it is shifted, a pair's clock is the
 * card's. A register access first brings the card up to date; a position that was read is
 * therefore never older than the read, and everything before it has really been moved.
 */
#include "engine.h"
#include "stream.h"
#include "wire.h"

#define NSEC_PER_SECOND 1000000000U

/*
 * The work of a step is bounded, because whoever hosts the card does nothing else
 * meanwhile: in bytes that are moved, between all streams. A host that comes later than
 * that (or later than STALL_MAX) gets a card whose clock stood still, not one that plays
 * what was missed in one go.
 */
#define SLICE_BYTES 16384U
#define STALL_MAX   NSEC_PER_SECOND

/* The longest sleep that a host is asked for: far from being taken for a stall. */
#define SLEEP_MAX (STALL_MAX / 10)

static u64 frames_until(u64 clock, u32 rate)
{
	u32 ns;
	u64 seconds = div_u64_rem(clock, NSEC_PER_SECOND, &ns);

	return seconds * rate + div_u64((u64)ns * rate, NSEC_PER_SECOND);
}

/* The first instant at which frames_until() reaches @frames. */
static u64 clock_of_frame(u64 frames, u32 rate)
{
	u32 rest;
	u64 seconds = div_u64_rem(frames, rate, &rest);

	return seconds * NSEC_PER_SECOND +
	       div_u64((u64)rest * NSEC_PER_SECOND + rate - 1, rate);
}

/* A capture that hears one playback has its clock; of others it is that of its pair. */
static u32 clock_of(const struct oncard_card *card, u32 index)
{
	u32 source = card->stream[index].source;

	return index & 1 && source < ONCARD_PAIRS ? source : index / 2;
}

/* The clock goes on while the card's does by @ns. */
static void advance_clock(struct oncard_clock *clock, u64 ns)
{
	clock->now += div_u64_rem(ns * clock->shift + clock->rest,
				  ONCARD_SHIFT_NONE, &clock->rest);
}

/* How far the card's clock has to go until this one is at @then, at most about @longest. */
static u64 card_time_until(const struct oncard_clock *clock, u64 then,
			   u64 longest)
{
	u64 parts = min(then - clock->now, longest) * ONCARD_SHIFT_NONE;

	if (parts > clock->rest)
		parts -= clock->rest;
	else
		parts = 0;
	return div_u64(parts + clock->shift - 1, clock->shift);
}

static u32 running_streams(const struct oncard_card *card)
{
	u32 run = 0;
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (card->stream[index].running)
			run |= BIT(index);
	return run;
}

static bool same_time(const struct oncard_clock *a,
		      const struct oncard_clock *b)
{
	return a->now == b->now && a->rest == b->rest && a->shift == b->shift;
}

/* Those of @streams that move with the first of them, frame by frame. */
static u32 group_of_first(const struct oncard_card *card, u32 streams)
{
	const u32 first = __ffs64(streams);
	const struct oncard_clock *clock =
		&card->pair_clock[clock_of(card, first)];
	u32 group = BIT(first);
	u32 index;

	for (index = first + 1; index < ONCARD_STREAMS; index++)
		if (streams & BIT(index) &&
		    card->stream[index].rate == card->stream[first].rate &&
		    same_time(&card->pair_clock[clock_of(card, index)], clock))
			group |= BIT(index);
	return group;
}

/* All clocks go on by @ns of the card's, and the streams with them, a group at a time. */
static void move_streams(struct oncard_card *card, u64 ns)
{
	u32 left = running_streams(card);
	u64 from[ONCARD_PAIRS];
	u32 pair;

	for (pair = 0; pair < ONCARD_PAIRS; pair++) {
		from[pair] = card->pair_clock[pair].now;
		advance_clock(&card->pair_clock[pair], ns);
	}
	while (left) {
		const u32 group = group_of_first(card, left);
		const u32 first = __ffs64(left);
		const u32 rate = card->stream[first].rate;
		const u32 clock = clock_of(card, first);

		oncard_wire_step(card, group,
				 frames_until(card->pair_clock[clock].now,
					      rate) -
					 frames_until(from[clock], rate));
		left &= ~group;
	}
}

/* What a stream costs in a second of the card's clock. */
static u32 cost_of_stream(const struct oncard_card *card, u32 index)
{
	if (!card->stream[index].running)
		return 0;
	return div_u64((u64)oncard_wire_cost(card, index) *
			       card->pair_clock[clock_of(card, index)].shift,
		       ONCARD_SHIFT_NONE);
}

/**
 * oncard_card_slice() - how much time a step can make up for
 * @card: the card
 *
 * Return: ns; of a step that comes later, the rest is lost.
 */
u64 oncard_card_slice(const struct oncard_card *card)
{
	const u64 longest = STALL_MAX;
	u64 ns = longest;
	u32 cost = 0;
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		cost += cost_of_stream(card, index);
	if (cost)
		ns = div_u64((u64)SLICE_BYTES * NSEC_PER_SECOND, cost);
	return min(ns, longest);
}

/**
 * oncard_card_power_on() - put the card into its state after power-on
 * @card: with what is above @host_now in struct oncard_card filled in
 * @now: the host's time in ns, any epoch
 */
void oncard_card_power_on(struct oncard_card *card, u64 now)
{
	u32 index;

	card->host_now = now;
	card->clock = 0;
	card->irq_status = 0;
	card->irq_enable = 0;
	card->fetched = 0;
	memset(card->stream, 0, sizeof(card->stream));
	memset(card->pair_clock, 0, sizeof(card->pair_clock));
	for (index = 0; index < ONCARD_STREAMS; index++) {
		card->stream[index].gain = ONCARD_GAIN_UNITY;
		card->stream[index].source = ONCARD_SOURCE_PLAYBACK(index / 2);
		card->pair_clock[index / 2].shift = ONCARD_SHIFT_NONE;
	}
	memset(&card->engine, 0, sizeof(card->engine));
	oncard_faults_set(card, 0, 0);
}

/**
 * oncard_card_step() - let the card work until @now
 * @card: the card
 * @now: the host's time in ns; an earlier time than at the last step is ignored,
 *	and of one that is later than oncard_card_slice(), the rest
 */
void oncard_card_step(struct oncard_card *card, u64 now)
{
	u64 ns;

	if (now <= card->host_now)
		return;
	ns = min(now - card->host_now, oncard_card_slice(card));
	move_streams(card, ns);
	oncard_engine_step(card, card->clock + ns);
	oncard_faults_step(card);
	card->clock += ns;
	card->host_now = now;
}

/**
 * oncard_card_next_event() - when the card has to be stepped next
 * @card: the card
 *
 * Return: the host's time, in ns, of the next period boundary of any running
 * stream or the next step of a running copy engine, or what can be made up for, or a tenth
 * of a second, from the last step if that is sooner; ONCARD_NO_EVENT when nothing runs.
 */
u64 oncard_card_next_event(const struct oncard_card *card)
{
	u64 event = oncard_engine_next_event(card);
	u64 sleep;
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index++) {
		const struct oncard_stream *stream = &card->stream[index];
		const struct oncard_clock *clock =
			&card->pair_clock[clock_of(card, index)];
		u64 frame;

		if (!stream->running)
			continue;
		frame = frames_until(clock->now, stream->rate) +
			stream->period_left;
		frame = clock_of_frame(frame, stream->rate);
		event = min(event, card->clock + card_time_until(clock, frame,
								 STALL_MAX));
	}
	if (event == ONCARD_NO_EVENT)
		return event;
	sleep = min(oncard_card_slice(card) / 2, (u64)SLEEP_MAX);
	return card->host_now + min(event - card->clock, sleep);
}

/**
 * oncard_card_interrupt() - the level of the card's interrupt line
 * @card: the card
 *
 * Return: true while an enabled interrupt is pending.
 */
bool oncard_card_interrupt(const struct oncard_card *card)
{
	return oncard_faults_line(card);
}

/* A clock that moves no stream is the card's; only one that does departs from it. */
static void align_clocks(struct oncard_card *card)
{
	u32 in_use = 0;
	u32 index, pair;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (card->stream[index].running)
			in_use |= BIT(clock_of(card, index));
	for (pair = 0; pair < ONCARD_PAIRS; pair++) {
		if (in_use & BIT(pair))
			continue;
		card->pair_clock[pair].now = card->clock;
		card->pair_clock[pair].rest = 0;
	}
}

static void start_streams(struct oncard_card *card, u32 set)
{
	u32 index;

	align_clocks(card);
	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct oncard_stream *stream = &card->stream[index];

		if (!(set & BIT(index)) || stream->running)
			continue;
		if (stream->error || !oncard_stream_valid(stream)) {
			if (!stream->error)
				stream->error = ONCARD_ERROR_CONFIG;
			card->irq_status |= ONCARD_IRQ_ERROR(index);
			continue;
		}
		stream->running = true;
		stream->started = card->pair_clock[clock_of(card, index)].now;
	}
}

static void stop_streams(struct oncard_card *card, u32 clear)
{
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (clear & BIT(index))
			card->stream[index].running = false;
}

static bool is_engine_register(u32 offset)
{
	return offset >= ONCARD_REG_ENGINE && offset < ONCARD_REG_ENGINE_END;
}

/* The stream that a register belongs to, or ONCARD_STREAMS for none. */
static u32 stream_of_register(u32 offset)
{
	if (offset < ONCARD_REG_STREAM(0, 0) ||
	    offset >= ONCARD_REG_STREAM(ONCARD_STREAMS, 0))
		return ONCARD_STREAMS;
	return (offset - ONCARD_REG_STREAM(0, 0)) / ONCARD_STREAM_STRIDE;
}

/**
 * oncard_card_is_timed() - whether a register has to do with the passing of time
 * @offset: ONCARD_REG_*
 *
 * Return: true when the card has to be stepped before the register is read or written.
 */
bool oncard_card_is_timed(u32 offset)
{
	return offset >= ONCARD_REG_RUN;
}

static u32 read_stream(const struct oncard_card *card, u32 index, u32 reg)
{
	const struct oncard_stream *stream = &card->stream[index];

	switch (reg) {
	case ONCARD_STREAM_FORMAT:
		return stream->format;
	case ONCARD_STREAM_RATE:
		return stream->rate;
	case ONCARD_STREAM_BUFFER:
		return stream->buffer;
	case ONCARD_STREAM_PERIOD:
		return stream->period;
	case ONCARD_STREAM_LIST_LO:
		return stream->list.address;
	case ONCARD_STREAM_LIST_HI:
		return stream->list.address >> 32;
	case ONCARD_STREAM_LIST_COUNT:
		return stream->list.count;
	case ONCARD_STREAM_LIST_MODE:
		return stream->list.mode;
	case ONCARD_STREAM_POSITION:
		return stream->position;
	case ONCARD_STREAM_ERROR:
		return stream->error;
	case ONCARD_STREAM_END_FROM:
		return stream->end_from;
	case ONCARD_STREAM_END:
		return stream->data_left;
	case ONCARD_STREAM_GAIN:
		return stream->gain;
	case ONCARD_STREAM_SHIFT:
		return card->pair_clock[index / 2].shift;
	case ONCARD_STREAM_SOURCE:
		return stream->source;
	default:
		return 0;
	}
}

static bool is_time_register(u32 offset)
{
	return offset >= ONCARD_REG_CLOCK_LO(0) &&
	       offset < ONCARD_REG_STARTED_LO(ONCARD_STREAMS);
}

static u32 read_time(const struct oncard_card *card, u32 offset)
{
	u32 high = offset & 4 ? 32 : 0;
	u32 index;

	if (offset & 3)
		return 0;
	if (offset < ONCARD_REG_STARTED_LO(0)) {
		index = (offset - ONCARD_REG_CLOCK_LO(0)) / 8;
		return card->pair_clock[index].now >> high;
	}
	index = (offset - ONCARD_REG_STARTED_LO(0)) / 8;
	return card->stream[index].started >> high;
}

static u32 read_register(const struct oncard_card *card, u32 offset)
{
	u32 index = stream_of_register(offset);

	if (index < ONCARD_STREAMS)
		return read_stream(card, index, offset % ONCARD_STREAM_STRIDE);
	if (is_engine_register(offset))
		return oncard_engine_read(&card->engine, offset);
	if (is_time_register(offset))
		return read_time(card, offset);

	switch (offset) {
	case ONCARD_REG_ID:
		return ONCARD_ID_VALUE;
	case ONCARD_REG_VERSION:
		return ONCARD_VERSION_VALUE;
	case ONCARD_REG_MEMORY_BASE_LO:
		return card->memory_base;
	case ONCARD_REG_MEMORY_BASE_HI:
		return card->memory_base >> 32;
	case ONCARD_REG_MEMORY_SIZE_LO:
		return card->memory_size;
	case ONCARD_REG_MEMORY_SIZE_HI:
		return card->memory_size >> 32;
	case ONCARD_REG_PAIRS:
		return ONCARD_PAIRS;
	case ONCARD_REG_ADDRESS_BITS:
		return card->address_bits;
	case ONCARD_REG_IRQ_STATUS:
		return card->irq_status;
	case ONCARD_REG_IRQ_ENABLE:
		return card->irq_enable;
	case ONCARD_REG_RUN:
		return running_streams(card);
	case ONCARD_REG_FETCHED_LO:
		return card->fetched;
	case ONCARD_REG_FETCHED_HI:
		return card->fetched >> 32;
	default:
		return 0;
	}
}

/**
 * oncard_card_read() - read a register
 * @card: the card, stepped to the time of the access
 * @offset: ONCARD_REG_*
 *
 * Return: the register's value; 0 where there is no register.
 */
u32 oncard_card_read(struct oncard_card *card, u32 offset)
{
	return oncard_faults_read(card, offset, read_register(card, offset));
}

static void describe_stream(struct oncard_stream *stream, u32 reg, u32 value)
{
	/* A running stream's description is latched. */
	if (stream->running)
		return;

	switch (reg) {
	case ONCARD_STREAM_FORMAT:
		stream->format = value;
		break;
	case ONCARD_STREAM_RATE:
		stream->rate = value;
		break;
	case ONCARD_STREAM_BUFFER:
		stream->buffer = value;
		break;
	case ONCARD_STREAM_PERIOD:
		stream->period = value;
		break;
	case ONCARD_STREAM_LIST_LO:
		stream->list.address =
			oncard_with_low(stream->list.address, value);
		break;
	case ONCARD_STREAM_LIST_HI:
		stream->list.address =
			oncard_with_high(stream->list.address, value);
		break;
	case ONCARD_STREAM_LIST_COUNT:
		stream->list.count = value;
		break;
	case ONCARD_STREAM_LIST_MODE:
		stream->list.mode = value;
		break;
	default:
		return;
	}
	stream->ready = false;
}

static void write_stream(struct oncard_card *card, u32 index, u32 reg,
			 u32 value)
{
	struct oncard_stream *stream = &card->stream[index];

	switch (reg) {
	case ONCARD_STREAM_CONTROL:
		if (!stream->running && value & ONCARD_CONTROL_RESET)
			oncard_stream_reset(stream);
		break;
	case ONCARD_STREAM_END_FROM:
		stream->end_from = value;
		break;
	case ONCARD_STREAM_END:
		oncard_stream_end(stream, value);
		break;
	case ONCARD_STREAM_GAIN:
		stream->gain = min(value, (u32)ONCARD_GAIN_UNITY);
		break;
	case ONCARD_STREAM_SHIFT:
		value = max(value, (u32)ONCARD_SHIFT_MIN);
		card->pair_clock[index / 2].shift =
			min(value, (u32)ONCARD_SHIFT_MAX);
		break;
	case ONCARD_STREAM_SOURCE:
		align_clocks(card);
		if (value > ONCARD_SOURCE_SILENCE)
			value = ONCARD_SOURCE_SILENCE;
		stream->source = value;
		break;
	default:
		describe_stream(stream, reg, value);
	}
}

/**
 * oncard_card_write() - write a register
 * @card: the card, stepped to the time of the access
 * @offset: ONCARD_REG_*; a write where there is no register has no effect
 * @value: what to write
 */
void oncard_card_write(struct oncard_card *card, u32 offset, u32 value)
{
	u32 index = stream_of_register(offset);

	if (!oncard_faults_write(card, offset, value))
		return;
	if (index < ONCARD_STREAMS) {
		write_stream(card, index, offset % ONCARD_STREAM_STRIDE, value);
		return;
	}
	if (is_engine_register(offset)) {
		oncard_engine_write(card, offset, value);
		return;
	}

	switch (offset) {
	case ONCARD_REG_IRQ_STATUS:
		card->irq_status &= ~value;
		break;
	case ONCARD_REG_IRQ_ENABLE:
		card->irq_enable = value;
		break;
	case ONCARD_REG_RUN_SET:
		start_streams(card, value);
		break;
	case ONCARD_REG_RUN_CLEAR:
		stop_streams(card, value);
		break;
	}
}
