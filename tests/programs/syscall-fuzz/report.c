// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was counted and found, in memory that all processes share.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

struct record *record;

#define KIND(name, weight, needs)                         \
	{                                                 \
#name, weight, NEEDS_##needs, call_##name \
	}

const struct kind_info kinds[KINDS] = {
#include "kinds.h"
};

#undef KIND

int record_create(void)
{
	size_t bytes = sizeof(*record) + PC_BITS / 8;
	pthread_mutexattr_t robust;

	record = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (record == MAP_FAILED)
		return -errno;
	/* Whoever holds it may be killed at any moment. */
	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	return -(pthread_mutex_init(&record->prepare_lock, &robust) ?:
			 pthread_mutex_init(&record->corpus_lock, &robust));
}

int record_locked(pthread_mutex_t *lock, int err)
{
	return err == EOWNERDEAD ? pthread_mutex_consistent(lock) : err;
}

void record_result(unsigned int kind, long result)
{
	unsigned int err = result < 0 ? (unsigned int)-result : 0;

	if (err >= ERRNOS_MAX)
		err = ERRNOS_MAX - 1;
	atomic_fetch_add(&record->results[kind][err], 1);
	atomic_fetch_add(&record->calls, 1);
}

void found(const char *fmt, ...)
{
	unsigned int number = atomic_fetch_add(&record->findings, 1);
	struct finding *finding = &record->finding[number];
	va_list args;

	if (number >= FINDINGS_MAX)
		return;
	va_start(args, fmt);
	vsnprintf(finding->text, sizeof(finding->text), fmt, args);
	va_end(args);
	if (!self)
		return;
	finding->worker = self->number;
	finding->last = atomic_load(&self->record->calls);
	memcpy(finding->trace, self->record->trace, sizeof(finding->trace));
}

/* --- progress --- */

static unsigned long of_errno(unsigned int err)
{
	unsigned long calls = 0;
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++)
		calls += atomic_load(&record->results[kind][err]);
	return calls;
}

static const char *errno_name(unsigned int err)
{
	const char *name = strerrorname_np((int)err);

	return name ? name : "others";
}

/* The @count errnos that came most often, of one kind or, below 0, of all. */
static void print_errnos(FILE *out, int kind, unsigned int count)
{
	unsigned long seen[ERRNOS_MAX];
	unsigned int err;

	for (err = 1; err < ERRNOS_MAX; err++)
		seen[err] = kind < 0 ? of_errno(err) :
				       atomic_load(&record->results[kind][err]);
	while (count--) {
		unsigned int most = 1;

		for (err = 2; err < ERRNOS_MAX; err++)
			if (seen[err] > seen[most])
				most = err;
		if (!seen[most])
			return;
		fprintf(out, " %s %lu", errno_name(most), seen[most]);
		seen[most] = 0;
	}
}

void report_progress(double seconds)
{
	static unsigned long last_calls;
	static double last_seconds;
	unsigned long calls = atomic_load(&record->calls);

	printf("# %.0f s: %lu calls, %.0f/s", seconds, calls,
	       (double)(calls - last_calls) / (seconds - last_seconds));
	if (settings.kcov)
		printf(", %lu PCs, %u of %lu sequences kept",
		       atomic_load(&record->pcs), record->corpus_count,
		       atomic_load(&record->new_sequences));
	printf(", done %lu", of_errno(0));
	print_errnos(stdout, -1, 5);
	putchar('\n');
	fflush(stdout);
	last_calls = calls;
	last_seconds = seconds;
}

/* --- findings --- */

static void print_trace(FILE *out, const struct finding *finding)
{
	unsigned long n;

	n = finding->last > TRACE_MAX ? finding->last - TRACE_MAX : 0;
	for (; n < finding->last; n++) {
		const struct trace *trace = &finding->trace[n % TRACE_MAX];

		fprintf(out, "#   %-16s slot %2u seed %#010x: ",
			kinds[trace->call.kind].name, trace->call.slot,
			trace->call.seed);
		if (trace->result < 0 && trace->result > -ERRNOS_MAX)
			fprintf(out, "%s\n", errno_name(-trace->result));
		else
			fprintf(out, "%ld\n", trace->result);
	}
}

void report_findings(FILE *out, unsigned int from)
{
	unsigned int count = atomic_load(&record->findings);

	for (; from < count && from < FINDINGS_MAX; from++) {
		const struct finding *finding = &record->finding[from];

		if (finding->last)
			fprintf(out, "# the last calls of thread %u:\n",
				finding->worker);
		print_trace(out, finding);
		fprintf(out, "# FOUND (seed %llu): %s\n",
			(unsigned long long)settings.seed, finding->text);
	}
	fflush(out);
}

/* --- at the end --- */

static unsigned long calls_of(unsigned int kind)
{
	unsigned long calls = 0;
	unsigned int err;

	for (err = 0; err < ERRNOS_MAX; err++)
		calls += atomic_load(&record->results[kind][err]);
	return calls;
}

void report_table(FILE *out)
{
	unsigned int kind;

	fprintf(out, "# %-17s %9s %9s\n", "call", "made", "done");
	for (kind = 0; kind < KINDS; kind++) {
		unsigned long calls = calls_of(kind);

		if (!calls)
			continue;
		fprintf(out, "# %-17s %9lu %9lu", kinds[kind].name, calls,
			atomic_load(&record->results[kind][0]));
		print_errnos(out, (int)kind, 5);
		fputc('\n', out);
	}
	fprintf(out,
		"# touches %lu, faults %lu; processes begun %lu, children %lu; mappings looked at %lu\n",
		atomic_load(&record->touches), atomic_load(&record->faults),
		atomic_load(&record->restarts), atomic_load(&record->forks),
		atomic_load(&record->mappings_judged));
	if (settings.unbind)
		fprintf(out, "# longest unbind: %lu ms\n",
			atomic_load(&record->unbind_ms_max));
}

static bool can_succeed(const struct kind_info *kind)
{
	switch (kind->needs) {
	case NEEDS_NEVER:
		return false;
	case NEEDS_LINKS:
		return settings.has[TARGET_PCM] && settings.links;
	case NEEDS_PAUSES:
		return settings.has[TARGET_PCM] && !settings.links;
	case NEEDS_STRANGERS:
		return settings.strangers && settings.processes > 1;
	case NEEDS_UNBIND:
		return settings.unbind;
	case NEEDS_ANY:
		return true;
	default:
		return settings.has[(enum target)kind->needs];
	}
}

unsigned int report_unsuccessful(FILE *out, const char *prefix)
{
	unsigned int kind, count = 0;

	for (kind = 0; kind < KINDS; kind++) {
		if (!can_succeed(&kinds[kind]) ||
		    atomic_load(&record->results[kind][0]))
			continue;
		if (out)
			fprintf(out, "%s%s: %lu calls, none of them done\n",
				prefix, kinds[kind].name, calls_of(kind));
		count++;
	}
	return count;
}
