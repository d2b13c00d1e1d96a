// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams start, halt and go on. ALSA triggers the members of a group of linked streams
 * one by one; the card can do it in one register write, so the first trigger does it for
 * all. Whom ALSA is about to trigger depends on the command:
 *
 *	start		all
 *	drain		playbacks that are prepared and have data are started, and
 *			captures that run are stopped
 *	pause, release	all
 *	suspend		what runs
 *	resume		what ran when it was suspended
 *	stop		what runs; one by one, as the others may have to drain
 *
 * A drain starts streams by the command of a start. What tells the two apart is a mark
 * that ALSA takes from each stream of a group before it starts any, and does not touch
 * when it drains: that the driver knows the time of the trigger.
 */
#include <linux/jiffies.h>
#include <sound/pcm.h>

#include "board.h"
#include "loopback.h"
#include "oncard.h"
#include "trigger.h"
#include "watch.h"

typedef bool (*oncard_meant)(struct snd_pcm_substream *member);

static bool is_on_card_of(const struct snd_pcm_substream *member,
			  const struct snd_pcm_substream *substream)
{
	return member->pcm->card == substream->pcm->card;
}

/* The streams of a group on one card that ALSA means. */
static u32 meant_of_group(struct snd_pcm_substream *substream,
			  oncard_meant meant)
{
	struct snd_pcm_substream *member;
	u32 streams = 0;

	snd_pcm_group_for_each_entry(member, substream)
		if (is_on_card_of(member, substream) && meant(member))
			streams |= BIT(oncard_stream_index(member));
	return streams;
}

static bool any(struct snd_pcm_substream *member)
{
	return true;
}

static bool was_not_started(struct snd_pcm_substream *member)
{
	return member->runtime->state == SNDRV_PCM_STATE_PREPARED;
}

static bool is_about_to_start(struct snd_pcm_substream *member)
{
	return was_not_started(member) &&
	       !member->runtime->trigger_tstamp_latched;
}

static bool is_about_to_drain(struct snd_pcm_substream *member)
{
	return was_not_started(member) &&
	       member->stream == SNDRV_PCM_STREAM_PLAYBACK &&
	       !snd_pcm_playback_empty(member);
}

static bool runs(struct snd_pcm_substream *member)
{
	return snd_pcm_running(member);
}

/* (as snd_pcm_running(), of the state to go back to) */
static bool ran_when_suspended(struct snd_pcm_substream *member)
{
	struct snd_pcm_runtime *runtime = member->runtime;

	if (runtime->state != SNDRV_PCM_STATE_SUSPENDED)
		return false;
	return runtime->suspended_state == SNDRV_PCM_STATE_RUNNING ||
	       (runtime->suspended_state == SNDRV_PCM_STATE_DRAINING &&
		member->stream == SNDRV_PCM_STREAM_PLAYBACK);
}

/**
 * oncard_trigger_prepare() - have a drain told from a start
 * @substream: is being prepared
 *
 * Context: process context.
 */
void oncard_trigger_prepare(struct snd_pcm_substream *substream)
{
	substream->runtime->trigger_tstamp_latched = true;
}

static void mark_group(struct snd_pcm_substream *substream)
{
	struct snd_pcm_substream *member;

	snd_pcm_group_for_each_entry(member, substream)
		if (is_on_card_of(member, substream) && was_not_started(member))
			oncard_trigger_prepare(member);
}

/* ALSA need not trigger the others any more; they have the first one's timestamp. */
static void done(struct snd_pcm_substream *substream, u32 streams)
{
	struct snd_pcm_substream *member;

	snd_pcm_group_for_each_entry(member, substream)
		if (is_on_card_of(member, substream) &&
		    streams & BIT(oncard_stream_index(member)))
			snd_pcm_trigger_done(member, substream);
}

static int run_streams(struct oncard *chip, u32 streams)
{
	if (streams & ~READ_ONCE(chip->prepared))
		return -EBADFD;
	oncard_watch_start(chip, streams);
	oncard_board_write(chip->board, ONCARD_REG_RUN_SET, streams);
	oncard_loopback_run(chip, streams, true);
	return 0;
}

static int halt_streams(struct oncard *chip, u32 streams)
{
	oncard_board_write(chip->board, ONCARD_REG_RUN_CLEAR, streams);
	oncard_watch_stop(chip, streams);
	oncard_loopback_run(chip, streams, false);
	return 0;
}

/* --- the end of the data --- */

static void write_end(struct oncard *chip, struct snd_pcm_substream *substream)
{
	struct snd_pcm_runtime *runtime = substream->runtime;
	unsigned int index = oncard_stream_index(substream);
	snd_pcm_sframes_t left = snd_pcm_playback_hw_avail(runtime);

	left = clamp_t(snd_pcm_sframes_t, left, 0, runtime->buffer_size);
	oncard_board_write(chip->board,
			   ONCARD_REG_STREAM(index, ONCARD_STREAM_END_FROM),
			   runtime->status->hw_ptr % runtime->buffer_size);
	oncard_board_write(chip->board,
			   ONCARD_REG_STREAM(index, ONCARD_STREAM_END), left);
}

