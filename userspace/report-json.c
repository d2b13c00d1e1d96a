// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "report.h"

/* Bytes above 0x7f are taken for UTF-8. */
static void string(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\"%s\": \"", name);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", (unsigned int)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void write_stream(FILE *out, const struct report *report)
{
	const struct session *s = report->session;
	const struct stream *stream = session_stream(s);

	if (s->playback) {
		fputs("  ", out);
		string(out, "playback", s->play.name);
		fputs(",\n", out);
	}
	if (s->capture) {
		fputs("  ", out);
		string(out, "capture", s->rec.name);
		fputs(",\n", out);
	}
	fputs("  ", out);
	string(out, "signal",
	       !s->playback          ? "none" :
	       report->options->file ? report->options->file :
				       report->options->signal);
	fputs(",\n  ", out);
	string(out, "format", pcm_format_name(&stream->spec));
	fprintf(out, ",\n  \"channels\": %u,\n  \"rate\": %u,\n  ",
		stream->spec.channels, stream->spec.rate);
	string(out, "access", stream_access_names[report->options->access]);
	fprintf(out,
		",\n  \"buffer_size\": %lu,\n  \"period_size\": %lu,\n  \"frames\": %" PRIu64
		",\n",
		stream->buffer_size, stream->period_size, s->total);
}

static void write_checks(FILE *out, const struct report *report)
{
	static const char *const verdicts[] = { "ok", "not ok", "skipped" };
	const struct check *check;
	unsigned int i;

	fputs("  \"checks\": [", out);
	for (i = 0; i < report->count; i++) {
		check = &report->checks[i];
		fputs(i ? ",\n    { " : "\n    { ", out);
		string(out, "name", check->name);
		fputs(", ", out);
		string(out, "result", verdicts[check->verdict]);
		if (check->verdict == CHECK_SKIPPED) {
			fputs(", ", out);
			string(out, "why", check->why);
		}
		fputs(" }", out);
	}
	fputs("\n  ],\n", out);
}

static void write_findings(FILE *out, const struct report *report)
{
	const struct pattern_finding *finding;
	unsigned int i;

	fputs("  \"findings\": [", out);
	for (i = 0; report->has_pattern && i < report->pattern.count; i++) {
		finding = &report->pattern.findings[i];
		fputs(i ? ",\n    { " : "\n    { ", out);
		string(out, "fault", pattern_fault_names[finding->fault]);
		fprintf(out, ", \"frame\": %" PRIu64 ", \"frames\": %" PRIu64,
			finding->frame, finding->frames);
		fprintf(out, ", \"channel\": %u, \"channels\": %u",
			finding->channel, finding->channels);
		fprintf(out, ", \"source\": %u, \"displaced\": %" PRId64 " }",
			finding->source, finding->displaced);
	}
	fputs(i ? "\n  ],\n" : "],\n", out);
}

static void write_timing(FILE *out, const struct report *report)
{
	const struct session *s = report->session;
	const struct lateness *l = &s->lateness;
	double ppm, off;
	int i;

	fprintf(out, "  \"seconds\": %.6f,\n", s->timing.seconds);
	if (timing_ppm(&s->timing, session_stream(s)->spec.rate, &ppm, &off))
		fprintf(out, "  \"ppm\": %.3f,\n  \"ppm_uncertainty\": %.3f,\n",
			ppm, off);
	fprintf(out,
		"  \"wakeups\": { \"count\": %lu, \"mean_us\": %.3f, \"max_us\": %.3f, \"below_us\": {",
		l->count, l->count ? l->sum / (double)l->count : 0.0, l->max);
	for (i = 0; i < LATENESS_BUCKETS; i++)
		fprintf(out, "%s\"%lu\": %lu", i ? ", " : " ", 1UL << i,
			l->buckets[i]);
	fputs(" } },\n", out);
}

void report_json(const struct report *report, FILE *out, int status)
{
	const struct session *s = report->session;

	fputs("{\n", out);
	write_stream(out, report);
	if (s->injected) {
		fputs("  ", out);
		string(out, "injected", inject_names[s->injection.fault]);
		fprintf(out, ",\n  \"injected_frame\": %" PRIu64 ",\n",
			s->injection.frame);
	}
	write_checks(out, report);
	write_findings(out, report);
	write_timing(out, report);
	if (report->has_delay)
		fprintf(out, "  \"delay_frames\": %" PRIu64 ",\n",
			report->delay);
	fprintf(out,
		"  \"xruns\": %lu,\n  \"xruns_injected\": %u,\n  \"xruns_recovered\": %u,\n  \"page_faults\": %lu,\n  \"status\": %d\n}\n",
		s->xruns, s->xruns_wanted, s->xruns_recovered, s->faults,
		status);
}
