// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* the frames, what is wrong with them, the delay, the last frame, the position, the
 * rate, the xruns, those injected, page faults, the mapping
 */
#define PLAN (9 + PATTERN_FAULTS)

static struct check *next_check(struct report *report, const char *name,
				enum verdict verdict)
{
	struct check *check = &report->checks[report->count++];

	*check = (struct check){ .name = name, .verdict = verdict };
	return check;
}

static void result(struct report *report, bool ok, const char *name)
{
	next_check(report, name, ok ? CHECK_OK : CHECK_NOT_OK);
	ktap_result(&report->ktap, ok, name);
}

__attribute__((format(printf, 3, 4))) static void skip(struct report *report,
						       const char *name,
						       const char *fmt, ...)
{
	struct check *check = next_check(report, name, CHECK_SKIPPED);
	va_list args;

	va_start(args, fmt);
	vsnprintf(check->why, sizeof(check->why), fmt, args);
	va_end(args);
	ktap_skip(&report->ktap, name, check->why);
}

static void note_what_is_done(struct report *report)
{
	const struct options *options = report->options;
	const struct session *session = report->session;
	struct ktap *ktap = &report->ktap;

	if (!session->playback)
		ktap_note(ktap, "recording on %s", session->rec.name);
	else
		ktap_note(ktap, "playing %s on %s%s%s",
			  options->file ? options->file : options->signal,
			  session->play.name,
			  session->capture ? ", recording on " : "",
			  session->rec.name);
	if (session->playback && !options->file &&
	    !strcmp(options->signal, "noise"))
		ktap_note(ktap, "seed: %" PRIu64, options->seed);
	if (session->injected)
		ktap_note(ktap, "injected: %s, from frame %" PRIu64 " on",
			  inject_names[session->injection.fault],
			  session->injection.frame);
}

void report_begin(struct report *report, const struct options *options,
		  const struct session *session, const char *own_memory)
{
	const struct pcm_spec *spec = &session_stream(session)->spec;
	struct ktap *ktap = &report->ktap;

	*report = (struct report){ .options = options, .session = session };
	ktap_begin(ktap, stdout, PLAN);
	note_what_is_done(report);
	ktap_note(ktap, "frames: %" PRIu64 " of %s, %u channel%s, %u Hz, by %s",
		  session->total, pcm_format_name(spec), spec->channels,
		  spec->channels == 1 ? "" : "s", spec->rate,
		  stream_access_names[options->access]);
	ktap_note(ktap, "own memory: %s", own_memory);
	fflush(stdout);
}

static void note_lateness(struct report *report)
{
	const struct lateness *l = &report->session->lateness;
	char line[512] = "";
	size_t used = 0;
	int n;

	for (n = 0; n < LATENESS_BUCKETS && used < sizeof(line); n++)
		if (l->buckets[n])
			used += (size_t)snprintf(line + used,
						 sizeof(line) - used,
						 " <%lu: %lu", 1UL << n,
						 l->buckets[n]);
	if (l->count)
		ktap_note(&report->ktap,
			  "wakeups late by us:%s; mean %.0f, at most %.0f",
			  line, l->sum / (double)l->count, l->max);
}

static void note_figures(struct report *report)
{
	const struct session *s = report->session;
	const struct stream *stream = session_stream(s);
	double seconds = (double)(s->ended - s->started) / 1e9;
	uint64_t frames = s->playback ? s->play_position.hw_ptr :
					s->rec_position.hw_ptr;

	ktap_note(&report->ktap,
		  "buffer: %lu frames, %lu bytes; period: %lu frames%s",
		  stream->buffer_size,
		  stream->buffer_size * pcm_frame_bytes(&stream->spec),
		  stream->period_size,
		  stream->period_wakeup ? "" : ", without wakeups");
	ktap_note(&report->ktap, "periods: %" PRIu64 ", wakeups: %lu, %.3f s",
		  frames / stream->period_size, s->wakeups, seconds);
	note_lateness(report);
	if (s->playback && s->capture && !s->play.sync_start)
		ktap_note(&report->ktap,
			  "the card does not claim to start linked streams in sync");
}

