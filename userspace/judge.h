/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judges what came back from the card: frames, positions, page faults and the
 * flags of the mapping. It opens no device, so that it is tested on the host.
 */
#ifndef ONCARD_JUDGE_H
#define ONCARD_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "pcm-spec.h"

/*
 * Frames at the start of @a and @b that are equal bit for bit, at most @frames.
 */
uint64_t frames_equal(const struct pcm_spec *spec, const void *a, const void *b,
		      uint64_t frames);

/*
 * The first frame of @frames with a sample that is not silent; @count if there is
 * none.
 */
uint64_t frames_silent(const struct pcm_spec *spec, const void *frames,
		       uint64_t count);

/* One sample that is not what it should be. */
struct difference {
	uint64_t frame; /* counted from the first frame played */
	unsigned int channel;
	int64_t expected; /* as pcm_sample() gives them */
	int64_t got;
};

/*
 * Which sample of the frame makes @expected and @got differ; @frame is its
 * number for people.
 */
struct difference frame_difference(const struct pcm_spec *spec,
				   const void *expected, const void *got,
				   uint64_t frame);

#define WHENCE_BYTES 64 /* so much in a row is no coincidence */

/* Compares a recording, as it arrives in pieces, with what was played. */
struct frame_judge {
	struct pcm_spec spec;
	const void *expected;
	uint64_t total; /* frames in @expected */
	uint64_t compared;
	uint64_t different;
	uint64_t surplus; /* frames beyond @total, equal to nothing */
	struct difference first; /* valid if @different */
	unsigned char instead[WHENCE_BYTES]; /* what came there */
	size_t instead_bytes;
};

void frame_judge_init(struct frame_judge *judge, const struct pcm_spec *spec,
		      const void *expected, uint64_t total);
void frame_judge_add(struct frame_judge *judge, const void *got,
		     uint64_t frames);

/* Frames before @frame that were not compared yet will not come. */
void frame_judge_skip_to(struct frame_judge *judge, uint64_t frame);

/*
 * Every frame was compared and none differed; no frames at all is not a pass.
 */
bool frame_judge_ok(const struct frame_judge *judge);

/*
 * Where in what was played do the frames stand that came instead of the first
 * that differs? A swapped page, a repeated or a lost frame shows in this.
 * Returns false if they were played nowhere, or are too few to say.
 */
bool frame_judge_whence(const struct frame_judge *judge, uint64_t *frame);

/*
 * Follows the position of one direction: it never goes back, nor outside the
 * buffer.
 */
struct position_judge {
	bool capture;
	uint64_t buffer_size; /* frames */
	uint64_t hw_ptr; /* frames since the start, the last one seen */
	int64_t tstamp; /* ns, the last one seen */
	unsigned long updates;
	unsigned long backward;
	unsigned long outside;
	unsigned long time_backward;
	uint64_t bad_from, bad_to; /* the first step that was wrong */
};

void position_judge_init(struct position_judge *judge, bool capture,
			 uint64_t buffer_size);

/*
 * One look at the position: @appl_ptr frames have been written or read by the
 * program in all, @avail frames can be written or read now, at the time @tstamp
 * in ns.
 */
void position_judge_add(struct position_judge *judge, uint64_t appl_ptr,
			int64_t avail, int64_t tstamp);

/* The stream was stopped and begins again at 0. */
void position_judge_restart(struct position_judge *judge);

/* It was looked at, it advanced, and nothing was wrong. */
bool position_judge_ok(const struct position_judge *judge);

/* Pages that the first @frames frames of a page-aligned buffer touch. */
unsigned long pages_touched(const struct pcm_spec *spec, uint64_t frames,
			    unsigned long page_size);

#define VM_FLAGS_MAX 256

/* One line of /proc/PID/smaps that a mapping is known by. */
struct vm_area {
	unsigned long start, end;
	char flags[VM_FLAGS_MAX]; /* as in VmFlags, one blank between two */
};

/*
 * Finds in @smaps the mapping that contains @address. False if there is none,
 * or none with flags.
 */
bool vm_area_find(FILE *smaps, unsigned long address, struct vm_area *area);

/*
 * Writes those of @wanted (blanks or commas between) that are not in @flags;
 * returns how many.
 */
unsigned int vm_flags_missing(const char *flags, const char *wanted,
			      char *missing, size_t size);

#endif
