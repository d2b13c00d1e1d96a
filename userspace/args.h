/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a command line says, taken exactly or refused with what is allowed.
 */
#ifndef ONCARD_ARGS_H
#define ONCARD_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sysexits.h>

/*
 * Why something cannot be done: text for people, and the status to exit with.
 */
struct refusal {
	int status;
	char text[1024];
};

/* Fills @why and returns -1, so that it can be returned at once. */
int refuse(struct refusal *why, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints "program: text" and returns the status to exit with. */
int refusal_print(const char *program, const struct refusal *why);

/*
 * A decimal number and nothing else, @min to @max; the refusal names @option
 * and the limits.
 */
int parse_number(const char *option, const char *text, unsigned long long min,
		 unsigned long long max, unsigned long long *value,
		 struct refusal *why);

/* The same, for values of these types. */
int parse_uint(const char *option, const char *text, unsigned int min,
	       unsigned int max, unsigned int *value, struct refusal *why);
int parse_uint64(const char *option, const char *text, uint64_t min,
		 uint64_t max, uint64_t *value, struct refusal *why);

/*
 * The place of @text in @names, which ends in NULL; the refusal lists the
 * names.
 */
int parse_choice(const char *option, const char *text, const char *const *names,
		 int *index, struct refusal *why);

/* Seconds with an optional fraction, above 0 and at most @max. */
int parse_seconds(const char *option, const char *text, double max,
		  double *seconds, struct refusal *why);

#endif