static void note_difference(struct report *report,
			    const struct frame_judge *judge)
{
	const struct difference *first = &judge->first;
	int digits = 2 * (int)pcm_sample_bytes(&judge->spec);
	uint64_t mask = UINT64_MAX >> (64 - 4 * digits);
	uint64_t whence;

	ktap_note(&report->ktap,
		  "first difference: frame %" PRIu64
		  ", channel %u: expected %" PRId64 " (0x%0*" PRIx64
		  "), got %" PRId64 " (0x%0*" PRIx64 ")",
		  first->frame, first->channel, first->expected, digits,
		  (uint64_t)first->expected & mask, first->got, digits,
		  (uint64_t)first->got & mask);
	if (frame_judge_whence(judge, &whence))
		ktap_note(&report->ktap,
			  "what came there was played as frame %" PRIu64
			  " (%+" PRId64 ")",
			  whence, (int64_t)(whence - first->frame));
}

/* Why nothing can be said of the frames, or NULL. */
static const char *why_not_frames(const struct session *s)
{
	if (!s->capture)
		return "nothing is recorded";
	if (!s->playback)
		return "nothing is played";
	return NULL;
}

static void measure_delay(struct report *report)
{
	static const char name[] = "the loopback's delay is found";
	const struct session *s = report->session;

	if (report->options->mode != MODE_LATENCY) {
		skip(report, name, "--mode=latency was not given");
		return;
	}
	pattern_judge_init(&report->pattern, &s->play.spec, s->frames,
			   s->expected, s->play.buffer_size,
			   s->play.period_size);
	report->has_delay = pattern_find_start(&report->pattern, s->heard,
					       s->rec.appl_ptr, &report->delay);
	if (report->has_delay)
		ktap_note(&report->ktap,
			  "the loopback is late by %" PRIu64 " frames, %.3f ms",
			  report->delay,
			  (double)report->delay * 1e3 / s->play.spec.rate);
	result(report, report->has_delay, name);
}

/* What comes late is compared when it is all there, without what came before. */
static struct frame_judge late_frames(const struct report *report)
{
	const struct session *s = report->session;
	size_t bytes = pcm_frame_bytes(&s->play.spec);
	uint64_t heard = s->rec.appl_ptr;
	struct frame_judge judge;

	frame_judge_init(&judge, &s->play.spec, s->frames,
			 s->total - report->delay);
	if (report->has_delay)
		frame_judge_add(&judge,
				(const char *)s->heard + report->delay * bytes,
				heard - report->delay);
	return judge;
}

static void judge_frames(struct report *report)
{
	static const char name[] =
		"every frame recorded equals the frame played";
	struct frame_judge judge = report->session->frame_judge;
	const char *why = why_not_frames(report->session);

	if (report->options->mode == MODE_LATENCY)
		judge = late_frames(report);
	if (!why && frames_silent(&judge.spec, judge.expected, judge.total) ==
			    judge.total)
		why = "every sample is zero: to be equal proves nothing";
	if (why) {
		skip(report, name, "%s", why);
		return;
	}
	ktap_note(&report->ktap,
		  "recorded: %" PRIu64 " frames, different: %" PRIu64,
		  judge.compared, judge.different);
	if (judge.different)
		note_difference(report, &judge);
	result(report, frame_judge_ok(&judge), name);
}

static const char *const pattern_checks[PATTERN_FAULTS] = {
	[PATTERN_SWAPPED] = "no channel comes in the place of another",
	[PATTERN_SHIFTED] = "no frame is shifted",
	[PATTERN_REPEATED] = "no period comes twice",
	[PATTERN_STALE] = "nothing comes from the buffer's lap before",
	[PATTERN_LOST] = "no frame is lost",
	[PATTERN_SILENT] = "no silence comes where there was none",
	[PATTERN_FOREIGN] = "nothing comes that was not played",
};

/* Why the recording cannot be judged for @fault, or NULL. */
static const char *why_not_pattern(const struct report *report,
				   enum pattern_fault fault)
{
	const struct session *s = report->session;
	const char *why = why_not_frames(s);

	if (why)
		return why;
	if (report->options->file || strcmp(report->options->signal, "code"))
		return "only --signal=code says where it was played";
	if (report->options->mode == MODE_LATENCY && !report->has_delay)
		return "what was played is not found";
	if (fault == PATTERN_SWAPPED && s->play.spec.channels == 1)
		return "there is one channel only";
	if (fault == PATTERN_STALE && s->total <= s->play.buffer_size)
		return "the sound is not longer than the buffer";
	if (fault == PATTERN_REPEATED && s->total <= s->play.period_size)
		return "the sound is not longer than a period";
	return NULL;
}

