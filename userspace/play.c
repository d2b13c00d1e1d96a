// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <time.h>

#include "ownmem.h"
#include "play.h"

#define STALL_MS 10000 /* nothing moves for so long: the card stands still */
#define WAIT_MS  1000

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int session_open(struct session *session, const char *device,
		 const char *capture_device, struct refusal *why)
{
	if (stream_open(&session->play, device, SND_PCM_STREAM_PLAYBACK, why))
		return -1;
	if (!session->capture)
		return 0;
	if (!capture_device)
		capture_device = session->play.name;
	return stream_open(&session->rec, capture_device,
			   SND_PCM_STREAM_CAPTURE, why);
}

/*
 * What is mapped by alsa-lib besides the buffer (status and control of the
 * runtime) and the vvar page come by a fault at first touch and cannot be
 * locked: touch them now. The control page has been written to by the software
 * parameters.
 */
static void touch_runtime(struct stream *s)
{
	snd_pcm_avail_update(s->pcm);
	snd_pcm_state(s->pcm);
	stream_look(s);
	now_ms();
}

static int link_streams(struct session *session, struct refusal *why)
{
	int err = snd_pcm_link(session->play.pcm, session->rec.pcm);

	if (err < 0)
		return refuse(why, EX_UNAVAILABLE,
			      "%s and %s cannot be linked: %s",
			      session->play.name, session->rec.name,
			      snd_strerror(err));
	session->linked = true;
	return 0;
}

int session_setup(struct session *session, const struct stream_config *config,
		  struct refusal *why)
{
	struct stream_config same = *config;

	if (stream_setup(&session->play, config, why))
		return -1;
	/* the very same sizes for the recording, where they were chosen */
	same.buffer_size = session->play.buffer_size;
	same.period_size = session->play.period_size;
	if (session->capture && stream_setup(&session->rec, &same, why))
		return -1;

	position_judge_init(&session->play_position, false,
			    session->play.buffer_size);
	position_judge_init(&session->rec_position, true,
			    session->rec.buffer_size);
	frame_judge_init(&session->frame_judge, &config->spec, session->frames,
			 session->total);
	touch_runtime(&session->play);
	if (session->capture) {
		touch_runtime(&session->rec);
		if (link_streams(session, why))
			return -1;
	}
	session->faults = page_faults();
	return 0;
}

/*
 * -EPIPE is an xrun. An error of the transfer may be the second sign of a card
 * that is gone, or of an xrun: the state says which.
 */
static int session_error(struct session *session, struct stream *s, int err)
{
	struct stream_report report = stream_look(s);

	if (report.err == -ENODEV)
		return -ENODEV;
	if (!report.err && report.state == SND_PCM_STATE_XRUN)
		err = -EPIPE;
	if (err == -EPIPE)
		session->xruns++;
	return err;
}

/*
 * Drained: the position says whether the last frame was played. The card may
 * have gone a little further, into what lies behind it in the buffer, before it
 * was stopped.
 */
static int look_at_drained(struct session *session,
			   struct stream_report *report)
{
	struct stream *s = &session->play;

	if (report->avail > (snd_pcm_sframes_t)s->buffer_size)
		report->avail = (snd_pcm_sframes_t)s->buffer_size;
	position_judge_add(&session->play_position, s->appl_ptr, report->avail,
			   report->tstamp);
	session->drained = true;
	return 0;
}

/* Looks at the state and, while the stream runs, at the position. */
static int look_at(struct session *session, struct stream *s,
		   struct position_judge *position)
{
	struct stream_report report = stream_look(s);

	if (report.err)
		return session_error(session, s, report.err);
	switch (report.state) {
	case SND_PCM_STATE_RUNNING:
	case SND_PCM_STATE_DRAINING:
		position_judge_add(position, s->appl_ptr, report.avail,
				   report.tstamp);
		if (!session->started)
			session->started = report.tstamp;
		session->ended = report.tstamp;
		return 0;
	case SND_PCM_STATE_SETUP:
		if (session->draining && s == &session->play)
			return look_at_drained(session, &report);
		return -EBADFD;
	default:
		return session_error(session, s, -EBADFD);
	}
}

