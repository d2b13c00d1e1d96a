// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running streams are watched: a card may report any position, interrupt without end,
 * or not at all. Whatever does not fit the buffer or the time that has passed is
 * reported, and the stream that it belongs to is stopped with an xrun; the others run
 * on. A client that prepares its stream again gives the card another chance.
 *
 * What a stream is held to is guarded by the lock of its substream; what concerns
 * interrupts, by being touched by the card's interrupt alone while the stream runs.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "board.h"
#include "compat.h"
#include "irq.h"
#include "oncard.h"
#include "watch.h"

/* A position may be so far ahead of time: cards move in bursts. */
#define POSITION_SLACK_NS NSEC_PER_MSEC

/* So many interrupts may come before their time: handlers run late. */
#define INTERRUPTS_SLACK 8

/* A look at the card every so often, for the watch; and how patient it is. */
#define TICK_MIN_NS (20 * NSEC_PER_MSEC)
#define TICK_MAX_NS (500 * NSEC_PER_MSEC)
#define TICKS_MAX   4
#define SILENCE_NS  NSEC_PER_SEC
#define PERIODS_MAX 4

/* Interrupts without a cause, one after the other, until the line is given up. */
#define SPURIOUS_MAX 100

static u64 frames_to_ns(const struct oncard_watch *watch, u64 frames)
{
	u64 unshifted = mul_u64_u32_div(frames, NSEC_PER_SEC, watch->rate);

	return mul_u64_u32_div(unshifted, ONCARD_SHIFT_NONE,
			       READ_ONCE(watch->shift));
}

/*
 * Half a buffer and any number of whole ones: a card that goes round in a small buffer
 * is not seen twice at the same place.
 */
static u64 tick_ns(const struct oncard_watch *watch)
{
	u64 buffer = frames_to_ns(watch, watch->buffer);
	u64 turns = div64_u64(TICK_MIN_NS, buffer);

	return min_t(u64, turns * buffer + buffer / 2, TICK_MAX_NS);
}

static void arm(struct oncard_watch *watch)
{
	hrtimer_start(&watch->timer, ns_to_ktime(tick_ns(watch)),
		      HRTIMER_MODE_REL_SOFT);
}

/* --- a card that is not there --- */

/* Have each stream looked at now, by its own watch. */
static void look_at_all(struct oncard *chip)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		if (READ_ONCE(chip->watch[index].running))
			hrtimer_start(&chip->watch[index].timer, 0,
				      HRTIMER_MODE_REL_SOFT);
}

/**
 * oncard_silent() - find out whether a card does not answer
 * @chip: the card
 *
 * What nobody answers reads as ones. Reported once, until the card answers again; not
 * of a card that was taken down.
 *
 * Context: any.
 * Return: true when it does not answer.
 */
bool oncard_silent(struct oncard *chip)
{
	bool silent = oncard_board_read(chip->board, ONCARD_REG_ID) ==
		      ONCARD_NOBODY;

	if (READ_ONCE(chip->gone))
		return silent;
	if (silent && !test_and_set_bit(0, &chip->silent)) {
		oncard_report(chip,
			      "the card does not answer: its registers read all ones; its streams are stopped\n");
		look_at_all(chip);
	} else if (!silent && test_and_clear_bit(0, &chip->silent)) {
		dev_info_ratelimited(chip->dev, "the card answers again\n");
	}
	return silent;
}

/* --- positions --- */

static bool no_such_position(struct oncard *chip, unsigned int index,
			     u32 position)
{
	if (!oncard_silent(chip))
		oncard_report(chip,
			      "stream %u: position %u outside of a buffer of %u frames\n",
			      index, position, chip->watch[index].buffer);
	return false;
}

/**
 * oncard_watch_position() - read a stream's position, and judge it
 * @chip: the card
 * @index: of the stream, prepared
 * @position: set to frames within the buffer, when they are believed
 *
 * Context: the substream is locked.
 * Return: false when the card's word is not to be believed; it was reported.
 */
