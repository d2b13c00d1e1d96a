// SPDX-License-Identifier: GPL-2.0-only
/*
 * audio-time: time stamps of the card's own clock, which ALSA calls the link's, beside those
 * that it reckons from positions, and beside the machine's clock.
 */
#include <stdlib.h>

#include "card-control.h"
#include "card-stream.h"
#include "ktap.h"

#define RATE      48000
#define LOOKS     100
#define UNSHIFTED 100000

/* Two times that one call gives were read so many seconds apart at most. */
#define APART 0.0003

static const struct card_setup setup = {
	.format = SND_PCM_FORMAT_S16_LE,
	.channels = 2,
	.rate = RATE,
	.period = 480,
	.buffer = 4800,
	.access = SND_PCM_ACCESS_RW_INTERLEAVED,
	.free_running = true,
};

static double seconds(const snd_htimestamp_t *time)
{
	return (double)time->tv_sec + (double)time->tv_nsec / 1e9;
}

/**
 * struct look - what a call says of a stream
 * @type: of @audio
 * @accuracy: seconds; 0: none is reported
 * @system: time of the machine's clock
 * @audio: time of the card's, or of positions
 */
struct look {
	unsigned int type;
	double accuracy;
	double system;
	double audio;
};

static int look(snd_pcm_t *pcm, unsigned int type, struct look *seen)
{
	snd_pcm_audio_tstamp_config_t config = { .type_requested = type };
	snd_pcm_audio_tstamp_report_t report;
	snd_htimestamp_t system, audio;
	snd_pcm_status_t *status;
	int err;

	snd_pcm_status_alloca(&status);
	snd_pcm_status_set_audio_htstamp_config(status, &config);
	err = snd_pcm_status(pcm, status);
	if (err)
		return err;
	snd_pcm_status_get_htstamp(status, &system);
	snd_pcm_status_get_audio_htstamp(status, &audio);
	snd_pcm_status_get_audio_htstamp_report(status, &report);
	seen->type = report.actual_type;
	seen->accuracy = report.accuracy_report ? report.accuracy / 1e9 : 0;
	seen->system = seconds(&system);
	seen->audio = seconds(&audio);
	return 0;
}

static int open_stream(snd_pcm_t **pcm, snd_pcm_stream_t direction)
{
	int err = snd_pcm_open(pcm, "hw:0,0,1", direction, 0);

	if (!err)
		err = card_stream_setup(*pcm, &setup);
	return err ? err : card_stream_want_timestamps(*pcm);
}

static int shift_clock(long shift)
{
	snd_ctl_t *ctl;
	int err = snd_ctl_open(&ctl, "hw:0", 0);

	if (err)
		return err;
	err = card_control_put(ctl, SND_CTL_ELEM_IFACE_PCM, RATE_SHIFT, 1,
			       shift);
	snd_ctl_close(ctl);
	return err < 0 ? err : 0;
}

static bool within(double is, double lowest, double highest)
{
	return is >= lowest && is <= highest;
}

/* From what a stream was started, and a tenth of a second of looks at it. */
struct course {
	struct look link[LOOKS], absolute[LOOKS], synchronized[LOOKS];
	struct look position[LOOKS];
};

static int follow(snd_pcm_t *pcm, struct course *course)
{
	int n, err = 0;

	for (n = 0; n < LOOKS && !err; n++) {
		err = look(pcm, SND_PCM_AUDIO_TSTAMP_TYPE_LINK,
			   &course->link[n]);
		if (!err)
			err = look(pcm, SND_PCM_AUDIO_TSTAMP_TYPE_LINK_ABSOLUTE,
				   &course->absolute[n]);
		if (!err)
			err = look(pcm,
				   SND_PCM_AUDIO_TSTAMP_TYPE_LINK_SYNCHRONIZED,
				   &course->synchronized[n]);
		if (!err)
			err = look(pcm, SND_PCM_AUDIO_TSTAMP_TYPE_DEFAULT,
				   &course->position[n]);
		snd_pcm_wait(pcm, 1);
	}
	return err;
}

static bool has_type(const struct look *looks, unsigned int type)
{
	int n;

	for (n = 0; n < LOOKS; n++)
		if (looks[n].type != type ||
		    !within(looks[n].accuracy, 0.000000001, APART))
			return false;
	return true;
}

static bool goes_on(const struct look *looks)
{
	int n;

	for (n = 1; n < LOOKS; n++)
		if (looks[n].audio <= looks[n - 1].audio)
			return false;
	return true;
}

/* How far one is ahead of the other, less what the machine's clock went on meanwhile. */
static double ahead(const struct look *one, const struct look *other,
		    long shift)
{
	return one->audio - other->audio -
	       (one->system - other->system) * (double)shift / UNSHIFTED;
}

