// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>

#include "ktap.h"

void ktap_begin(struct ktap *ktap, FILE *out, unsigned int plan)
{
	*ktap = (struct ktap){ .out = out, .plan = plan };
	fprintf(out, "KTAP version 1\n1..%u\n", plan);
}

bool ktap_result(struct ktap *ktap, bool ok, const char *name)
{
	ktap->run++;
	if (!ok)
		ktap->failed++;
	fprintf(ktap->out, "%s %u %s\n", ok ? "ok" : "not ok", ktap->run, name);
	return ok;
}

void ktap_skip(struct ktap *ktap, const char *name, const char *why)
{
	ktap->run++;
	ktap->skipped++;
	fprintf(ktap->out, "ok %u %s # SKIP %s\n", ktap->run, name, why);
}

void ktap_note(struct ktap *ktap, const char *fmt, ...)
{
	va_list args;

	fputs("# ", ktap->out);
	va_start(args, fmt);
	vfprintf(ktap->out, fmt, args);
	va_end(args);
	fputc('\n', ktap->out);
}

int ktap_end(struct ktap *ktap)
{
	bool complete = ktap->plan && ktap->run == ktap->plan;

	if (!complete)
		ktap_note(ktap, "planned %u, run %u: incomplete", ktap->plan,
			  ktap->run);
	ktap_note(ktap, "Totals: pass:%u fail:%u skip:%u",
		  ktap->run - ktap->failed - ktap->skipped, ktap->failed,
		  ktap->skipped);
	if (fflush(ktap->out) || ferror(ktap->out))
		return 1;
	return complete && !ktap->failed ? 0 : 1;
}
