// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card's copy engine: moves bytes between one piece of the card's memory and
 * the pieces that a list of descriptors names, in the list's order.
 *
 * It takes its time, as an engine on a bus does, so that a driver has to wait for
 * its interrupt, and a transfer can be aborted in the middle. What one step moves is
 * bounded, because whoever hosts the card does not do anything else meanwhile.
 */
#include "descriptor.h"
#include "engine.h"

#define NSEC_PER_USEC 1000U

/* The most that a step moves, descriptors included, however late it comes. */
#define STEP_BYTES 16384U

/* Bytes that the engine could have moved since power-on. */
static u64 bytes_until(u64 clock)
{
	u32 ns;
	u64 usecs = div_u64_rem(clock, NSEC_PER_USEC, &ns);

	return usecs * ONCARD_ENGINE_BYTES_PER_USEC +
	       ns * ONCARD_ENGINE_BYTES_PER_USEC / NSEC_PER_USEC;
}

/* The first instant at which bytes_until() reaches @bytes. */
static u64 clock_of_byte(u64 bytes)
{
	u32 rest;
	u64 usecs = div_u64_rem(bytes, ONCARD_ENGINE_BYTES_PER_USEC, &rest);

	return usecs * NSEC_PER_USEC +
	       (rest * NSEC_PER_USEC + ONCARD_ENGINE_BYTES_PER_USEC - 1) /
		       ONCARD_ENGINE_BYTES_PER_USEC;
}

static bool fail(struct oncard_card *card, u32 error)
{
	card->engine.status = ONCARD_ENGINE_FAILED;
	card->engine.error = error;
	card->irq_status |= ONCARD_IRQ_ENGINE_ERROR;
	return false;
}

static bool described(const struct oncard_engine *engine)
{
	const struct oncard_list *list = &engine->list;

	return list->count && list->count <= ONCARD_DESCRIPTORS_MAX &&
	       !(list->mode & ~(ONCARD_LIST_WIDE | ONCARD_LIST_LOCAL)) &&
	       engine->direction <= ONCARD_ENGINE_FROM_CARD;
}

static void start(struct oncard_card *card)
{
	struct oncard_engine *engine = &card->engine;

	engine->error = ONCARD_ERROR_NONE;
	engine->done = 0;
	oncard_list_rewind(&engine->list);
	if (described(engine))
		engine->status = ONCARD_ENGINE_RUNNING;
	else
		fail(card, ONCARD_ERROR_CONFIG);
}

/* Both sides of a descriptor are checked in whole before its first byte moves. */
static bool fetch(struct oncard_card *card)
{
	struct oncard_engine *engine = &card->engine;
	struct oncard_list *list = &engine->list;
	u64 at = engine->memory + engine->done;
	u32 error = oncard_list_fetch(card, list, 1);

	if (error)
		return fail(card, error);
	if (at < engine->memory ||
	    !oncard_has_lines_for(card, at, list->segment_left))
		return fail(card, ONCARD_ERROR_WIDTH);
	if (!oncard_local_memory(card, at, list->segment_left))
		return fail(card, ONCARD_ERROR_ADDRESS);
	if (list->segment_local &&
	    !oncard_local_memory(card, list->segment, list->segment_left))
		return fail(card, ONCARD_ERROR_ADDRESS);
	return true;
}

static bool move(struct oncard_card *card, u32 length)
{
	struct oncard_engine *engine = &card->engine;
	struct oncard_list *list = &engine->list;
	u8 *memory = oncard_local_memory(card, engine->memory + engine->done,
					 length);
	bool answered;

	if (engine->direction == ONCARD_ENGINE_TO_CARD)
		answered = oncard_load(card, list->segment_local, list->segment,
				       memory, length);
	else
		answered = oncard_store(card, list->segment_local,
					list->segment, memory, length);
	if (!answered)
		return fail(card, ONCARD_ERROR_ADDRESS);
	list->segment += length;
	list->segment_left -= length;
	engine->done += length;
	return true;
}

static void finish(struct oncard_card *card)
{
	card->engine.status = ONCARD_ENGINE_DONE;
	card->irq_status |= ONCARD_IRQ_ENGINE_DONE;
}

/*
 * Let the engine work until @clock. A descriptor that is fetched takes the time of
 * its own bytes, so that a list of crumbs does not make a step longer.
 */
