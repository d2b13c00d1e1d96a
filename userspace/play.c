// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
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
	if (session->playback &&
	    stream_open(&session->play, device, SND_PCM_STREAM_PLAYBACK, why))
		return -1;
	if (!session->capture)
		return 0;
	if (!capture_device)
		capture_device = session->playback ? session->play.name :
						     device;
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

/* The one that is started, and whose time is measured. */
static struct stream *lead(struct session *session)
{
	return session->playback ? &session->play : &session->rec;
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

static int setup_streams(struct session *session,
			 const struct stream_config *config,
			 struct refusal *why)
{
	struct stream_config same = *config;

	if (session->playback) {
		if (stream_setup(&session->play, config, why))
			return -1;
		/* the very same sizes for the recording, where they were chosen */
		same.buffer_size = session->play.buffer_size;
		same.period_size = session->play.period_size;
	}
	return session->capture ? stream_setup(&session->rec, &same, why) : 0;
}

/* The sizes are known now; it is memory of our own that is changed. */
static int inject_fault(struct session *session, struct refusal *why)
{
	struct injection *injection = &session->injection;

	injection->buffer_size = session->play.buffer_size;
	injection->period_size = session->play.period_size;
	if (injection_make(injection, &session->play.spec, session->injected,
			   session->total, why))
		return -1;
	session->total = injection->total;
	return 0;
}

int session_setup(struct session *session, const struct stream_config *config,
		  struct refusal *why)
{
	if (setup_streams(session, config, why))
		return -1;
	session->expected = session->total;
	if (session->injected && inject_fault(session, why))
		return -1;
	position_judge_init(&session->play_position, false,
			    session->play.buffer_size);
	position_judge_init(&session->rec_position, true,
			    session->rec.buffer_size);
	frame_judge_init(&session->frame_judge, &config->spec, session->frames,
			 session->total);
	if (session->playback)
		touch_runtime(&session->play);
	if (session->capture)
		touch_runtime(&session->rec);
	if (session->playback && session->capture && link_streams(session, why))
		return -1;
	session->faults = page_faults();
	return 0;
}

/* Where the program stands, over all the times that it was started. */
static uint64_t written(const struct session *session)
{
	return session->first + session->play.appl_ptr;
}

static uint64_t read_so_far(const struct session *session)
{
	return session->first + session->rec.appl_ptr;
}

/* The frame before which the next injected xrun is due, or the last one. */
static uint64_t next_stop(const struct session *session)
{
	unsigned int n = session->xruns_noticed;

	if (n == session->xruns_wanted)
		return session->total;
	return session->total * (n + 1) / (session->xruns_wanted + 1);
}

/* Nothing more is done until the xrun comes. */
static bool is_starved(const struct session *session)
{
	return session->xruns_noticed < session->xruns_wanted &&
	       (session->playback ? written(session) : read_so_far(session)) ==
		       next_stop(session);
}

static void end_take(struct session *session)
{
	session->takes[session->take_count++] =
		(struct take){ session->first, session->rec.appl_ptr };
}

static int pump_play(struct session *session);

/* From where the xrun left off; what was not read by then is lost. */
static int recover(struct session *session)
{
	struct stream *s = lead(session);
	int err;

	end_take(session);
	session->first = next_stop(session);
	session->xruns_noticed++;
	session->play.appl_ptr = 0;
	session->rec.appl_ptr = 0;
	position_judge_restart(&session->play_position);
	position_judge_restart(&session->rec_position);
	lateness_restart(&session->lateness);
	frame_judge_skip_to(&session->frame_judge, session->first);
	/* (linked streams are prepared together) */
	err = snd_pcm_recover(s->pcm, -EPIPE, 1);
	if (!err)
		err = pump_play(session);
	if (!err)
		err = snd_pcm_start(s->pcm);
	if (!err)
		session->xruns_recovered++;
	return err;
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
	if (!report.err && report.state == SND_PCM_STATE_XRUN) {
		if (is_starved(session))
			return recover(session);
		err = -EPIPE;
	}
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

static void time_position(struct session *session, const struct stream *s,
			  uint64_t hw_ptr, int64_t tstamp)
{
	if (!tstamp)
		return; /* nothing has set it yet */
	if (!session->started)
		session->started = tstamp;
	session->ended = tstamp;
	if (s == lead(session) && !session->xruns_wanted)
		timing_add(&session->timing, hw_ptr, tstamp);
	if (s != session->waited || !s->period_wakeup)
		return;
	session->waited = NULL;
	lateness_add(&session->lateness, hw_ptr, s->period_size, s->spec.rate);
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
		time_position(session, s, position->hw_ptr, report.tstamp);
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
	return !session->capture || read_so_far(session) == session->total;
}

/*
 * What is done is left alone: nobody reads the recording any more, it may
 * overrun.
 */
static int look(struct session *session)
{
	int err = 0;

	if (session->playback && !session->drained)
		err = look_at(session, &session->play, &session->play_position);
	if (!err && !all_recorded(session))
		err = look_at(session, &session->rec, &session->rec_position);
	return err;
}

/*
 * How far to go for now: to where the last period ended, plus @ahead. Who is woken a
 * little late and goes a little further would find less than a period done at the
 * next interrupt, and sleep on to the one after it.
 */
static uint64_t up_to_period(const struct stream *s,
			     const struct position_judge *position,
			     uint64_t ahead, uint64_t left)
{
	uint64_t end =
		position->hw_ptr / s->period_size * s->period_size + ahead;
	uint64_t now = end > s->appl_ptr ? end - s->appl_ptr : 0;

	if (!s->period_wakeup || position->hw_ptr >= s->appl_ptr + left)
		return left;
	return now < left ? now : left;
}

static int pump_play(struct session *session)
{
	const char *frames = session->injected ? session->injected :
						 session->frames;
	struct stream *s = &session->play;
	uint64_t from = written(session), left = next_stop(session) - from;
	snd_pcm_sframes_t done;

	if (!session->playback)
		return 0;
	left = up_to_period(s, &session->play_position, s->buffer_size, left);
	if (!left)
		return 0;
	done = stream_write(s, frames + from * pcm_frame_bytes(&s->spec), left);
	return done < 0 ? session_error(session, s, (int)done) : 0;
}

static int pump_rec(struct session *session)
{
	struct stream *s = &session->rec;
	uint64_t from = read_so_far(session), left = next_stop(session) - from;
	void *room;
	snd_pcm_sframes_t done;

	if (!session->capture)
		return 0;
	left = up_to_period(s, &session->rec_position, 0, left);
	if (!left)
		return 0;
	room = (char *)session->heard + from * pcm_frame_bytes(&s->spec);
	done = stream_read(s, room, left);
	if (done < 0)
		return session_error(session, s, (int)done);
	if (session->playback)
		frame_judge_add(&session->frame_judge, room, (uint64_t)done);
	return 0;
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
 * is not done. Who lets the card starve would be woken all the time, so it sleeps.
 */
static int session_wait(struct session *session)
{
	struct stream *s = all_recorded(session) ? lead(session) :
						   &session->rec;
	int period_ms = (int)(s->period_size * 1000 / s->spec.rate) + 1;

	session->wakeups++;
	if (is_starved(session)) {
		poll(NULL, 0, period_ms);
		return 0;
	}
	session->waited = s;
	return stream_wait(s, s->period_wakeup ? WAIT_MS : period_ms);
}

/* Anything that moves, in one number that only grows. */
static uint64_t progress(const struct session *session)
{
	return 4 * session->first + session->play.appl_ptr +
	       session->rec.appl_ptr + session->play_position.hw_ptr +
	       session->rec_position.hw_ptr + session->drained;
}

static int session_step(struct session *session)
{
	int err = look(session);

	if (!err)
		err = pump_play(session);
	if (!err)
		err = pump_rec(session);
	if (!err && session->playback && !session->draining &&
	    written(session) == session->total)
		err = begin_drain(session);
	return err;
}

static int session_loop(struct session *session)
{
	int64_t moved = now_ms();
	uint64_t last = 0;
	int err;

	while ((session->playback && !session->drained) ||
	       !all_recorded(session)) {
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
			return session_error(session, lead(session), err);
	}
	return 0;
}

int session_run(struct session *session)
{
	int err;

	err = pump_play(session);
	if (!err) {
		err = snd_pcm_start(lead(session)->pcm);
		if (err)
			err = session_error(session, lead(session), err);
	}
	if (!err)
		err = session_loop(session);
	session->faults = page_faults() - session->faults;
	end_take(session);
	if (session->capture)
		snd_pcm_drop(session->rec.pcm);
	if (err && session->playback)
		snd_pcm_drop(session->play.pcm);
	return err;
}

void session_close(struct session *session)
{
	stream_close(&session->rec);
	stream_close(&session->play);
}
