/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oncard audio card as a register-level model: plain C, no clock and no
 * locks of its own. Whoever hosts it (the kernel's board.c, a unit test) hands
 * it the time, carries its register accesses and its bus traffic, and samples
 * its interrupt line.
 */
#ifndef ONCARD_CARD_H
#define ONCARD_CARD_H

#include "../../dma-core/plain.h"
#include "faults.h"
#include "regs.h"

/* What goes over the wire of a playback at a time; any frame is shorter. */
#define ONCARD_WIRE_BYTES 1024U

/**
 * struct oncard_bus - the system bus as the card sees it
 * @read: copy @length bytes at bus address @address to @to;
 *	0, or a negative errno when nothing answers there
 * @write: the same in the other direction
 */
struct oncard_bus {
	int (*read)(void *host, u64 address, void *to, u32 length);
	int (*write)(void *host, u64 address, const void *from, u32 length);
};

/**
 * struct oncard_list - a list of descriptors, and how far it was read
 * @address: where it lies
 * @count: descriptors in it
 * @mode: ONCARD_LIST_* bits
 * @next: index of the descriptor to fetch next
 * @segment: where the rest of the current descriptor's memory begins
 * @segment_left: bytes left there
 * @segment_local: @segment lies in the card's memory
 */
struct oncard_list {
	u64 address;
	u32 count;
	u32 mode;

	u32 next;
	u64 segment;
	u32 segment_left;
	bool segment_local;
};

/**
 * struct oncard_stream - one direction of one pair
 * @format: ONCARD_STREAM_FORMAT
 * @rate: Hz
 * @buffer: frames
 * @period: frames
 * @list: the pieces of the buffer
 * @error: ONCARD_ERROR_* of the last start or transfer
 * @ready: reset since its description was last written; only then it can run
 * @running: the clock moves this stream
 * @position: frame within the buffer that is transferred next
 * @period_left: frames until the next period interrupt
 * @end_from: ONCARD_STREAM_END_FROM
 * @data_left: frames until silence, or ONCARD_NO_END
 * @gain: ONCARD_STREAM_GAIN
 * @source: ONCARD_STREAM_SOURCE, of a capture
 * @started: its clock at the last start, in ns
 * @tone_phase: of the test tone, in parts of a turn: 2^32 of them
 */
struct oncard_stream {
	u32 format;
	u32 rate;
	u32 buffer;
	u32 period;
	struct oncard_list list;

	u32 error;
	bool ready;
	bool running;
	u32 position;
	u32 period_left;
	u32 end_from;
	u32 data_left;
	u32 gain;
	u32 source;
	u64 started;
	u32 tone_phase;
};

/**
 * struct oncard_clock - what moves a pair's playback, and the captures that hear it
 * @now: ns
 * @rest: what it is behind, in parts of a ns: ONCARD_SHIFT_NONE of them
 * @shift: ONCARD_STREAM_SHIFT
 */
struct oncard_clock {
	u64 now;
	u32 rest;
	u32 shift;
};

/**
 * struct oncard_engine - the copy engine
 * @list: the pieces of one side of a transfer, in memory of either kind
 * @memory: the other side, one piece of the card's memory
 * @direction: ONCARD_ENGINE_TO_CARD or ONCARD_ENGINE_FROM_CARD
 * @status: ONCARD_ENGINE_IDLE and so on
 * @error: ONCARD_ERROR_* of the last transfer
 * @done: bytes moved since the last start
 */
struct oncard_engine {
	struct oncard_list list;
	u64 memory;
	u32 direction;

	u32 status;
	u32 error;
	u64 done;
};

/**
 * struct oncard_card - one card
 * @bus: how to reach the system's memory
 * @host: handed to @bus
 * @memory: the card's memory
 * @memory_base: the card's own address of its memory's first byte
 * @memory_size: bytes
 * @address_bits: address lines, for its memory and for the bus
 * @host_now: the host's time at the last step, in ns
 * @clock: the card's clock, in ns since power-on
 * @pair_clock: the sample clocks
 * @irq_status: ONCARD_IRQ_* that happened
 * @irq_enable: ONCARD_IRQ_* that raise the line
 * @fetched: descriptors read since power-on
 * @stream: playback and capture streams in turn
 * @engine: the copy engine
 * @faults: what is wrong with the card
 * @wire: scratch: frames of each playback, as they were played
 * @heard: scratch: frames as they are recorded
 * @planar: scratch: frames of one channel
 * @played: scratch: the samples that were played
 * @routed: scratch: the same for the channels that are recorded
 * @sum: scratch: the samples of all playbacks
 * @mix: scratch: the same, none louder than full scale
 */
struct oncard_card {
	const struct oncard_bus *bus;
	void *host;
	u8 *memory;
	u64 memory_base;
	u64 memory_size;
	u32 address_bits;

	u64 host_now;
	u64 clock;
	struct oncard_clock pair_clock[ONCARD_PAIRS];
	u32 irq_status;
	u32 irq_enable;
	u64 fetched;
	struct oncard_stream stream[ONCARD_STREAMS];
	struct oncard_engine engine;
	struct oncard_faults faults;
	u8 wire[ONCARD_PAIRS][ONCARD_WIRE_BYTES];
	u8 heard[ONCARD_WIRE_BYTES];
	u8 planar[ONCARD_WIRE_BYTES];
	s32 played[ONCARD_WIRE_BYTES];
	s32 routed[ONCARD_WIRE_BYTES];
	s64 sum[ONCARD_WIRE_BYTES];
	s32 mix[ONCARD_WIRE_BYTES];
};

#define ONCARD_NO_EVENT (~0ULL)

/* A register of an address's low half, and one of its high half, is written. */
static inline u64 oncard_with_low(u64 address, u32 low)
{
	return (address & ~0xffffffffULL) | low;
}

static inline u64 oncard_with_high(u64 address, u32 high)
{
	return (address & 0xffffffffULL) | (u64)high << 32;
}

void oncard_card_power_on(struct oncard_card *card, u64 now);
void oncard_card_step(struct oncard_card *card, u64 now);
u64 oncard_card_slice(const struct oncard_card *card);
bool oncard_card_is_timed(u32 offset);
u64 oncard_card_next_event(const struct oncard_card *card);
bool oncard_card_interrupt(const struct oncard_card *card);
u32 oncard_card_read(struct oncard_card *card, u32 offset);
void oncard_card_write(struct oncard_card *card, u32 offset, u32 value);

#endif /* ONCARD_CARD_H */
