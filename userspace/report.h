/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What oncard-play says of a session: one KTAP result per property, figures as
 * notes.
 */
#ifndef ONCARD_REPORT_H
#define ONCARD_REPORT_H

#include "ktap.h"
#include "options.h"
#include "play.h"

struct report {
	struct ktap ktap;
	const struct options *options;
	const struct session *session;
};

/*
 * Header, plan and what will be played: printed before, so that it is there if
 * the client dies. @own_memory says how the program's own memory was kept out
 * of the count of page faults.
 */
void report_begin(struct report *report, const struct options *options,
		  const struct session *session, const char *own_memory);

/*
 * Judges, with @err from session_run(). The buffers are still mapped. Returns
 * the exit status.
 */
int report_end(struct report *report, int err);

#endif
