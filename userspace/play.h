/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sound, played and recorded at the same time, with everything that is
 * judged on the way.
 */
#ifndef ONCARD_PLAY_H
#define ONCARD_PLAY_H

#include "inject.h"
#include "judge.h"
#include "pattern.h"
#include "stream.h"
#include "timing.h"

#define XRUNS_MAX 64

/* What was recorded without a stop: @count frames from @first on. */
struct take {
	uint64_t first, count;
};

struct session {
	struct stream play;
	struct stream rec;
	bool playback, capture; /* one of them at least */
	const void *frames; /* what is to be played */
	void *injected; /* what is played instead, or NULL */
	void *heard; /* what is recorded, as many */
	uint64_t total; /* frames that are played or recorded */
	uint64_t expected; /* frames in @frames */
	struct injection injection; /* valid with @injected */

	struct frame_judge frame_judge;
	struct position_judge play_position;
	struct position_judge rec_position;
	struct timing timing;
	struct lateness lateness;
	unsigned long xruns; /* that nobody asked for */
	unsigned long wakeups;
	unsigned long faults; /* from the mapping of the buffers to the end */
	bool linked;
	bool draining;
	bool drained;
	int64_t started,
		ended; /* timestamps of the first and the last position, ns */

	/* xruns that are injected: no frame goes past where the next one is due */
	unsigned int xruns_wanted, xruns_noticed, xruns_recovered;
	uint64_t first; /* frame at which the streams were started last */
	const struct stream *waited; /* for a period of it */
	struct take takes[XRUNS_MAX + 1];
	unsigned int take_count;
};

/* The stream that is started, and whose time is measured. */
static inline const struct stream *session_stream(const struct session *session)
{
	return session->playback ? &session->play : &session->rec;
}

/* Frames that were written, or read where nothing is played. */
static inline uint64_t session_done(const struct session *session)
{
	return session->first + session_stream(session)->appl_ptr;
}

/*
 * Opens the directions that are wanted, the capture side on @capture_device or, if
 * that is NULL, on the substream that records what this one plays.
 */
int session_open(struct session *session, const char *device,
		 const char *capture_device, struct refusal *why);

/* Maps the buffers; from here on page faults are counted. */
int session_setup(struct session *session, const struct stream_config *config,
		  struct refusal *why);

/*
 * Plays to the end or to an xrun, which is counted. Returns 0, or a negative
 * errno: -ENODEV if the card is gone, -ETIMEDOUT if its position stands still.
 */
int session_run(struct session *session);

void session_close(struct session *session);

#endif
