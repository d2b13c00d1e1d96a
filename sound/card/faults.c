// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a broken or hostile card does. Everything that is made up comes from a seed,
 * and depends on nothing but the accesses made since it was given.
 *
 * The card behind its registers works on: it plays, moves bytes, and is well again as
 * soon as its faults are taken away. A driver cannot know that.
 */
#include "card.h"

const char *const oncard_fault_names[ONCARD_FAULTS] = {
	[ONCARD_FAULT_STUCK_POSITION] = "stuck-position",
	[ONCARD_FAULT_WILD_POSITION] = "wild-position",
	[ONCARD_FAULT_JUMPING_POSITION] = "jumping-position",
	[ONCARD_FAULT_LOST_INTERRUPTS] = "lost-interrupts",
	[ONCARD_FAULT_FLOOD_INTERRUPTS] = "flood-interrupts",
	[ONCARD_FAULT_STUCK_LINE] = "stuck-line",
	[ONCARD_FAULT_BAD_ERRORS] = "bad-errors",
	[ONCARD_FAULT_NEVER_STOPS] = "never-stops",
	[ONCARD_FAULT_ALL_ONES] = "all-ones",
	[ONCARD_FAULT_FICKLE] = "fickle",
	[ONCARD_FAULT_ENGINE_HANGS] = "engine-hangs",
	[ONCARD_FAULT_ENGINE_EARLY] = "engine-early",
	[ONCARD_FAULT_ENGINE_TWICE] = "engine-twice",
	[ONCARD_FAULT_ENGINE_OVERCOUNTS] = "engine-overcounts",
};

/* What flood-interrupts raises again and again: pair 0 and the copy engine. */
#define FLOODED \
	(ONCARD_IRQ_PERIOD(0) | ONCARD_IRQ_PERIOD(1) | ONCARD_IRQ_ENGINE_DONE)

/* What bad-errors may raise: every error, and bits that mean nothing. */
#define BAD_ERRORS 0xfffffe00

/* bad-errors strikes once in so many steps. */
#define BAD_ERRORS_EVERY 8

/* xorshift64*; the upper half is the better one */
static u32 next_random(struct oncard_faults *faults)
{
	u64 x = faults->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	faults->random = x;
	return x * 0x2545f4914f6cdd1dULL >> 32;
}

bool oncard_has_fault(const struct oncard_card *card, enum oncard_fault fault)
{
	return card->faults.kinds & BIT(fault);
}

/**
 * oncard_faults_set() - say what is wrong with a card from now on
 * @card: the card, after power-on
 * @kinds: bits of enum oncard_fault, any at once; 0: nothing
 * @seed: for what is made up
 */
void oncard_faults_set(struct oncard_card *card, u32 kinds, u64 seed)
{
	u32 index;

	card->faults.kinds = kinds;
	card->faults.random = seed ? seed : 1;
	card->faults.acknowledged = 0;
	for (index = 0; index < ONCARD_STREAMS; index++)
		card->faults.held[index] = card->stream[index].position;
}

/* --- registers --- */

static u32 position(struct oncard_card *card, u32 index, u32 value)
{
	u32 buffer = card->stream[index].buffer;

	if (oncard_has_fault(card, ONCARD_FAULT_STUCK_POSITION))
		value = card->faults.held[index];
	if (oncard_has_fault(card, ONCARD_FAULT_JUMPING_POSITION) && buffer)
		value = next_random(&card->faults) % buffer;
	if (oncard_has_fault(card, ONCARD_FAULT_WILD_POSITION))
		value = next_random(&card->faults);
	return value;
}

static u32 stream_register(struct oncard_card *card, u32 offset, u32 value)
{
	u32 from_first = offset - ONCARD_REG_STREAM(0, 0);
	u32 index = from_first / ONCARD_STREAM_STRIDE;

	switch (from_first % ONCARD_STREAM_STRIDE) {
	case ONCARD_STREAM_POSITION:
		return position(card, index, value);
	case ONCARD_STREAM_ERROR:
		if (oncard_has_fault(card, ONCARD_FAULT_BAD_ERRORS))
			return next_random(&card->faults);
		return value;
	default:
		return value;
	}
}

static u32 global_register(struct oncard_card *card, u32 offset, u32 value)
{
	switch (offset) {
	case ONCARD_REG_IRQ_STATUS:
		if (oncard_has_fault(card, ONCARD_FAULT_FLOOD_INTERRUPTS))
			return value | (card->irq_enable & FLOODED);
		return value;
	case ONCARD_REG_ENGINE_STATUS:
		if (oncard_has_fault(card, ONCARD_FAULT_ENGINE_EARLY) &&
		    value == ONCARD_ENGINE_RUNNING)
			return ONCARD_ENGINE_DONE;
		return value;
	case ONCARD_REG_ENGINE_ERROR:
		if (oncard_has_fault(card, ONCARD_FAULT_BAD_ERRORS))
			return next_random(&card->faults);
		return value;
	case ONCARD_REG_ENGINE_DONE_LO:
		if (oncard_has_fault(card, ONCARD_FAULT_ENGINE_OVERCOUNTS))
			return value + 1 + next_random(&card->faults) % 65536;
		return value;
	default:
		return value;
	}
}

