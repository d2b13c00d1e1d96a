/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What running streams are held to.
 */
#ifndef SND_ONCARD_WATCH_H
#define SND_ONCARD_WATCH_H

#include <linux/hrtimer.h>
#include <linux/types.h>

#include "pace.h"

struct oncard;
struct snd_pcm_runtime;

/**
 * struct oncard_watch - what a stream is held to while it runs
 * @chip: the card
 * @index: of the stream
 * @timer: looks at it
 * @running: it is watched
 * @rate: Hz
 * @shift: of its clock, ONCARD_STREAM_SHIFT
 * @buffer: frames
 * @period: frames
 * @wakeups: it has to interrupt
 * @position: that was believed last
 * @pace: of the position
 * @paused: ns, when it was paused; 0: it was not since it was prepared
 * @moved: ns, when the position had changed last
 * @still: looks since then
 * @interrupts: their pace
 * @heard: ns, when the last one came
 * @unheard: looks since then
 * @asked: jiffies, when ALSA asked for the position last; less what it stood still since
 * @halted: jiffies, when it was stopped, paused or suspended
 */
struct oncard_watch {
	struct oncard *chip;
	unsigned int index;
	struct hrtimer timer;
	bool running;
	u32 rate;
	u32 shift;
	u32 buffer;
	u32 period;
	bool wakeups;
	u32 position;
	struct oncard_pace pace;
	u64 paused;
	u64 moved;
	unsigned int still;
	struct oncard_pace interrupts;
	u64 heard;
	unsigned int unheard;
	unsigned long asked;
	unsigned long halted;
};

/* A card that does what it should not; see watch.c. */
#define oncard_report(chip, format, ...)                                \
	do {                                                            \
		struct oncard *reporting = (chip);                      \
		if (__ratelimit(&reporting->reports))                   \
			dev_err(reporting->dev, format, ##__VA_ARGS__); \
	} while (0)

/* What a card has to say so many times before it is believed to have stopped. */
#define ONCARD_CONFIRMATIONS 3

void oncard_watch_create(struct oncard *chip);
void oncard_watch_destroy(struct oncard *chip);
void oncard_watch_prepare(struct oncard *chip, unsigned int index,
			  const struct snd_pcm_runtime *runtime);
void oncard_watch_start(struct oncard *chip, u32 streams);
void oncard_watch_stop(struct oncard *chip, u32 streams);
void oncard_watch_drain(struct oncard *chip, unsigned int index);
unsigned long oncard_watch_go_on(struct oncard *chip, unsigned int index);
void oncard_watch_sync(struct oncard *chip, unsigned int index);
void oncard_watch_shift(struct oncard *chip, unsigned int index, u32 shift);
bool oncard_watch_position(struct oncard *chip, unsigned int index,
			   u32 *position);
void oncard_watch_line(struct oncard *chip);
u32 oncard_watch_interrupts(struct oncard *chip, u32 status);
bool oncard_silent(struct oncard *chip);

#endif /* SND_ONCARD_WATCH_H */