static void find_faults(struct report *report)
{
	const struct session *s = report->session;
	struct pattern_judge *judge = &report->pattern;
	const char *heard = (const char *)s->heard +
			    report->delay * pcm_frame_bytes(&s->play.spec);
	const struct take *take;
	char line[256];
	unsigned int i;

	pattern_judge_init(judge, &s->play.spec, s->frames, s->expected,
			   s->play.buffer_size, s->play.period_size);
	for (i = 0; i < s->take_count; i++) {
		take = &s->takes[i];
		pattern_judge_add(judge,
				  heard + take->first *
						  pcm_frame_bytes(&judge->spec),
				  take->first, take->count - report->delay);
	}
	report->has_pattern = true;
	for (i = 0; i < judge->count; i++) {
		pattern_describe(judge, &judge->findings[i], line,
				 sizeof(line));
		ktap_note(&report->ktap, "%s", line);
	}
	if (judge->more)
		ktap_note(&report->ktap, "and more than these");
}

static void judge_pattern(struct report *report)
{
	const char *why;
	int fault;

	if (!why_not_pattern(report, PATTERN_FOREIGN))
		find_faults(report);
	for (fault = 0; fault < PATTERN_FAULTS; fault++) {
		why = why_not_pattern(report, fault);
		if (why)
			skip(report, pattern_checks[fault], "%s", why);
		else
			result(report, !report->pattern.found[fault],
			       pattern_checks[fault]);
	}
}

static void judge_last_frame(struct report *report, int err)
{
	const struct session *s = report->session;
	uint64_t played = s->first + s->play_position.hw_ptr;

	if (err)
		ktap_note(&report->ktap, "ended by: %s", snd_strerror(err));
	if (!s->playback) {
		result(report, !err && s->first + s->rec.appl_ptr == s->total,
		       "it records to the last frame");
		return;
	}
	ktap_note(&report->ktap,
		  "written: %" PRIu64 " frames, played: %" PRIu64 "%s",
		  s->first + s->play.appl_ptr, played,
		  s->drained ? ", drained" : "");
	result(report, !err && s->drained && played == s->total,
	       "it plays to the last frame");
}

static void note_position(struct report *report, const struct position_judge *p)
{
	const char *direction = p->capture ? "capture" : "playback";

	ktap_note(&report->ktap,
		  "%s position: %lu looks, last at frame %" PRIu64
		  "; backward: %lu, outside: %lu, time backward: %lu",
		  direction, p->updates, p->hw_ptr, p->backward, p->outside,
		  p->time_backward);
	if (p->backward || p->outside)
		ktap_note(&report->ktap,
			  "%s position: first wrong step from frame %" PRIu64
			  " to %" PRId64,
			  direction, p->bad_from, (int64_t)p->bad_to);
}

static void judge_position(struct report *report)
{
	const struct session *s = report->session;
	bool ok = true;

	if (s->playback) {
		note_position(report, &s->play_position);
		ok = position_judge_ok(&s->play_position);
	}
	if (s->capture) {
		note_position(report, &s->rec_position);
		ok = position_judge_ok(&s->rec_position) && ok;
	}
	result(report, ok,
	       "the position only moves forward and stays inside the buffer");
}

static void judge_rate(struct report *report)
{
	static const char name[] = "N seconds of sound take N seconds";
	const struct session *s = report->session;
	double limit = report->options->ppm, ppm, off;
	bool known = timing_ppm(&s->timing, session_stream(s)->spec.rate, &ppm,
				&off);

	if (known)
		ktap_note(&report->ktap,
			  "the card's clock is off by %+.1f ppm, give or take %.1f, in %.3f s",
			  ppm, off, s->timing.seconds);
	if (s->xruns_wanted)
		skip(report, name, "it was stopped by --xrun");
	else if (limit <= 0)
		skip(report, name, "no limit was given by --ppm");
	else if (!known || off > limit)
		skip(report, name, "too short to tell %g ppm", limit);
	else
		result(report, ppm <= limit && ppm >= -limit, name);
}

static void judge_xruns(struct report *report)
{
	const struct session *s = report->session;
	static const char injected[] =
		"each injected xrun is noticed, and recovered from";

	ktap_note(&report->ktap, "xruns: %lu", s->xruns);
	result(report, !s->xruns, "no xrun");
	if (!s->xruns_wanted) {
		skip(report, injected, "--xrun was not given");
		return;
	}
	ktap_note(&report->ktap,
		  "xruns injected: %u, noticed: %u, recovered: %u",
		  s->xruns_wanted, s->xruns_noticed, s->xruns_recovered);
	result(report, s->xruns_recovered == s->xruns_wanted, injected);
}