static bool all_recorded(const struct session *session)
{
	return !session->capture || session->rec.appl_ptr == session->total;
}

/*
 * What is done is left alone: nobody reads the recording any more, it may
 * overrun.
 */
static int look(struct session *session)
{
	int err = 0;

	if (!session->drained)
		err = look_at(session, &session->play, &session->play_position);
	if (!err && !all_recorded(session))
		err = look_at(session, &session->rec, &session->rec_position);
	return err;
}

static int pump_play(struct session *session)
{
	struct stream *s = &session->play;
	size_t bytes = pcm_frame_bytes(&s->spec);
	snd_pcm_sframes_t done;

	if (s->appl_ptr == session->total)
		return 0;
	done = stream_write(s,
			    (const char *)session->frames + s->appl_ptr * bytes,
			    session->total - s->appl_ptr);
	return done < 0 ? session_error(session, s, (int)done) : 0;
}

static void judge_frames(void *arg, const void *frames, size_t count)
{
	frame_judge_add(arg, frames, count);
}

static int pump_rec(struct session *session)
{
	struct stream *s = &session->rec;
	snd_pcm_sframes_t done;

	if (all_recorded(session))
		return 0;
	done = stream_read(s, session->total - s->appl_ptr, judge_frames,
			   &session->frame_judge);
	return done < 0 ? session_error(session, s, (int)done) : 0;
}

/*
 * All is written: let the buffer run empty. Linked, the recording would be
 * drained, that is stopped, with it, before the last frames have come back; so
 * it is unlinked and runs on. Non-blocking, for it is read all the while, and
 * because without period wakeups nobody but look() would notice the end.
 */
static int begin_drain(struct session *session)
{
	int err;

	if (session->linked) {
		err = snd_pcm_unlink(session->rec.pcm);
		if (err < 0)
			return session_error(session, &session->rec, err);
		session->linked = false;
	}
	session->draining = true;
	err = snd_pcm_drain(session->play.pcm);
	if (err < 0 && err != -EAGAIN)
		return session_error(session, &session->play, err);
	return 0;
}

/*
 * Both directions move at the same tick: it is enough to wait for the one that
 * is not done.
 */
static int session_wait(struct session *session)
{
	struct stream *s = all_recorded(session) ? &session->play :
						   &session->rec;
	int timeout = WAIT_MS;

	if (!s->period_wakeup)
		timeout = (int)(s->period_size * 1000 / s->spec.rate) + 1;
	session->wakeups++;
	return stream_wait(s, timeout);
}

/* Anything that moves, in one number that only grows. */
static uint64_t progress(const struct session *session)
{
	return session->play.appl_ptr + session->rec.appl_ptr +
	       session->play_position.hw_ptr + session->rec_position.hw_ptr +
	       session->drained;
}

static int session_step(struct session *session)
{
	int err = look(session);

	if (!err)
		err = pump_play(session);
	if (!err)
		err = pump_rec(session);
	if (!err && !session->draining &&
	    session->play.appl_ptr == session->total)
		err = begin_drain(session);
	return err;
}

static int session_loop(struct session *session)
{
	int64_t moved = now_ms();
	uint64_t last = 0;
	int err;

	while (!session->drained || !all_recorded(session)) {
		err = session_step(session);
		if (err)
			return err;
		if (progress(session) != last) {
			last = progress(session);
			moved = now_ms();
		} else if (now_ms() - moved > STALL_MS) {
			return -ETIMEDOUT;
		}
		err = session_wait(session);
		if (err)
			return session_error(session, &session->play, err);
	}
	return 0;
}

int session_run(struct session *session)
{
	int err;

	err = pump_play(session);
	if (!err) {
		err = snd_pcm_start(session->play.pcm);
		if (err)
			err = session_error(session, &session->play, err);
	}
	if (!err)
		err = session_loop(session);
	session->faults = page_faults() - session->faults;
	if (session->capture)
		snd_pcm_drop(session->rec.pcm);
	if (err)
		snd_pcm_drop(session->play.pcm);
	return err;
}

void session_close(struct session *session)
{
	stream_close(&session->rec);
	stream_close(&session->play);
}
