// SPDX-License-Identifier: GPL-2.0-only
/*
 * loopback-rows: the controls of the loopback. What a capture is told of the playback that
 * it hears, and to whom; and that a pair whose clock is shifted keeps its pace, and every
 * frame.
 */
#include <stdlib.h>

#include "card-control.h"
#include "card-stream.h"
#include "ktap.h"

#define PAIRS     4
#define UNSHIFTED 100000

static snd_ctl_t *ctl;

/* --- controls --- */

static long get(const char *name, unsigned int pair)
{
	return card_control_get(ctl, SND_CTL_ELEM_IFACE_PCM, name, pair);
}

static int put(const char *name, unsigned int pair, long number)
{
	return card_control_put(ctl, SND_CTL_ELEM_IFACE_PCM, name, pair,
				number);
}

struct events {
	int of_control;
	int all;
};

/* Events since the last call: of a control, and in all. */
static struct events take_events(const char *name, unsigned int pair)
{
	struct events events = { 0 };
	snd_ctl_event_t *event;

	snd_ctl_event_alloca(&event);
	while (snd_ctl_read(ctl, event) > 0) {
		events.all++;
		if (!strcmp(snd_ctl_event_elem_get_name(event), name) &&
		    snd_ctl_event_elem_get_subdevice(event) == pair)
			events.of_control++;
	}
	return events;
}

/* --- what a capture is told --- */

static const struct card_setup odd_stream = {
	.format = SND_PCM_FORMAT_S32_LE,
	.channels = 3,
	.rate = 96000,
	.buffer = 4800,
	.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	.free_running = true,
};

static void check_value(struct ktap *ktap, const char *name, unsigned int pair,
			long expected)
{
	long is = get(name, pair);
	char title[64];

	snprintf(title, sizeof(title), "%s of pair %u is %ld", name, pair,
		 expected);
	if (!ktap_result(ktap, is == expected, title))
		ktap_note(ktap, "it is %ld", is);
}

static void check_told(struct ktap *ktap, const char *what, const char *name,
		       unsigned int pair, int count)
{
	struct events events = take_events(name, pair);

	if (!ktap_result(ktap, events.of_control == 1 && events.all == count,
			 what))
		ktap_note(ktap, "pair %u: %d events, %d of %s", pair,
			  events.all, events.of_control, name);
}

#define SLAVE_CHECKS 14

/* A stream that is like none before, and another that is like it. */
static void judge_slave(struct ktap *ktap, unsigned int pair)
{
	snd_pcm_t *pcm = NULL;
	char name[16];

	snprintf(name, sizeof(name), "hw:0,0,%u", pair);
	take_events("", 0);
	ktap_result(ktap,
		    !snd_pcm_open(&pcm, name, SND_PCM_STREAM_PLAYBACK, 0) &&
			    !card_stream_setup(pcm, &odd_stream),
		    "a playback is prepared");
	check_told(ktap, "three values changed, and listeners are told",
		   "PCM Slave Rate", pair, 3);
	check_value(ktap, "PCM Slave Format", pair, SND_PCM_FORMAT_S32_LE);
	check_value(ktap, "PCM Slave Rate", pair, 96000);
	check_value(ktap, "PCM Slave Channels", pair, 3);
	check_value(ktap, "PCM Slave Active", pair, 0);
	ktap_result(ktap, !snd_pcm_prepare(pcm) && !take_events("", 0).all,
		    "prepared again: nobody is told");
	ktap_result(ktap, !snd_pcm_start(pcm), "it starts");
	check_told(ktap, "and listeners are told of that", "PCM Slave Active",
		   pair, 1);
	check_value(ktap, "PCM Slave Active", pair, 1);
	snd_pcm_drop(pcm);
	check_told(ktap, "and that it stops", "PCM Slave Active", pair, 1);
	check_value(ktap, "PCM Slave Active", pair, 0);
	snd_pcm_close(pcm);
	check_value(ktap, "PCM Slave Rate", pair, 96000);
	ktap_result(ktap, put("PCM Slave Rate", pair, 48000) < 0,
		    "it cannot be written");
}

/* --- a clock that is shifted --- */

#define RATE  48000
#define COUNT 9600

static const struct card_setup loop_stream = {
	.format = SND_PCM_FORMAT_S16_LE,
	.channels = 1,
	.rate = RATE,
	.period = 480,
	.buffer = 4800,
	.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	.free_running = true,
};

static void fill(short *frames, int from)
{
	int n;

	for (n = 0; n < (int)loop_stream.buffer; n++)
		frames[n] = (short)(from + n);
}

static int open_loop(snd_pcm_t *streams[2])
{
	static short frames[4800];
	int n, err;

	fill(frames, 1);
	err = snd_pcm_open(&streams[0], "hw:0,0,2", SND_PCM_STREAM_PLAYBACK, 0);
	if (!err)
		err = snd_pcm_open(&streams[1], "hw:0,0,2",
				   SND_PCM_STREAM_CAPTURE, 0);
	for (n = 0; n < 2 && !err; n++)
		err = card_stream_setup(streams[n], &loop_stream);
	if (!err)
		err = snd_pcm_link(streams[0], streams[1]);
	if (!err && snd_pcm_writei(streams[0], frames, 4800) != 4800)
		err = -EIO;
	return err ? err : snd_pcm_start(streams[0]);
}

