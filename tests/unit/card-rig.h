/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card's model on the host, with memory of its own and a bus on which a little
 * memory answers. For unit tests, after cmocka.h.
 */
#ifndef CARD_RIG_H
#define CARD_RIG_H

#include <stdlib.h>

#include "sound/card/card.h"

#define BASE     0x80000000ULL
#define MEMORY   0x10000
#define BUS_BASE 0x1234500000ULL
#define SECOND   1000000000ULL

struct rig {
	struct oncard_card card;
	u8 memory[MEMORY];
	u8 bus[MEMORY];
	u64 now;
};

static inline u8 *bus_at(struct rig *rig, u64 address, u32 length)
{
	if (address < BUS_BASE || address - BUS_BASE > MEMORY - length)
		return NULL;
	return rig->bus + (address - BUS_BASE);
}

static inline int bus_read(void *host, u64 address, void *to, u32 length)
{
	u8 *from = bus_at(host, address, length);

	if (!from)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}

static inline int bus_write(void *host, u64 address, const void *from,
			    u32 length)
{
	u8 *to = bus_at(host, address, length);

	if (!to)
		return -EFAULT;
	memcpy(to, from, length);
	return 0;
}

static const struct oncard_bus bus = { .read = bus_read, .write = bus_write };

static inline int power_on(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig->now = 12345;
	rig->card.bus = &bus;
	rig->card.host = rig;
	rig->card.memory = rig->memory;
	rig->card.memory_base = BASE;
	rig->card.memory_size = MEMORY;
	rig->card.address_bits = 64;
	oncard_card_power_on(&rig->card, rig->now);
	*state = rig;
	return 0;
}

static inline int power_off(void **state)
{
	free(*state);
	return 0;
}

static inline void put_le32(u8 *at, u32 value)
{
	for (int byte = 0; byte < 4; byte++)
		at[byte] = value >> 8 * byte;
}

static inline void put_narrow(u8 *list, u32 n, u32 address, u32 length)
{
	put_le32(list + 8 * n, address);
	put_le32(list + 8 * n + 4, length);
}

static inline void put_wide(u8 *list, u32 n, u64 address, u32 length)
{
	put_le32(list + 16 * n, address);
	put_le32(list + 16 * n + 4, address >> 32);
	put_le32(list + 16 * n + 8, length);
	put_le32(list + 16 * n + 12, 0);
}

/* A host that is never late. */
static inline void pass(struct rig *rig, u64 ns)
{
	u64 left = ns;

	while (left) {
		u64 part = min(left, oncard_card_slice(&rig->card));

		rig->now += part;
		left -= part;
		oncard_card_step(&rig->card, rig->now);
	}
}

static inline void fill(u8 *bytes, u32 length, u32 seed)
{
	while (length--) {
		seed = seed * 1664525 + 1013904223;
		*bytes++ = seed >> 24;
	}
}

/* --- streams, whose lists lie in the card's memory --- */

static inline void set_stream(struct rig *rig, u32 stream, u32 reg, u32 value)
{
	oncard_card_write(&rig->card, ONCARD_REG_STREAM(stream, reg), value);
}

static inline u32 get_stream(struct rig *rig, u32 stream, u32 reg)
{
	return oncard_card_read(&rig->card, ONCARD_REG_STREAM(stream, reg));
}

struct stream_setup {
	u32 format;
	u32 rate;
	u32 buffer;
	u32 period;
	u32 count;
	u32 mode;
};

static inline void describe_stream(struct rig *rig, u32 stream, u32 list,
				   const struct stream_setup *setup)
{
	set_stream(rig, stream, ONCARD_STREAM_FORMAT, setup->format);
	set_stream(rig, stream, ONCARD_STREAM_RATE, setup->rate);
	set_stream(rig, stream, ONCARD_STREAM_BUFFER, setup->buffer);
	set_stream(rig, stream, ONCARD_STREAM_PERIOD, setup->period);
	set_stream(rig, stream, ONCARD_STREAM_LIST_LO, BASE + list);
	set_stream(rig, stream, ONCARD_STREAM_LIST_HI, 0);
	set_stream(rig, stream, ONCARD_STREAM_LIST_COUNT, setup->count);
	set_stream(rig, stream, ONCARD_STREAM_LIST_MODE,
		   setup->mode | ONCARD_LIST_LOCAL);
	set_stream(rig, stream, ONCARD_STREAM_CONTROL, ONCARD_CONTROL_RESET);
}

static inline void run_streams(struct rig *rig, u32 streams)
{
	oncard_card_write(&rig->card, ONCARD_REG_RUN_SET, streams);
}

static const struct stream_setup stereo16 = {
	.format = ONCARD_FORMAT_S16 | 2,
	.rate = 48000,
	.buffer = 480,
	.period = 120,
	.count = 1,
};

#define CARD_TEST(function) \
	cmocka_unit_test_setup_teardown(function, power_on, power_off)

#endif /* CARD_RIG_H */
