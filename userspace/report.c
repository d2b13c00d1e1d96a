// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

static unsigned int planned(const struct options *options)
{
	/* the last frame, the position, xruns */
	return 3 + options->capture + (options->faults != FAULTS_ANY) +
	       !!options->vm_flags;
}

void report_begin(struct report *report, const struct options *options,
		  const struct session *session, const char *own_memory)
{
	const struct pcm_spec *spec = &session->play.spec;
	struct ktap *ktap = &report->ktap;

	report->options = options;
	report->session = session;
	ktap_begin(ktap, stdout, planned(options));
	ktap_note(ktap, "playing %s on %s%s%s",
		  options->file ? options->file : options->signal,
		  session->play.name, session->capture ? ", recording on " : "",
		  session->rec.name);
	if (!options->file && !strcmp(options->signal, "noise"))
		ktap_note(ktap, "seed: %" PRIu64, options->seed);
	ktap_note(ktap, "frames: %" PRIu64 " of %s, %u channel%s, %u Hz, by %s",
		  session->total, pcm_format_name(spec), spec->channels,
		  spec->channels == 1 ? "" : "s", spec->rate,
		  options->access == STREAM_MMAP ? "mmap" : "read/write");
	ktap_note(ktap, "own memory: %s", own_memory);
	fflush(stdout);
}

static void note_figures(struct report *report)
{
	const struct session *s = report->session;
	double seconds = (double)(s->ended - s->started) / 1e9;

	ktap_note(&report->ktap,
		  "buffer: %lu frames, %lu bytes; period: %lu frames%s",
		  s->play.buffer_size,
		  s->play.buffer_size * pcm_frame_bytes(&s->play.spec),
		  s->play.period_size,
		  s->play.period_wakeup ? "" : ", without wakeups");
	ktap_note(&report->ktap, "periods: %" PRIu64 ", wakeups: %lu, %.3f s",
		  s->play_position.hw_ptr / s->play.period_size, s->wakeups,
		  seconds);
	if (!s->play.sync_start && s->capture)
		ktap_note(&report->ktap,
			  "the card does not claim to start linked streams in sync");
}

static void note_difference(struct report *report,
			    const struct frame_judge *judge)
{
	const struct difference *first = &judge->first;
	int digits = 2 * (int)judge->spec.sample_bytes;
	uint32_t mask = judge->spec.sample_bytes == 2 ? 0xffff : 0xffffffff;
	uint64_t whence;

	ktap_note(&report->ktap,
		  "first difference: frame %" PRIu64
		  ", channel %u: expected %" PRId32 " (0x%0*" PRIx32
		  "), got %" PRId32 " (0x%0*" PRIx32 ")",
		  first->frame, first->channel, first->expected, digits,
		  (uint32_t)first->expected & mask, first->got, digits,
		  (uint32_t)first->got & mask);
	if (frame_judge_whence(judge, &whence))
		ktap_note(&report->ktap,
			  "what came there was played as frame %" PRIu64
			  " (%+" PRId64 ")",
			  whence, (int64_t)(whence - first->frame));
}

static void judge_frames(struct report *report)
{
	const struct frame_judge *judge = &report->session->frame_judge;
	static const char name[] =
		"every frame recorded equals the frame played";

	if (frames_silent(&judge->spec, judge->expected, judge->total) ==
	    judge->total) {
		ktap_skip(&report->ktap, name,
			  "every sample is zero: to be equal proves nothing");
		return;
	}
	ktap_note(&report->ktap,
		  "recorded: %" PRIu64 " frames, different: %" PRIu64,
		  judge->compared, judge->different);
	if (judge->different)
		note_difference(report, judge);
	ktap_result(&report->ktap, frame_judge_ok(judge), name);
}

static void judge_last_frame(struct report *report, int err)
{
	const struct session *s = report->session;

	if (err)
		ktap_note(&report->ktap, "ended by: %s", snd_strerror(err));
	ktap_note(&report->ktap,
		  "written: %" PRIu64 " frames, played: %" PRIu64 "%s",
		  s->play.appl_ptr, s->play_position.hw_ptr,
		  s->drained ? ", drained" : "");
	ktap_result(&report->ktap,
		    !err && s->drained && s->play_position.hw_ptr == s->total,
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
	bool ok = position_judge_ok(&s->play_position);

	note_position(report, &s->play_position);
	if (s->capture) {
		note_position(report, &s->rec_position);
		ok = position_judge_ok(&s->rec_position) && ok;
	}
	ktap_result(&report->ktap, ok,
		    "the position only moves forward and stays inside the buffer");
}

static void judge_xruns(struct report *report)
{
	ktap_note(&report->ktap, "xruns: %lu", report->session->xruns);
	ktap_result(&report->ktap, !report->session->xruns, "no xrun");
}

/*
 * Pages of both buffers that were reached: all of them, unless the sound is
 * shorter.
 */
static unsigned long pages_reached(const struct session *s)
{
	unsigned long page_size = (unsigned long)sysconf(_SC_PAGESIZE);
	uint64_t frames = s->total;

	if (frames > s->play.buffer_size)
		frames = s->play.buffer_size;
	return pages_touched(&s->play.spec, frames, page_size) *
	       (s->capture ? 2 : 1);
}

static void judge_faults(struct report *report)
{
	unsigned long faults = report->session->faults;
	unsigned long pages = pages_reached(report->session);

	ktap_note(&report->ktap,
		  "page faults: %lu; pages of the buffers in use: %lu", faults,
		  report->options->access == STREAM_MMAP ? pages : 0);
	switch (report->options->faults) {
	case FAULTS_NONE:
		ktap_result(&report->ktap, !faults,
			    "playing takes no page fault");
		return;
	case FAULTS_PER_PAGE:
		ktap_result(&report->ktap, faults == pages,
			    "playing takes exactly one page fault per page");
		return;
	case FAULTS_ANY:
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
	const struct session *s = report->session;
	bool ok;

	if (report->options->access != STREAM_MMAP)
		return;
	ok = look_at_mapping(report, &s->play, "playback");
	if (s->capture)
		ok = look_at_mapping(report, &s->rec, "capture") && ok;
	if (report->options->vm_flags)
		ktap_result(&report->ktap, ok,
			    "the mapping has the VM flags asked for");
}

int report_end(struct report *report, int err)
{
	note_figures(report);
	if (report->session->capture)
		judge_frames(report);
	judge_last_frame(report, err);
	judge_position(report);
	judge_xruns(report);
	judge_faults(report);
	judge_mapping(report);
	return ktap_end(&report->ktap);
}
