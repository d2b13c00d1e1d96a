// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* memmem() */
#include <string.h>

#include "judge.h"

#define COMPARE_CHUNK 1024 /* frames handed to memcmp() at once */

static const void *frame_at(const struct pcm_spec *spec, const void *frames,
			    uint64_t frame)
{
	return (const char *)frames + frame * pcm_frame_bytes(spec);
}

uint64_t frames_equal(const struct pcm_spec *spec, const void *a, const void *b,
		      uint64_t frames)
{
	size_t bytes = pcm_frame_bytes(spec);
	uint64_t done = 0;

	while (frames - done >= COMPARE_CHUNK &&
	       !memcmp(frame_at(spec, a, done), frame_at(spec, b, done),
		       COMPARE_CHUNK * bytes))
		done += COMPARE_CHUNK;
	while (done < frames &&
	       !memcmp(frame_at(spec, a, done), frame_at(spec, b, done), bytes))
		done++;
	return done;
}

uint64_t frames_silent(const struct pcm_spec *spec, const void *frames,
		       uint64_t count)
{
	uint64_t samples = count * spec->channels;
	int64_t silence = pcm_from_s32(spec, 0);
	uint64_t i = 0;

	while (i < samples && pcm_sample(spec, frames, i) == silence)
		i++;
	return i / spec->channels;
}

struct difference frame_difference(const struct pcm_spec *spec,
				   const void *expected, const void *got,
				   uint64_t frame)
{
	struct difference diff = { .frame = frame };
	unsigned int c;

	for (c = 0; c < spec->channels; c++) {
		diff.channel = c;
		diff.expected = pcm_sample(spec, expected, c);
		diff.got = pcm_sample(spec, got, c);
		if (diff.expected != diff.got)
			break;
	}
	return diff;
}

void frame_judge_init(struct frame_judge *judge, const struct pcm_spec *spec,
		      const void *expected, uint64_t total)
{
	*judge = (struct frame_judge){ .spec = *spec,
				       .expected = expected,
				       .total = total };
}

/* @left frames, that is from @got to the end of the piece, can be looked at. */
static void frame_judge_differs(struct frame_judge *judge, const void *got,
				uint64_t left)
{
	uint64_t bytes = left * pcm_frame_bytes(&judge->spec);

	if (judge->different++)
		return;
	judge->first = frame_difference(&judge->spec,
					frame_at(&judge->spec, judge->expected,
						 judge->compared),
					got, judge->compared);
	judge->instead_bytes = bytes < WHENCE_BYTES ? bytes : WHENCE_BYTES;
	memcpy(judge->instead, got, judge->instead_bytes);
}

void frame_judge_add(struct frame_judge *judge, const void *got,
		     uint64_t frames)
{
	uint64_t left = judge->total - judge->compared;
	uint64_t same;

	if (frames > left) {
		judge->surplus += frames - left;
		frames = left;
	}
	while (frames) {
		same = frames_equal(&judge->spec,
				    frame_at(&judge->spec, judge->expected,
					     judge->compared),
				    got, frames);
		judge->compared += same;
		frames -= same;
		if (!frames)
			break;
		got = frame_at(&judge->spec, got, same);
		frame_judge_differs(judge, got, frames);
		got = frame_at(&judge->spec, got, 1);
		judge->compared++;
		frames--;
	}
}

void frame_judge_skip_to(struct frame_judge *judge, uint64_t frame)
{
	if (judge->compared < frame)
		judge->compared = frame;
}

bool frame_judge_ok(const struct frame_judge *judge)
{
	return judge->total && judge->compared == judge->total &&
	       !judge->different && !judge->surplus;
}

bool frame_judge_whence(const struct frame_judge *judge, uint64_t *frame)
{
	size_t bytes = pcm_frame_bytes(&judge->spec);
	const char *start = judge->expected;
	const char *end = start + judge->total * bytes;
	const char *at = start;

	if (judge->instead_bytes < WHENCE_BYTES || bytes >= WHENCE_BYTES ||
	    !memcmp(judge->instead, judge->instead + bytes,
		    WHENCE_BYTES - bytes))
		return false;
	while ((at = memmem(at, (size_t)(end - at), judge->instead,
			    WHENCE_BYTES))) {
		if ((size_t)(at - start) % bytes == 0) {
			*frame = (size_t)(at - start) / bytes;
			return true;
		}
		at++;
	}
	return false;
}

