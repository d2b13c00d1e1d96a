/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test results as KTAP, version 1. The verdict is derived from what was
 * counted: a plan that was not run to its end is a failure, as is a plan of
 * nothing.
 */
#ifndef ONCARD_KTAP_H
#define ONCARD_KTAP_H

#include <stdbool.h>
#include <stdio.h>

struct ktap {
	FILE *out;
	unsigned int plan;
	unsigned int run;
	unsigned int failed;
	unsigned int skipped;
};

/* Prints the header and the plan. */
void ktap_begin(struct ktap *ktap, FILE *out, unsigned int plan);

/* One result; @name says the property that holds. Returns @ok. */
bool ktap_result(struct ktap *ktap, bool ok, const char *name);

/* One property that could not be judged, and why. It is not a failure. */
void ktap_skip(struct ktap *ktap, const char *name, const char *why);

/* A line for people, after "# ". */
void ktap_note(struct ktap *ktap, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Prints the totals. Returns the exit status: 0 if everything planned ran and
 * none failed, else 1.
 */
int ktap_end(struct ktap *ktap);

#endif
