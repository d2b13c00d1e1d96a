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

#define REPORT_CHECKS 20

enum verdict {
	CHECK_OK,
	CHECK_NOT_OK,
	CHECK_SKIPPED,
};

struct check {
	const char *name; /* the property that holds */
	enum verdict verdict;
	char why[128]; /* it was skipped */
};

struct report {
	struct ktap ktap;
	const struct options *options;
	const struct session *session;
	struct check checks[REPORT_CHECKS];
	unsigned int count;
	struct pattern_judge pattern;
	bool has_pattern; /* @pattern is valid */
	bool has_delay; /* @delay is valid */
	uint64_t delay; /* of the loopback, frames */
};

/*
 * Header, plan and what will be played: printed before, so that it is there if
 * the client dies. @own_memory says how the program's own memory was kept out
 * of the count of page faults.
 */
void report_begin(struct report *report, const struct options *options,
		  const struct session *session, const char *own_memory);

/*
 * Judges, with @err from session_run(), and writes the files that were asked for.
 * The buffers are still mapped. Returns the exit status, or -1 with @why if a file
 * cannot be written.
 */
int report_end(struct report *report, int err, struct refusal *why);

/* All of the report but its notes, as a JSON object. @status is that to exit with. */
void report_json(const struct report *report, FILE *out, int status);

/* What was recorded, or else played, as a waveform; and how late wakeups were. */
void report_svg(const struct report *report, FILE *out);

#endif