/* What a read shows of a register that in truth holds @value. */
u32 oncard_faults_read(struct oncard_card *card, u32 offset, u32 value)
{
	if (!card->faults.kinds)
		return value;
	if (offset >= ONCARD_REG_STREAM(0, 0) &&
	    offset < ONCARD_REG_STREAM(ONCARD_STREAMS, 0))
		value = stream_register(card, offset, value);
	else
		value = global_register(card, offset, value);

	if (oncard_has_fault(card, ONCARD_FAULT_FICKLE) &&
	    next_random(&card->faults) & 1)
		value ^= BIT(next_random(&card->faults) % 32);
	if (oncard_has_fault(card, ONCARD_FAULT_ALL_ONES))
		value = ~0U;
	return value;
}

/* The first acknowledge of the engine's interrupt is lost, and every other. */
static void acknowledge(struct oncard_card *card, u32 value)
{
	if (value & card->irq_status & ONCARD_IRQ_ENGINE_DONE &&
	    !(card->faults.acknowledged++ & 1))
		value &= ~ONCARD_IRQ_ENGINE_DONE;
	card->irq_status &= ~value;
}

/* A stream that is reset shows position 0 for as long as its position is stuck. */
static void reset_held(struct oncard_card *card, u32 offset)
{
	u32 index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (offset == ONCARD_REG_STREAM(index, ONCARD_STREAM_CONTROL))
			card->faults.held[index] = 0;
}

/* Whether a write has the effect that it should have. */
bool oncard_faults_write(struct oncard_card *card, u32 offset, u32 value)
{
	bool stops = offset == ONCARD_REG_RUN_CLEAR ||
		     (offset == ONCARD_REG_ENGINE_CONTROL &&
		      value & ONCARD_ENGINE_ABORT);

	if (oncard_has_fault(card, ONCARD_FAULT_ALL_ONES))
		return false;
	if (stops && oncard_has_fault(card, ONCARD_FAULT_NEVER_STOPS))
		return false;
	if (offset == ONCARD_REG_IRQ_STATUS &&
	    oncard_has_fault(card, ONCARD_FAULT_ENGINE_TWICE)) {
		acknowledge(card, value);
		return false;
	}
	reset_held(card, offset);
	return true;
}

/* --- the interrupt line --- */

/* Whether the line is up. */
bool oncard_faults_line(const struct oncard_card *card)
{
	if (oncard_has_fault(card, ONCARD_FAULT_STUCK_LINE))
		return true;
	if (oncard_has_fault(card, ONCARD_FAULT_LOST_INTERRUPTS) ||
	    oncard_has_fault(card, ONCARD_FAULT_ALL_ONES))
		return false;
	if (oncard_has_fault(card, ONCARD_FAULT_FLOOD_INTERRUPTS) &&
	    card->irq_enable & FLOODED)
		return true;
	return card->irq_status & card->irq_enable;
}

/* What happens by itself as time goes by. */
void oncard_faults_step(struct oncard_card *card)
{
	if (oncard_has_fault(card, ONCARD_FAULT_BAD_ERRORS) &&
	    next_random(&card->faults) % BAD_ERRORS_EVERY == 0)
		card->irq_status |= next_random(&card->faults) & BAD_ERRORS;
	if (oncard_has_fault(card, ONCARD_FAULT_ENGINE_EARLY) &&
	    card->engine.status == ONCARD_ENGINE_RUNNING)
		card->irq_status |= ONCARD_IRQ_ENGINE_DONE;
}

/* --- names --- */

static bool is_separator(char c)
{
	return c == ' ' || c == ',' || c == '\t' || c == '\n';
}

static bool word_is(const char *word, u32 length, const char *name)
{
	return strlen(name) == length && !memcmp(word, name, length);
}

/* "seed=N", decimal; above 0, and what fits. */
static bool parse_seed(const char *word, u32 length, u64 *seed)
{
	static const char prefix[] = "seed=";
	u32 at = sizeof(prefix) - 1;
	u64 number = 0;

	if (length <= at || memcmp(word, prefix, at))
		return false;
	for (; at < length; at++) {
		u32 digit = word[at] - '0';

		if (digit > 9 || number >= 1ULL << 60)
			return false;
		number = number * 10 + digit;
	}
	*seed = number;
	return number;
}

static bool parse_word(const char *word, u32 length,
		       struct oncard_fault_words *words)
{
	u32 kind;

	for (kind = 0; kind < ONCARD_FAULTS; kind++) {
		if (!word_is(word, length, oncard_fault_names[kind]))
			continue;
		words->kinds |= BIT(kind);
		return true;
	}
	return word_is(word, length, "none") ||
	       parse_seed(word, length, &words->seed);
}

/**
 * oncard_faults_parse() - find out which kinds of faults a text names
 * @text: names, separated by blanks or commas, and perhaps "seed=N"; "none" adds none
 * @words: what it comes to
 *
 * Return: 0, or -EINVAL with @words->bad.
 */
int oncard_faults_parse(const char *text, struct oncard_fault_words *words)
{
	memset(words, 0, sizeof(*words));
	words->seed = 1;
	while (*text) {
		u32 length = 0;

		while (text[length] && !is_separator(text[length]))
			length++;
		if (length && !parse_word(text, length, words)) {
			words->bad = text;
			words->bad_length = length;
			return -EINVAL;
		}
		text += length ? length : 1;
	}
	return 0;
}