static void close_loop(snd_pcm_t *streams[2])
{
	int n;

	for (n = 0; n < 2; n++)
		if (streams[n])
			snd_pcm_close(streams[n]);
}

/* How many frames are left to read, and when that was so, in seconds. */
static int look(snd_pcm_t *pcm, long *avail, double *at)
{
	snd_pcm_status_t *status;
	snd_htimestamp_t time;
	int err;

	snd_pcm_status_alloca(&status);
	err = snd_pcm_status(pcm, status);
	if (err)
		return err;
	snd_pcm_status_get_htstamp(status, &time);
	*avail = (long)snd_pcm_status_get_avail(status);
	*at = (double)time.tv_sec + time.tv_nsec / 1e9;
	return 0;
}

/*
 * Frames that a pair moves in a second of the machine's clock, of 100,000 of its rate. A
 * position is taken with its time: when the reader woke up is the machine's affair. Or an errno.
 */
static double measure_pace(void)
{
	snd_pcm_t *streams[2] = { NULL, NULL };
	static short heard[COUNT];
	double from = 0, to = 0;
	long before = 0, after = 0;
	int err = open_loop(streams);

	if (!err)
		err = card_stream_want_timestamps(streams[1]);
	/* (the first period is what the start takes) */
	if (!err && snd_pcm_readi(streams[1], heard, 480) != 480)
		err = -EPIPE;
	if (!err)
		err = look(streams[1], &before, &from);
	if (!err && snd_pcm_readi(streams[1], heard, COUNT) != COUNT)
		err = -EPIPE;
	if (!err)
		err = look(streams[1], &after, &to);
	close_loop(streams);
	if (err)
		return err;
	return UNSHIFTED * ((double)(COUNT + after - before) / (to - from)) /
	       RATE;
}

static const long paces[] = { 80000, 99000, 100000, 101000, 120000 };

#define PACES ((int)(sizeof(paces) / sizeof(paces[0])))

static void judge_pace(struct ktap *ktap, long shift)
{
	double pace;
	char title[64];

	put(RATE_SHIFT, 2, shift);
	pace = measure_pace();
	snprintf(title, sizeof(title), "a clock of %ld keeps that pace", shift);
	if (!ktap_result(ktap,
			 pace > (double)shift * 0.997 &&
				 pace < (double)shift * 1.003,
			 title))
		ktap_note(ktap, "it is %.0f%s%s", pace, pace < 0 ? ": " : "",
			  pace < 0 ? snd_strerror((int)pace) : "");
}

/* Frames of a pair whose clock is shifted all the time; or an errno. */
static int hear_shifted(short *heard)
{
	snd_pcm_t *streams[2] = { NULL, NULL };
	int n, err = open_loop(streams);

	for (n = 0; n < COUNT / 480 && !err; n++) {
		err = put(RATE_SHIFT, 2, n & 1 ? 80000 : 120000);
		if (err >= 0)
			err = 0;
		if (!err &&
		    snd_pcm_readi(streams[1], heard + n * 480, 480) != 480)
			err = -EPIPE;
	}
	if (!err && snd_pcm_state(streams[0]) != SND_PCM_STATE_RUNNING)
		err = -EPIPE;
	close_loop(streams);
	return err;
}

static void judge_shifted(struct ktap *ktap)
{
	static short heard[COUNT];
	int n, wrong = 0, err = hear_shifted(heard);

	for (n = 0; n < COUNT; n++)
		wrong += heard[n] != (short)(1 + n % 4800);
	if (!ktap_result(ktap, !err && !wrong,
			 "shifted while it runs, it loses no frame"))
		ktap_note(ktap, "error %d, %d wrong frames", err, wrong);
}

#define SHIFT_CHECKS (7 + PACES)

static void judge_shift(struct ktap *ktap)
{
	int n;

	check_value(ktap, RATE_SHIFT, 2, UNSHIFTED);
	take_events("", 0);
	ktap_result(ktap, put(RATE_SHIFT, 2, 100500) == 0, "it can be written");
	check_told(ktap, "and listeners are told", RATE_SHIFT, 2, 1);
	check_value(ktap, RATE_SHIFT, 1, UNSHIFTED);
	ktap_result(ktap,
		    put(RATE_SHIFT, 2, 79999) == -EINVAL &&
			    put(RATE_SHIFT, 2, 120001) == -EINVAL &&
			    put(RATE_SHIFT, 2, 1L << 32 | 100000) == -EINVAL,
		    "beyond a fifth it is refused");
	check_value(ktap, RATE_SHIFT, 2, 100500);
	for (n = 0; n < PACES; n++)
		judge_pace(ktap, paces[n]);
	judge_shifted(ktap);
	put(RATE_SHIFT, 2, UNSHIFTED);
}

int main(void)
{
	struct ktap ktap;
	unsigned int pair;

	if (snd_ctl_open(&ctl, "hw:0", SND_CTL_NONBLOCK) ||
	    snd_ctl_subscribe_events(ctl, 1))
		return 1;
	ktap_begin(&ktap, stdout, PAIRS * SLAVE_CHECKS + SHIFT_CHECKS);
	for (pair = 0; pair < PAIRS; pair++)
		judge_slave(&ktap, pair);
	judge_shift(&ktap);
	snd_ctl_close(ctl);
	return ktap_end(&ktap);
}
