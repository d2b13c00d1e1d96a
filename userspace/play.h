/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One sound, played and recorded at the same time, with everything that is
 * judged on the way.
 */
#ifndef ONCARD_PLAY_H
#define ONCARD_PLAY_H

#include "judge.h"
#include "stream.h"

struct session {
	struct stream play;
	struct stream rec;
	bool capture;
	const void *frames; /* what is played */
	uint64_t total; /* frames */

	struct frame_judge frame_judge;
	struct position_judge play_position;
	struct position_judge rec_position;
	unsigned long xruns;
	unsigned long wakeups;
	unsigned long faults; /* from the mapping of the buffers to the end */
	bool linked;
	bool draining;
	bool drained;
	int64_t started,
		ended; /* timestamps of the first and the last position, ns */
};

/*
 * Opens both directions, the capture side on the substream that records what
 * this one plays, or on @capture_device if that is not NULL.
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
