// SPDX-License-Identifier: GPL-2.0-only
/*
 * source-rows: what each capture hears, by its control "Input Source"; what it is told of
 * it; and that a change meanwhile stops nothing.
 */
#include <stdlib.h>

#include "card-control.h"
#include "card-stream.h"
#include "ktap.h"

#define PAIRS  4
#define FRAMES 4800

/* The items of the control, in their order. */
enum source {
	PLAYBACK_0,
	MIX = PAIRS,
	TONE,
	SILENCE,
	SOURCES,
};

static const char *const source_names[SOURCES] = {
	"Playback 0", "Playback 1", "Playback 2", "Playback 3",
	"Mix",        "Tone",       "Silence",
};

static snd_ctl_t *ctl;

/* --- the control --- */

static int get_source(unsigned int capture)
{
	return card_source_get(ctl, capture);
}

static int put_source(unsigned int capture, unsigned int source)
{
	return card_source_put(ctl, capture, source);
}

/* The number of items that have the names of the documentation. */
static int known_items(unsigned int capture)
{
	snd_ctl_elem_id_t *id;
	snd_ctl_elem_info_t *info;
	unsigned int n;

	snd_ctl_elem_id_alloca(&id);
	snd_ctl_elem_info_alloca(&info);
	card_control_name(id, SND_CTL_ELEM_IFACE_MIXER, INPUT_SOURCE, capture);
	for (n = 0; n < SOURCES; n++) {
		snd_ctl_elem_info_set_id(info, id);
		snd_ctl_elem_info_set_item(info, n);
		if (snd_ctl_elem_info(ctl, info) ||
		    snd_ctl_elem_info_get_items(info) != SOURCES ||
		    strcmp(snd_ctl_elem_info_get_item_name(info),
			   source_names[n]) != 0)
			break;
	}
	return (int)n;
}

static long get_slave(const char *name, unsigned int capture)
{
	return card_control_get(ctl, SND_CTL_ELEM_IFACE_PCM, name, capture);
}

/* Events of a name and a capture, since the last call. */
static int take_events(const char *name, unsigned int capture)
{
	snd_ctl_event_t *event;
	int count = 0;

	snd_ctl_event_alloca(&event);
	while (snd_ctl_read(ctl, event) > 0) {
		unsigned int number = snd_ctl_event_elem_get_index(event) +
				      snd_ctl_event_elem_get_subdevice(event);

		if (!strcmp(snd_ctl_event_elem_get_name(event), name) &&
		    number == capture)
			count++;
	}
	return count;
}

#define CONTROL_CHECKS 6

static void judge_control(struct ktap *ktap, unsigned int capture)
{
	unsigned int other = (capture + 1) % PAIRS, source;
	bool kept = true;

	ktap_note(ktap, "Input Source, %u", capture);
	ktap_result(ktap, get_source(capture) == (int)capture,
		    "at first a capture hears the playback of its number");
	ktap_result(ktap, known_items(capture) == SOURCES,
		    "its items have the names of the documentation");
	take_events("", 0);
	ktap_result(ktap,
		    put_source(capture, capture) == 0 &&
			    take_events(INPUT_SOURCE, capture) == 0,
		    "a write that changes nothing is taken, and nobody is told");
	for (source = SOURCES; source-- > 0;) {
		if (source == capture)
			continue;
		take_events("", 0);
		kept &= put_source(capture, source) >= 0 &&
			get_source(capture) == (int)source &&
			take_events(INPUT_SOURCE, capture) == 1;
	}
	ktap_result(ktap, kept, "each of them is kept, and listeners are told");
	ktap_result(ktap, get_source(other) == (int)other,
		    "no other has changed");
	put_source(capture, capture);
	ktap_result(ktap,
		    put_source(capture, SOURCES) == -EINVAL &&
			    put_source(capture, ~0U) == -EINVAL &&
			    get_source(capture) == (int)capture,
		    "what there is not is refused");
}

/* --- what is heard --- */

static const struct card_setup mono = {
	.format = SND_PCM_FORMAT_S16_LE,
	.channels = 1,
	.rate = 48000,
	.period = 480,
	.buffer = FRAMES,
	.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	.free_running = true,
};

/* Each playback has frames of its own, no two alike; and so has the sum, which fits. */
static short frame_of(unsigned int playback, int n)
{
	static const int slopes[PAIRS] = { 3, -2, 1, 4 };

	return (short)((n + 1) * slopes[playback] + (int)playback);
}

