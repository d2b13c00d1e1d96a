/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board hosts the card's model inside the kernel. What crosses this header is
 * what crosses a connector: register accesses and an interrupt. (The third, the
 * card's memory, the driver reaches by itself.)
 */
#ifndef SND_ONCARD_BOARD_H
#define SND_ONCARD_BOARD_H

#include <linux/types.h>

struct device;
struct oncard_board;

/* what a bus answers to a read where no card is */
#define ONCARD_NOBODY 0xffffffff

/**
 * struct oncard_memory - where a card's memory lies
 * @phys_addr: as the CPU sees it
 * @card_addr: as the card sees it
 * @size: bytes
 * @address_bits: of the card that has it
 * @cached: it is system RAM, mapped write-back like all of it
 */
struct oncard_memory {
	phys_addr_t phys_addr;
	u64 card_addr;
	size_t size;
	unsigned int address_bits;
	bool cached;
};

struct oncard_board *oncard_board_create(struct device *dev,
					 const struct oncard_memory *memory,
					 void (*interrupt)(void *data),
					 void *data);
void oncard_board_unplug(struct oncard_board *board);
bool oncard_board_unplugged(struct oncard_board *board);
void oncard_board_destroy(struct oncard_board *board);
u32 oncard_board_read(struct oncard_board *board, u32 reg);
void oncard_board_write(struct oncard_board *board, u32 reg, u32 value);
u64 oncard_board_longest(struct oncard_board *board);
void oncard_board_synchronize_irq(struct oncard_board *board);
void oncard_board_enable_irq(struct oncard_board *board, bool enable);

/* The back door: misbehave.c */
void oncard_board_set_faults(struct oncard_board *board, u32 kinds, u64 seed);
u32 oncard_board_faults(struct oncard_board *board);

#endif /* SND_ONCARD_BOARD_H */
