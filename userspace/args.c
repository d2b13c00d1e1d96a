// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"

int refuse(struct refusal *why, int status, const char *fmt, ...)
{
	va_list args;

	why->status = status;
	va_start(args, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -1;
}

int refusal_print(const char *program, const struct refusal *why)
{
	fflush(stdout);
	fprintf(stderr, "%s: %s\n", program, why->text);
	return why->status;
}

int parse_number(const char *option, const char *text, unsigned long long min,
		 unsigned long long max, unsigned long long *value,
		 struct refusal *why)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || number < min ||
	    number > max)
		return refuse(why, EX_USAGE,
			      "%s: '%s' is not a whole number from %llu to %llu",
			      option, text, min, max);
	*value = number;
	return 0;
}

int parse_uint(const char *option, const char *text, unsigned int min,
	       unsigned int max, unsigned int *value, struct refusal *why)
{
	unsigned long long number;

	if (parse_number(option, text, min, max, &number, why))
		return -1;
	*value = (unsigned int)number;
	return 0;
}

int parse_uint64(const char *option, const char *text, uint64_t min,
		 uint64_t max, uint64_t *value, struct refusal *why)
{
	unsigned long long number;

	if (parse_number(option, text, min, max, &number, why))
		return -1;
	*value = number;
	return 0;
}

int parse_choice(const char *option, const char *text, const char *const *names,
		 int *index, struct refusal *why)
{
	char allowed[256] = "";
	size_t used = 0;
	int i;

	for (i = 0; names[i]; i++) {
		if (!strcmp(names[i], text)) {
			*index = i;
			return 0;
		}
		if (used < sizeof(allowed))
			used += (size_t)snprintf(allowed + used,
						 sizeof(allowed) - used, "%s%s",
						 i ? ", " : "", names[i]);
	}
	return refuse(why, EX_USAGE, "%s: '%s' is unknown; allowed: %s", option,
		      text, allowed);
}

int parse_seconds(const char *option, const char *text, double max,
		  double *seconds, struct refusal *why)
{
	double number;
	char *end;

	number = strtod(text, &end);
	if (!isdigit((unsigned char)*text) || *end || !(number > 0) ||
	    number > max)
		return refuse(why, EX_USAGE,
			      "%s: '%s' is not a time in seconds above 0, up to %g",
			      option, text, max);
	*seconds = number;
	return 0;
}