/* Opens a stream, and links it with the others. */
static int open_stream(snd_pcm_t **pcm, unsigned int number,
		       snd_pcm_stream_t direction,
		       const struct card_setup *setup, snd_pcm_t *others)
{
	char name[16];
	int err;

	snprintf(name, sizeof(name), "hw:0,0,%u", number);
	err = snd_pcm_open(pcm, name, direction, 0);
	if (!err)
		err = card_stream_setup(*pcm, setup);
	return err || !others ? err : snd_pcm_link(others, *pcm);
}

static int play(snd_pcm_t **pcm, unsigned int number, snd_pcm_t *others)
{
	static short frames[FRAMES];
	int n, err;

	err = open_stream(pcm, number, SND_PCM_STREAM_PLAYBACK, &mono, others);
	for (n = 0; n < FRAMES; n++)
		frames[n] = frame_of(number, n);
	if (!err && snd_pcm_writei(*pcm, frames, FRAMES) != FRAMES)
		err = -EIO;
	return err;
}

/* All playbacks play, and one capture, that of a number, reads what it hears. */
static int hear(unsigned int capture, short *heard)
{
	snd_pcm_t *streams[PAIRS + 1] = { NULL };
	unsigned int n;
	int err = open_stream(&streams[PAIRS], capture, SND_PCM_STREAM_CAPTURE,
			      &mono, NULL);

	for (n = 0; n < PAIRS && !err; n++)
		err = play(&streams[n], n, streams[PAIRS]);
	if (!err)
		err = snd_pcm_start(streams[PAIRS]);
	if (!err && snd_pcm_readi(streams[PAIRS], heard, FRAMES) != FRAMES)
		err = -EPIPE;
	for (n = 0; n <= PAIRS; n++)
		if (streams[n])
			snd_pcm_close(streams[n]);
	return err;
}

static short expected(unsigned int source, int n)
{
	unsigned int playback;
	int sum = 0;

	if (source < PAIRS)
		return frame_of(source, n);
	for (playback = 0; playback < PAIRS && source == MIX; playback++)
		sum += frame_of(playback, n);
	return (short)sum;
}

static int crossings(const short *heard)
{
	int n, count = 0;

	for (n = 1; n < FRAMES; n++)
		count += (heard[n - 1] < 0) != (heard[n] < 0);
	return count;
}

/* A sine of 1 kHz, at half of full scale: 200 half turns in a tenth of a second. */
static bool is_tone(const short *heard)
{
	short highest = 0;
	int n, half_turns = crossings(heard);

	for (n = 0; n < FRAMES; n++)
		if (heard[n] > highest)
			highest = heard[n];
	return half_turns >= 198 && half_turns <= 200 && highest > 16300 &&
	       highest <= 16384;
}