void position_judge_init(struct position_judge *judge, bool capture,
			 uint64_t buffer_size)
{
	*judge = (struct position_judge){ .capture = capture,
					  .buffer_size = buffer_size };
}

/*
 * Frames the card has done, from what the program has done and what is free or
 * waiting.
 */
static int64_t position_hw_ptr(const struct position_judge *judge,
			       uint64_t appl_ptr, int64_t avail)
{
	if (judge->capture)
		return (int64_t)appl_ptr + avail;
	return (int64_t)appl_ptr + avail - (int64_t)judge->buffer_size;
}

static void position_wrong(struct position_judge *judge, unsigned long *count,
			   int64_t to)
{
	if (!judge->backward && !judge->outside) {
		judge->bad_from = judge->hw_ptr;
		judge->bad_to = (uint64_t)to;
	}
	(*count)++;
}

void position_judge_add(struct position_judge *judge, uint64_t appl_ptr,
			int64_t avail, int64_t tstamp)
{
	int64_t hw_ptr;

	judge->updates++;
	if (tstamp < judge->tstamp)
		judge->time_backward++;
	judge->tstamp = tstamp;
	if (avail < -(INT64_MAX / 4) || avail > INT64_MAX / 4) {
		position_wrong(judge, &judge->outside, avail);
		return;
	}
	hw_ptr = position_hw_ptr(judge, appl_ptr, avail);
	if (avail < 0 || (uint64_t)avail > judge->buffer_size || hw_ptr < 0)
		position_wrong(judge, &judge->outside, hw_ptr);
	else if ((uint64_t)hw_ptr < judge->hw_ptr)
		position_wrong(judge, &judge->backward, hw_ptr);
	else
		judge->hw_ptr = (uint64_t)hw_ptr;
}

void position_judge_restart(struct position_judge *judge)
{
	judge->hw_ptr = 0;
}

bool position_judge_ok(const struct position_judge *judge)
{
	return judge->updates && judge->hw_ptr && !judge->backward &&
	       !judge->outside && !judge->time_backward;
}

unsigned long pages_touched(const struct pcm_spec *spec, uint64_t frames,
			    unsigned long page_size)
{
	uint64_t bytes = frames * pcm_frame_bytes(spec);

	return (unsigned long)(bytes / page_size + !!(bytes % page_size));
}

/*
 * Copies @text to @flags with one blank between two words and none at the ends.
 */
static void copy_words(char *flags, size_t size, const char *text)
{
	size_t used = 0;

	for (; *text && *text != '\n' && used + 1 < size; text++) {
		if (*text == ' ' && (!used || flags[used - 1] == ' '))
			continue;
		flags[used++] = *text;
	}
	while (used && flags[used - 1] == ' ')
		used--;
	flags[used] = '\0';
}

bool vm_area_find(FILE *smaps, unsigned long address, struct vm_area *area)
{
	static const char key[] = "VmFlags:";
	unsigned long start, end;
	bool inside = false;
	char line[1024];
	char mode;

	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx %c", &start, &end, &mode) == 3) {
			inside = address >= start && address < end;
			area->start = start;
			area->end = end;
		} else if (inside && !strncmp(line, key, sizeof(key) - 1)) {
			copy_words(area->flags, sizeof(area->flags),
				   line + sizeof(key) - 1);
			return true;
		}
	}
	return false;
}

/*
 * Is the mnemonic @flag, which need not end after @len characters, among
 * @flags?
 */
static bool vm_flags_have(const char *flags, const char *flag, size_t len)
{
	size_t word;

	for (; *flags; flags += word) {
		flags += strspn(flags, " ");
		word = strcspn(flags, " ");
		if (word == len && !memcmp(flags, flag, len))
			return true;
	}
	return false;
}

unsigned int vm_flags_missing(const char *flags, const char *wanted,
			      char *missing, size_t size)
{
	static const char between[] = " ,";
	unsigned int count = 0;
	size_t used = 0, word;

	missing[0] = '\0';
	for (; *wanted; wanted += word) {
		wanted += strspn(wanted, between);
		word = strcspn(wanted, between);
		if (!word || vm_flags_have(flags, wanted, word))
			continue;
		if (used < size)
			used += (size_t)snprintf(missing + used, size - used,
						 "%s%.*s", count ? " " : "",
						 (int)word, wanted);
		count++;
	}
	return count;
}