/* Whether a client says how far its data goes, and wants to be stopped behind that. */
static bool has_end(const struct snd_pcm_runtime *runtime)
{
	return runtime->stop_threshold < runtime->boundary;
}

/**
 * oncard_pcm_ack() - tell the card how far a playback's data goes now
 * @substream: the stream; its application pointer has moved
 *
 * Who is late hears silence, and nothing that the buffer had before. A client that is never
 * stopped, such as dmix, writes ahead of the pointer, or does without: all that lies in
 * its buffer is heard.
 *
 * Context: the stream is locked.
 * Return: 0.
 */
int oncard_pcm_ack(struct snd_pcm_substream *substream)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);
	unsigned int index = oncard_stream_index(substream);

	if (substream->stream != SNDRV_PCM_STREAM_PLAYBACK ||
	    !test_bit(index, &chip->prepared))
		return 0;
	if (has_end(substream->runtime))
		write_end(chip, substream);
	else
		oncard_board_write(chip->board,
				   ONCARD_REG_STREAM(index, ONCARD_STREAM_END),
				   ONCARD_NO_END);
	return 0;
}

/* --- draining --- */

/*
 * What lies behind the end of the data is not heard; and nobody but the card knows when
 * it is reached, whether the client wants to be woken or not.
 */
static int drain(struct oncard *chip, struct snd_pcm_substream *substream)
{
	write_end(chip, substream);
	oncard_watch_drain(chip, oncard_stream_index(substream));
	return 0;
}

/* ALSA starts these streams in order to drain them, and says no more than that. */
static int start_draining(struct oncard *chip,
			  struct snd_pcm_substream *substream)
{
	u32 streams = meant_of_group(substream, is_about_to_drain);
	int err;

	substream->runtime->trigger_tstamp_latched = false;
	write_end(chip, substream);
	err = run_streams(chip, (streams & READ_ONCE(chip->prepared)) |
					BIT(oncard_stream_index(substream)));
	if (!err)
		oncard_watch_drain(chip, oncard_stream_index(substream));
	return err;
}

/* --- the commands --- */

static int start(struct oncard *chip, struct snd_pcm_substream *substream)
{
	u32 streams = meant_of_group(substream, any);
	int err;

	if (meant_of_group(substream, is_about_to_start) != streams)
		return start_draining(chip, substream);
	err = run_streams(chip, streams);
	if (err)
		mark_group(substream);
	else
		done(substream, streams);
	return err;
}

/* A start that failed further on is undone: for all whom its first trigger started. */
static int stop(struct oncard *chip, struct snd_pcm_substream *substream)
{
	if (!was_not_started(substream))
		return halt_streams(chip, BIT(oncard_stream_index(substream)));
	mark_group(substream);
	return halt_streams(chip, meant_of_group(substream, was_not_started));
}

static int pause(struct oncard *chip, struct snd_pcm_substream *substream)
{
	u32 streams = meant_of_group(substream, any);

	done(substream, streams);
	return halt_streams(chip, streams);
}

/*
 * Of a stream without wakeups, ALSA takes the jiffies since it saw its position last for
 * time that it played: a halt would be taken for buffers that went by.
 */
static void leave_out_halt(struct oncard *chip,
			   struct snd_pcm_substream *substream, u32 streams)
{
	struct snd_pcm_substream *member;

	snd_pcm_group_for_each_entry(member, substream) {
		unsigned int index = oncard_stream_index(member);

		if (is_on_card_of(member, substream) && streams & BIT(index))
			member->runtime->hw_ptr_jiffies =
				oncard_watch_go_on(chip, index);
	}
}

static int go_on(struct oncard *chip, struct snd_pcm_substream *substream,
		 oncard_meant meant)
{
	u32 streams = meant_of_group(substream, meant);

	if (streams & ~READ_ONCE(chip->prepared))
		return -EBADFD;
	leave_out_halt(chip, substream, streams);
	done(substream, streams);
	return run_streams(chip, streams);
}

/**
 * oncard_pcm_trigger() - start, halt or drain a stream, with its group
 * @substream: the stream
 * @command: SNDRV_PCM_TRIGGER_*
 *
 * Context: the streams of the group are locked.
 * Return: 0; -EBADFD for a stream that is not prepared any more, or one that was to go on
 * or start together with such a one; -EINVAL for a command that there is not.
 */
int oncard_pcm_trigger(struct snd_pcm_substream *substream, int command)
{
	struct oncard *chip = snd_pcm_substream_chip(substream);

	switch (command) {
	case SNDRV_PCM_TRIGGER_START:
		return start(chip, substream);
	case SNDRV_PCM_TRIGGER_STOP:
		return stop(chip, substream);
	case SNDRV_PCM_TRIGGER_DRAIN:
		return drain(chip, substream);
	case SNDRV_PCM_TRIGGER_PAUSE_PUSH:
		return pause(chip, substream);
	case SNDRV_PCM_TRIGGER_SUSPEND:
		return halt_streams(chip, meant_of_group(substream, runs));
	case SNDRV_PCM_TRIGGER_PAUSE_RELEASE:
		return go_on(chip, substream, any);
	case SNDRV_PCM_TRIGGER_RESUME:
		return go_on(chip, substream, ran_when_suspended);
	default:
		return -EINVAL;
	}
}