static void judge_heard(struct ktap *ktap, unsigned int capture,
			unsigned int source)
{
	static short heard[FRAMES];
	int n, wrong = 0, err;
	char title[80];

	put_source(capture, source);
	err = hear(capture, heard);
	for (n = 0; n < FRAMES && source != TONE; n++)
		wrong += heard[n] != expected(source, n);
	if (source == TONE)
		wrong = !is_tone(heard);
	snprintf(title, sizeof(title), "capture %u hears %s, bit for bit",
		 capture, source_names[source]);
	if (!ktap_result(ktap, !err && !wrong, title))
		ktap_note(ktap, "error %d, %d wrong frames", err, wrong);
	put_source(capture, capture);
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

#define TOLD_CHECKS 7

static void judge_told(struct ktap *ktap)
{
	snd_pcm_t *pcm = NULL;

	put_source(1, 3);
	take_events("", 0);
	ktap_result(ktap,
		    !open_stream(&pcm, 3, SND_PCM_STREAM_PLAYBACK, &odd_stream,
				 NULL) &&
			    take_events("PCM Slave Rate", 1) == 1,
		    "who listens to the capture that hears a playback is told");
	ktap_result(ktap,
		    get_slave("PCM Slave Rate", 1) == 96000 &&
			    get_slave("PCM Slave Channels", 1) == 3 &&
			    get_slave("PCM Slave Format", 1) ==
				    SND_PCM_FORMAT_S32_LE,
		    "of what it is");
	ktap_result(ktap,
		    !snd_pcm_start(pcm) &&
			    take_events("PCM Slave Active", 1) == 1 &&
			    get_slave("PCM Slave Active", 1) == 1,
		    "and that it runs");
	put_source(1, MIX);
	ktap_result(ktap, get_slave("PCM Slave Rate", 1) == 96000,
		    "of all playbacks, it is told of the first that runs");
	ktap_result(ktap,
		    get_slave("PCM Slave Rate", 3) == 96000 &&
			    get_slave("PCM Slave Active", 0) == 0,
		    "each capture is told of what it hears itself");
	take_events("", 0);
	put_source(1, SILENCE);
	ktap_result(ktap,
		    take_events("PCM Slave Active", 1) == 1 &&
			    get_slave("PCM Slave Active", 1) == 0,
		    "silence does not run, and listeners are told");
	snd_pcm_drop(pcm);
	ktap_result(ktap, take_events("PCM Slave Active", 1) == 0,
		    "and hears nothing of the playback's end");
	snd_pcm_close(pcm);
	put_source(1, 1);
}

/* --- what is too fast to be mixed --- */

#define FAST_CHECKS 4

static void judge_fast(struct ktap *ktap)
{
	const struct card_setup fast = {
		.format = SND_PCM_FORMAT_U8,
		.channels = 3,
		.rate = 768000,
		.buffer = 4800,
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	};
	snd_pcm_t *pcm = NULL;

	ktap_result(ktap,
		    !open_stream(&pcm, 2, SND_PCM_STREAM_CAPTURE, &fast, NULL),
		    "a capture is set up with more samples than are mixed");
	ktap_result(ktap,
		    put_source(2, MIX) == -EBUSY && get_source(2) == 2 &&
			    put_source(2, TONE) == 0,
		    "it cannot be told to hear the mix, but anything else");
	snd_pcm_close(pcm);
	ktap_result(ktap, put_source(2, MIX) == 0, "when it is closed, it can");
	pcm = NULL;
	ktap_result(ktap,
		    open_stream(&pcm, 2, SND_PCM_STREAM_CAPTURE, &fast, NULL) ==
			    -EINVAL,
		    "and so many samples are refused");
	if (pcm)
		snd_pcm_close(pcm);
	put_source(2, 2);
}

/* --- changes meanwhile --- */

static void shift_clock(unsigned int pair, long shift)
{
	card_control_put(ctl, SND_CTL_ELEM_IFACE_PCM, RATE_SHIFT, pair, shift);
}

/* A capture that runs hears one after the other; pair 2's clock is faster, pair 3's slower. */
static int change_meanwhile(void)
{
	static short heard[480];
	snd_pcm_t *pcm = NULL;
	int round, err;

	err = open_stream(&pcm, 0, SND_PCM_STREAM_CAPTURE, &mono, NULL);
	if (!err)
		err = snd_pcm_start(pcm);
	for (round = 0; round < 10 * SOURCES && !err; round++) {
		err = put_source(0, (unsigned int)(round * 3) % SOURCES);
		if (err >= 0)
			err = 0;
		if (!err && snd_pcm_readi(pcm, heard, 480) != 480)
			err = -EPIPE;
	}
	if (!err && snd_pcm_state(pcm) != SND_PCM_STATE_RUNNING)
		err = -EPIPE;
	if (pcm)
		snd_pcm_close(pcm);
	put_source(0, 0);
	return err;
}

static void judge_changes(struct ktap *ktap)
{
	int err;

	shift_clock(2, 120000);
	shift_clock(3, 80000);
	err = change_meanwhile();
	if (!ktap_result(ktap, !err,
			 "a capture runs on, whatever it is told to hear"))
		ktap_note(ktap, "error %d", err);
	judge_heard(ktap, 0, 2);
	judge_heard(ktap, 2, 3);
	shift_clock(2, 100000);
	shift_clock(3, 100000);
}

int main(void)
{
	unsigned int capture, source;
	struct ktap ktap;

	if (snd_ctl_open(&ctl, "hw:0", SND_CTL_NONBLOCK) ||
	    snd_ctl_subscribe_events(ctl, 1))
		return 1;
	ktap_begin(&ktap, stdout,
		   PAIRS * (CONTROL_CHECKS + SOURCES) + TOLD_CHECKS +
			   FAST_CHECKS + 3);
	for (capture = 0; capture < PAIRS; capture++)
		judge_control(&ktap, capture);
	for (capture = 0; capture < PAIRS; capture++)
		for (source = PLAYBACK_0; source < SOURCES; source++)
			judge_heard(&ktap, capture, source);
	judge_told(&ktap);
	judge_fast(&ktap);
	judge_changes(&ktap);
	snd_ctl_close(ctl);
	return ktap_end(&ktap);
}