bool oncard_watch_position(struct oncard *chip, unsigned int index,
			   u32 *position)
{
	u32 reg = ONCARD_REG_STREAM(index, ONCARD_STREAM_POSITION);
	struct oncard_watch *watch = &chip->watch[index];
	u64 before = ktime_get_ns();
	u32 value = oncard_board_read(chip->board, reg);
	u64 after = ktime_get_ns();
	u32 moved;

	if (value >= watch->buffer)
		return no_such_position(chip, index, value);
	moved = value - watch->position;
	if (value < watch->position)
		moved += watch->buffer;
	if (!oncard_pace_advance(&watch->pace, before, after,
				 frames_to_ns(watch, moved),
				 POSITION_SLACK_NS)) {
		oncard_report(chip,
			      "stream %u: position %u after %u is ahead of time\n",
			      index, value, watch->position);
		return false;
	}
	if (moved) {
		watch->moved = after;
		watch->still = 0;
	}
	watch->position = value;
	*position = value;
	return true;
}

/**
 * oncard_watch_shift() - hold a stream to another pace of its clock
 * @chip: the card
 * @index: of the stream
 * @shift: ONCARD_STREAM_SHIFT
 *
 * How far it has moved by now is judged by the pace before; of two, the card has to have
 * the slower one meanwhile.
 *
 * Context: process context.
 */
void oncard_watch_shift(struct oncard *chip, unsigned int index, u32 shift)
{
	struct snd_pcm_substream *substream = READ_ONCE(chip->substream[index]);
	struct oncard_watch *watch = &chip->watch[index];
	bool well = true;
	u32 position;

	if (!substream) {
		WRITE_ONCE(watch->shift, shift);
		return;
	}
	snd_pcm_stream_lock_irq(substream);
	if (watch->running)
		well = oncard_watch_position(chip, index, &position);
	WRITE_ONCE(watch->shift, shift);
	snd_pcm_stream_unlock_irq(substream);
	if (!well)
		snd_pcm_stop_xrun(substream);
}

/* --- interrupts --- */

static bool too_many(struct oncard_watch *watch, u64 now)
{
	u64 period = frames_to_ns(watch, watch->period);

	watch->heard = now;
	watch->unheard = 0;
	return !oncard_pace_advance(&watch->interrupts, now, now, period,
				    INTERRUPTS_SLACK * period);
}

static void stop_flooded(struct oncard *chip, unsigned int index)
{
	struct snd_pcm_substream *substream = READ_ONCE(chip->substream[index]);

	oncard_enable_interrupts(chip, ONCARD_IRQ_PERIOD(index), 0);
	oncard_report(chip, "stream %u: more interrupts than periods; masked\n",
		      index);
	if (substream)
		snd_pcm_stop_xrun(substream);
}

static void no_cause(struct oncard *chip)
{
	WRITE_ONCE(chip->spurious, chip->spurious + 1);
	if (chip->spurious < SPURIOUS_MAX)
		return;
	oncard_board_enable_irq(chip->board, false);
	oncard_report(chip,
		      "%u interrupts without a cause: the line is switched off\n",
		      SPURIOUS_MAX);
}

/**
 * oncard_watch_line() - listen to the card's interrupts, perhaps again
 * @chip: the card
 *
 * Context: any.
 */
void oncard_watch_line(struct oncard *chip)
{
	WRITE_ONCE(chip->spurious, 0);
	oncard_board_enable_irq(chip->board, true);
}

/**
 * oncard_watch_interrupts() - judge what an interrupt says
 * @chip: the card
 * @status: ONCARD_REG_IRQ_STATUS, as read
 *
 * Context: the card's interrupt.
 * Return: the bits of @status to act upon.
 */