void oncard_engine_step(struct oncard_card *card, u64 clock)
{
	struct oncard_engine *engine = &card->engine;
	struct oncard_list *list = &engine->list;
	u64 due = bytes_until(clock) - bytes_until(card->clock);
	u32 left = due < STEP_BYTES ? due : STEP_BYTES;

	if (oncard_has_fault(card, ONCARD_FAULT_ENGINE_HANGS))
		return;
	while (left && engine->status == ONCARD_ENGINE_RUNNING) {
		u32 bytes = oncard_list_descriptor_bytes(list);

		if (list->segment_left) {
			bytes = min(left, list->segment_left);
			move(card, bytes);
		} else if (list->next == list->count) {
			finish(card);
		} else {
			fetch(card);
		}
		left -= min(left, bytes);
	}
	if (engine->status == ONCARD_ENGINE_RUNNING && !list->segment_left &&
	    list->next == list->count)
		finish(card);
}

/*
 * The card's clock at which a running engine has a step's worth of work done, or all
 * that is left in its last descriptor.
 */
u64 oncard_engine_next_event(const struct oncard_card *card)
{
	const struct oncard_list *list = &card->engine.list;
	u32 bytes = STEP_BYTES;

	if (card->engine.status != ONCARD_ENGINE_RUNNING ||
	    oncard_has_fault(card, ONCARD_FAULT_ENGINE_HANGS))
		return ONCARD_NO_EVENT;
	if (list->next == list->count)
		bytes = min(bytes, list->segment_left);
	return clock_of_byte(bytes_until(card->clock) + bytes);
}

u32 oncard_engine_read(const struct oncard_engine *engine, u32 reg)
{
	switch (reg) {
	case ONCARD_REG_ENGINE_LIST_LO:
		return engine->list.address;
	case ONCARD_REG_ENGINE_LIST_HI:
		return engine->list.address >> 32;
	case ONCARD_REG_ENGINE_LIST_COUNT:
		return engine->list.count;
	case ONCARD_REG_ENGINE_LIST_MODE:
		return engine->list.mode;
	case ONCARD_REG_ENGINE_MEMORY_LO:
		return engine->memory;
	case ONCARD_REG_ENGINE_MEMORY_HI:
		return engine->memory >> 32;
	case ONCARD_REG_ENGINE_DIRECTION:
		return engine->direction;
	case ONCARD_REG_ENGINE_STATUS:
		return engine->status;
	case ONCARD_REG_ENGINE_ERROR:
		return engine->error;
	case ONCARD_REG_ENGINE_DONE_LO:
		return engine->done;
	case ONCARD_REG_ENGINE_DONE_HI:
		return engine->done >> 32;
	default:
		return 0;
	}
}

static void describe(struct oncard_engine *engine, u32 reg, u32 value)
{
	switch (reg) {
	case ONCARD_REG_ENGINE_LIST_LO:
		engine->list.address =
			oncard_with_low(engine->list.address, value);
		break;
	case ONCARD_REG_ENGINE_LIST_HI:
		engine->list.address =
			oncard_with_high(engine->list.address, value);
		break;
	case ONCARD_REG_ENGINE_LIST_COUNT:
		engine->list.count = value;
		break;
	case ONCARD_REG_ENGINE_LIST_MODE:
		engine->list.mode = value;
		break;
	case ONCARD_REG_ENGINE_MEMORY_LO:
		engine->memory = oncard_with_low(engine->memory, value);
		break;
	case ONCARD_REG_ENGINE_MEMORY_HI:
		engine->memory = oncard_with_high(engine->memory, value);
		break;
	case ONCARD_REG_ENGINE_DIRECTION:
		engine->direction = value;
		break;
	}
}

/* A running engine can be aborted, and that is all. */
void oncard_engine_write(struct oncard_card *card, u32 reg, u32 value)
{
	struct oncard_engine *engine = &card->engine;
	bool running = engine->status == ONCARD_ENGINE_RUNNING;
	bool control = reg == ONCARD_REG_ENGINE_CONTROL;

	if (running && control && value & ONCARD_ENGINE_ABORT)
		engine->status = ONCARD_ENGINE_IDLE;
	else if (!running && control && value == ONCARD_ENGINE_START)
		start(card);
	else if (!running && !control)
		describe(engine, reg, value);
}