static bool same_pace(const struct look *one, const struct look *other,
		      double offset, long shift)
{
	int n;

	for (n = 0; n < LOOKS; n++)
		if (!within(ahead(&one[n], &other[n], shift) - offset, -APART,
			    APART))
			return false;
	return true;
}

static double pace(const struct look *looks)
{
	return (looks[LOOKS - 1].audio - looks[0].audio) /
	       (looks[LOOKS - 1].system - looks[0].system);
}

#define COURSE_CHECKS 8

static void judge_course(struct ktap *ktap, const struct course *course,
			 long shift)
{
	double since = ahead(&course->absolute[0], &course->link[0], shift);
	double speed = pace(course->link) * UNSHIFTED;

	ktap_result(ktap,
		    has_type(course->link, SND_PCM_AUDIO_TSTAMP_TYPE_LINK) &&
			    has_type(course->absolute,
				     SND_PCM_AUDIO_TSTAMP_TYPE_LINK_ABSOLUTE) &&
			    has_type(course->synchronized,
				     SND_PCM_AUDIO_TSTAMP_TYPE_LINK_SYNCHRONIZED),
		    "each type is what was asked for, and tells its accuracy");
	ktap_result(ktap, goes_on(course->link) && goes_on(course->absolute),
		    "time goes on with each look");
	ktap_result(ktap, within(course->link[0].audio, 0, 0.02),
		    "since the start, at first");
	if (!ktap_result(ktap,
			 same_pace(course->link, course->position, 0, shift),
			 "it is the time of the frames that were moved"))
		ktap_note(ktap, "%.6f ahead at first, %.6f at last",
			  ahead(&course->link[0], &course->position[0], shift),
			  ahead(&course->link[LOOKS - 1],
				&course->position[LOOKS - 1], shift));
	ktap_result(ktap,
		    since > 0 && same_pace(course->absolute, course->link,
					   since, shift),
		    "absolute time is as far ahead all the time");
	ktap_result(ktap,
		    same_pace(course->synchronized, course->absolute, 0, shift),
		    "and so is the synchronized one");
	if (!ktap_result(ktap,
			 within(speed, (double)shift * 0.9995,
				(double)shift * 1.0005),
			 "the clock's pace can be read from it"))
		ktap_note(ktap, "%.1f of %ld", speed, shift);
}

static void judge_stream(struct ktap *ktap, snd_pcm_stream_t direction,
			 long shift)
{
	static struct course course;
	snd_pcm_t *pcm = NULL;
	struct look again = { 0 };
	int err = shift_clock(shift);

	ktap_note(ktap, "%s, a clock of %ld", snd_pcm_stream_name(direction),
		  shift);
	if (!err)
		err = open_stream(&pcm, direction);
	if (!err)
		err = snd_pcm_start(pcm);
	if (!err)
		err = follow(pcm, &course);
	if (err)
		ktap_note(ktap, "error %d", err);
	judge_course(ktap, &course, shift);
	ktap_result(ktap,
		    !err && !snd_pcm_drop(pcm) && !snd_pcm_prepare(pcm) &&
			    !snd_pcm_start(pcm) &&
			    !look(pcm, SND_PCM_AUDIO_TSTAMP_TYPE_LINK,
				  &again) &&
			    within(again.audio, 0, 0.02),
		    "started again, it begins again");
	if (pcm)
		snd_pcm_close(pcm);
	shift_clock(UNSHIFTED);
}

static void judge_unknown(struct ktap *ktap)
{
	struct look seen = { 0 };
	snd_pcm_t *pcm = NULL;
	int err = open_stream(&pcm, SND_PCM_STREAM_PLAYBACK);

	if (!err)
		err = snd_pcm_start(pcm);
	if (!err)
		err = look(pcm, SND_PCM_AUDIO_TSTAMP_TYPE_LINK_ESTIMATED,
			   &seen);
	ktap_result(ktap,
		    !err && seen.type == SND_PCM_AUDIO_TSTAMP_TYPE_DEFAULT,
		    "a type that there is not becomes the default");
	if (pcm)
		snd_pcm_close(pcm);
}

static const long shifts[] = { 100000, 101000, 80000 };

#define SHIFTS ((int)(sizeof(shifts) / sizeof(shifts[0])))

int main(void)
{
	struct ktap ktap;
	int n;

	ktap_begin(&ktap, stdout, 2 * SHIFTS * COURSE_CHECKS + 1);
	for (n = 0; n < SHIFTS; n++) {
		judge_stream(&ktap, SND_PCM_STREAM_PLAYBACK, shifts[n]);
		judge_stream(&ktap, SND_PCM_STREAM_CAPTURE, shifts[n]);
	}
	judge_unknown(&ktap);
	return ktap_end(&ktap);
}