u32 oncard_watch_interrupts(struct oncard *chip, u32 status)
{
	u64 now = ktime_get_ns();
	unsigned int index;

	if (status == ONCARD_NOBODY && oncard_silent(chip))
		status = 0;
	status &= READ_ONCE(chip->irq_enable);
	if (!status) {
		no_cause(chip);
		return 0;
	}
	WRITE_ONCE(chip->spurious, 0);
	for (index = 0; index < ONCARD_STREAMS; index++) {
		u32 bit = ONCARD_IRQ_PERIOD(index);

		if (!(status & bit) || !READ_ONCE(chip->watch[index].running) ||
		    !too_many(&chip->watch[index], now))
			continue;
		stop_flooded(chip, index);
		status &= ~bit;
	}
	return status;
}

/* --- what does not happen --- */

static bool is_silent(const struct oncard_watch *watch, u64 now)
{
	s64 patience = max_t(s64, SILENCE_NS,
			     PERIODS_MAX * frames_to_ns(watch, watch->period));

	return watch->wakeups && watch->unheard > TICKS_MAX &&
	       (s64)(now - watch->heard) > patience;
}

/* Whether all is well with a running stream. */
static bool look(struct oncard *chip, struct oncard_watch *watch)
{
	u64 now;
	u32 position;

	watch->still++;
	watch->unheard++;
	if (!oncard_watch_position(chip, watch->index, &position))
		return false;
	now = ktime_get_ns();
	if (watch->still > TICKS_MAX && now - watch->moved > SILENCE_NS) {
		oncard_report(chip, "stream %u: position %u stands still\n",
			      watch->index, position);
		return false;
	}
	if (!is_silent(watch, now))
		return true;
	oncard_report(chip, "stream %u: no interrupt for %llu ms\n",
		      watch->index, div_u64(now - watch->heard, NSEC_PER_MSEC));
	return false;
}

static enum hrtimer_restart watch_tick(struct hrtimer *timer)
{
	struct oncard_watch *watch =
		container_of(timer, struct oncard_watch, timer);
	struct oncard *chip = watch->chip;
	struct snd_pcm_substream *substream =
		READ_ONCE(chip->substream[watch->index]);
	bool well = true;
	unsigned long flags;

	if (!substream)
		return HRTIMER_NORESTART;
	snd_pcm_stream_lock_irqsave(substream, flags);
	if (watch->running) {
		well = look(chip, watch);
		if (well)
			arm(watch);
	}
	snd_pcm_stream_unlock_irqrestore(substream, flags);
	if (!well)
		snd_pcm_stop_xrun(substream);
	return HRTIMER_NORESTART;
}

/* --- beginning and end --- */

static u32 interrupts_of(const struct oncard_watch *watch)
{
	return ONCARD_IRQ_ERROR(watch->index) |
	       (watch->wakeups ? ONCARD_IRQ_PERIOD(watch->index) : 0);
}

/**
 * oncard_watch_prepare() - note what a stream will be held to
 * @chip: the card
 * @index: of the stream, stopped
 * @runtime: how it is prepared
 *
 * Context: process context.
 */
void oncard_watch_prepare(struct oncard *chip, unsigned int index,
			  const struct snd_pcm_runtime *runtime)
{
	struct oncard_watch *watch = &chip->watch[index];

	watch->rate = runtime->rate;
	watch->buffer = runtime->buffer_size;
	watch->period = runtime->period_size;
	watch->wakeups = !runtime->no_period_wakeup;
	watch->position = 0;
	watch->paused = 0;
}

static void begin(struct oncard_watch *watch, u64 now)
{
	if (watch->paused) {
		oncard_pace_skip(&watch->pace, now - watch->paused);
		oncard_pace_skip(&watch->interrupts, now - watch->paused);
	} else {
		oncard_pace_start(&watch->pace, now);
		oncard_pace_start(&watch->interrupts, now);
		watch->asked = jiffies;
	}
	watch->paused = 0;
	watch->moved = now;
	watch->heard = now;
	watch->still = 0;
	watch->unheard = 0;
	WRITE_ONCE(watch->running, true);
	arm(watch);
}

/**
 * oncard_watch_start() - streams are about to run
 * @chip: the card
 * @streams: their bits
 *
 * Their interrupts are enabled. Those that run already go on as they are.
 *
 * Context: their substreams are locked.
 */
