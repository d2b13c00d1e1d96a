/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card that is broken, or means harm. What is wrong with it shows where a driver
 * looks: in registers, on the interrupt line, in what becomes of a write.
 */
#ifndef ONCARD_FAULTS_H
#define ONCARD_FAULTS_H

#include "../../dma-core/plain.h"
#include "regs.h"

struct oncard_card;

/* Each is BIT(kind) in struct oncard_faults. */
enum oncard_fault {
	ONCARD_FAULT_STUCK_POSITION,
	ONCARD_FAULT_WILD_POSITION,
	ONCARD_FAULT_JUMPING_POSITION,
	ONCARD_FAULT_LOST_INTERRUPTS,
	ONCARD_FAULT_FLOOD_INTERRUPTS,
	ONCARD_FAULT_STUCK_LINE,
	ONCARD_FAULT_BAD_ERRORS,
	ONCARD_FAULT_NEVER_STOPS,
	ONCARD_FAULT_ALL_ONES,
	ONCARD_FAULT_FICKLE,
	ONCARD_FAULT_ENGINE_HANGS,
	ONCARD_FAULT_ENGINE_EARLY,
	ONCARD_FAULT_ENGINE_TWICE,
	ONCARD_FAULT_ENGINE_OVERCOUNTS,
	ONCARD_FAULTS,
};

extern const char *const oncard_fault_names[ONCARD_FAULTS];

/**
 * struct oncard_faults - what is wrong with a card
 * @kinds: bits of enum oncard_fault
 * @random: state of what is made up; never 0
 * @held: the position that each stream shows while it is stuck
 * @acknowledged: times that the copy engine's interrupt was, while it comes twice
 */
struct oncard_faults {
	u32 kinds;
	u64 random;
	u32 held[ONCARD_STREAMS];
	u32 acknowledged;
};

/**
 * struct oncard_fault_words - kinds of faults, from text
 * @kinds: bits of enum oncard_fault
 * @seed: that was given, or 1
 * @bad: the first word that is not understood
 * @bad_length: its characters
 */
struct oncard_fault_words {
	u32 kinds;
	u64 seed;
	const char *bad;
	u32 bad_length;
};

int oncard_faults_parse(const char *text, struct oncard_fault_words *words);
void oncard_faults_set(struct oncard_card *card, u32 kinds, u64 seed);

/* For the rest of the model. */
bool oncard_has_fault(const struct oncard_card *card, enum oncard_fault fault);
u32 oncard_faults_read(struct oncard_card *card, u32 offset, u32 value);
bool oncard_faults_write(struct oncard_card *card, u32 offset, u32 value);
bool oncard_faults_line(const struct oncard_card *card);
void oncard_faults_step(struct oncard_card *card);

#endif /* ONCARD_FAULTS_H */