/*
 * Pages of both buffers that were reached: all of them, unless the sound is
 * shorter.
 */
static unsigned long pages_reached(const struct session *s)
{
	unsigned long page_size = (unsigned long)sysconf(_SC_PAGESIZE);
	const struct stream *stream = session_stream(s);
	uint64_t frames = s->total;

	if (frames > stream->buffer_size)
		frames = stream->buffer_size;
	return pages_touched(&stream->spec, frames, page_size) *
	       (s->playback && s->capture ? 2 : 1);
}

static void judge_faults(struct report *report)
{
	unsigned long faults = report->session->faults;
	unsigned long pages = pages_reached(report->session);
	bool mapped = stream_access_mapped(report->options->access);

	ktap_note(&report->ktap,
		  "page faults: %lu; pages of the buffers in use: %lu", faults,
		  mapped ? pages : 0);
	switch (report->options->faults) {
	case FAULTS_NONE:
		result(report, !faults, "playing takes no page fault");
		return;
	case FAULTS_PER_PAGE:
		result(report, faults == pages,
		       "playing takes exactly one page fault per page");
		return;
	case FAULTS_ANY:
		skip(report, "playing takes no page fault", "--faults=any");
		return;
	}
}

/*
 * Prints the flags of one mapping. Returns whether all that are wanted are
 * there.
 */
static bool look_at_mapping(struct report *report, const struct stream *stream,
			    const char *of)
{
	const char *wanted = report->options->vm_flags;
	struct vm_area area;
	char missing[VM_FLAGS_MAX];
	bool found;
	FILE *smaps;

	smaps = fopen("/proc/self/smaps", "re");
	if (!smaps)
		return false;
	found = stream->mapping &&
		vm_area_find(smaps, (unsigned long)stream->mapping, &area);
	fclose(smaps);
	if (!found) {
		ktap_note(&report->ktap,
			  "%s mapping: not found in /proc/self/smaps", of);
		return false;
	}
	ktap_note(&report->ktap, "%s mapping: %lu bytes, VmFlags: %s", of,
		  area.end - area.start, area.flags);
	if (!wanted ||
	    !vm_flags_missing(area.flags, wanted, missing, sizeof(missing)))
		return true;
	ktap_note(&report->ktap, "%s mapping: missing: %s", of, missing);
	return false;
}

static void judge_mapping(struct report *report)
{
	static const char name[] = "the mapping has the VM flags asked for";
	const struct session *s = report->session;
	bool ok = true;

	if (!stream_access_mapped(report->options->access)) {
		skip(report, name, "nothing is mapped by --access=%s",
		     stream_access_names[report->options->access]);
		return;
	}
	if (s->playback)
		ok = look_at_mapping(report, &s->play, "playback");
	if (s->capture)
		ok = look_at_mapping(report, &s->rec, "capture") && ok;
	if (report->options->vm_flags)
		result(report, ok, name);
	else
		skip(report, name, "--vm-flags was not given");
}

/* Written whole, or said not to be. */
static int write_file(const char *path, const struct report *report, int status,
		      struct refusal *why)
{
	FILE *file = fopen(path, "we");
	bool failed = !file;

	if (file) {
		if (path == report->options->json)
			report_json(report, file, status);
		else
			report_svg(report, file);
		failed = ferror(file);
		failed = fclose(file) || failed;
	}
	if (failed)
		return refuse(why, EX_CANTCREAT, "%s: cannot be written: %s",
			      path, strerror(errno));
	return 0;
}

int report_end(struct report *report, int err, struct refusal *why)
{
	const struct options *options = report->options;
	int status;

	note_figures(report);
	measure_delay(report);
	judge_frames(report);
	judge_pattern(report);
	judge_last_frame(report, err);
	judge_position(report);
	judge_rate(report);
	judge_xruns(report);
	judge_faults(report);
	judge_mapping(report);
	status = ktap_end(&report->ktap);
	if (options->json && write_file(options->json, report, status, why))
		return -1;
	if (options->svg && write_file(options->svg, report, status, why))
		return -1;
	return status;
}