void oncard_watch_start(struct oncard *chip, u32 streams)
{
	u64 now = ktime_get_ns();
	unsigned int index;
	u32 interrupts = 0;

	oncard_watch_line(chip);
	for (index = 0; index < ONCARD_STREAMS; index++) {
		if (!(streams & BIT(index)))
			continue;
		if (!chip->watch[index].running)
			begin(&chip->watch[index], now);
		interrupts |= interrupts_of(&chip->watch[index]);
	}
	oncard_enable_interrupts(chip, 0, interrupts);
}

/**
 * oncard_watch_stop() - streams were stopped, or paused
 * @chip: the card
 * @streams: their bits
 *
 * Their interrupts are masked.
 *
 * Context: their substreams are locked; or they are not, and oncard_watch_sync() follows.
 */
void oncard_watch_stop(struct oncard *chip, u32 streams)
{
	unsigned int index;
	u32 interrupts = 0;

	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct oncard_watch *watch = &chip->watch[index];

		if (!(streams & BIT(index)))
			continue;
		if (watch->running) {
			watch->paused = ktime_get_ns();
			watch->halted = jiffies;
		}
		WRITE_ONCE(watch->running, false);
		hrtimer_try_to_cancel(&watch->timer);
		interrupts |= ONCARD_IRQ_PERIOD(index) |
			      ONCARD_IRQ_ERROR(index);
	}
	oncard_enable_interrupts(chip, interrupts, 0);
}

/**
 * oncard_watch_drain() - a stream drains: from now on it has to interrupt
 * @chip: the card
 * @index: of the stream
 *
 * Context: the substream is locked.
 */
void oncard_watch_drain(struct oncard *chip, unsigned int index)
{
	struct oncard_watch *watch = &chip->watch[index];
	u64 now = ktime_get_ns();

	if (watch->wakeups)
		return;
	watch->heard = now;
	watch->unheard = 0;
	oncard_pace_start(&watch->interrupts, now);
	watch->wakeups = true;
	oncard_enable_interrupts(chip, 0, interrupts_of(watch));
}

/**
 * oncard_watch_go_on() - a stream that was halted is about to go on
 * @chip: the card
 * @index: of the stream
 *
 * Context: the substream is locked.
 * Return: the jiffies at which ALSA would have asked for its position last, had the halt
 * taken no time.
 */
unsigned long oncard_watch_go_on(struct oncard *chip, unsigned int index)
{
	struct oncard_watch *watch = &chip->watch[index];

	if (!watch->running)
		watch->asked += jiffies - watch->halted;
	return watch->asked;
}

/**
 * oncard_watch_sync() - wait for a stream's watch to look away
 * @chip: the card
 * @index: of the stream, stopped
 *
 * Context: process context, may sleep.
 */
void oncard_watch_sync(struct oncard *chip, unsigned int index)
{
	hrtimer_cancel(&chip->watch[index].timer);
}

/**
 * oncard_watch_destroy() - undo oncard_watch_create()
 * @chip: the card, whose files are closed
 *
 * oncard_silent() arms the timers of all streams that run, also of one that stops at the
 * same time: all are cancelled here.
 *
 * Context: process context, may sleep.
 */
void oncard_watch_destroy(struct oncard *chip)
{
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		oncard_watch_sync(chip, index);
}

/**
 * oncard_watch_create() - get ready to watch a card's streams
 * @chip: the card
 *
 * Context: any.
 */
void oncard_watch_create(struct oncard *chip)
{
	unsigned int index;

	ratelimit_state_init(&chip->reports, 5 * HZ, 10);
	for (index = 0; index < ONCARD_STREAMS; index++) {
		struct oncard_watch *watch = &chip->watch[index];

		watch->chip = chip;
		watch->index = index;
		watch->shift = ONCARD_SHIFT_NONE;
		hrtimer_setup(&watch->timer, watch_tick, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_SOFT);
	}
}
