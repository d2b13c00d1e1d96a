// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* memmem() */
#include <stdbool.h>
#include <string.h>

#include "image.h"
#include "judge.h"

#define KEY_BYTES 32 /* so much in a row is no coincidence */

struct haystack {
	const struct pcm_spec *spec;
	const char *image;
	size_t size;
	const char *frames;
	uint64_t count;
};

/*
 * The first place in the page at @page where a key can be cut out that is not
 * one frame over and over: silence, or memory that was never written, is found
 * everywhere and says nothing.
 */
static bool key_in_page(const struct haystack *h, size_t page, size_t *key)
{
	size_t bytes = pcm_frame_bytes(h->spec);
	size_t at;

	for (at = page; at < page + IMAGE_PAGE; at += bytes) {
		if (at > h->size || h->size - at < KEY_BYTES)
			return false;
		if (memcmp(h->image + at, h->image + at + bytes, bytes)) {
			*key = at;
			return true;
		}
	}
	return false;
}

/*
 * Equal frames that end before @offset in the image and before @frame in the
 * sound.
 */
static uint64_t equal_before(const struct haystack *h, size_t offset,
			     uint64_t frame)
{
	size_t bytes = pcm_frame_bytes(h->spec);
	uint64_t n = 0;

	while (n < frame && offset >= bytes &&
	       !memcmp(h->image + offset - bytes,
		       h->frames + (frame - n - 1) * bytes, bytes)) {
		offset -= bytes;
		n++;
	}
	return n;
}

/* Takes the frames that are silent off both ends. */
static void trim(const struct haystack *h, struct image_run *run)
{
	size_t bytes = pcm_frame_bytes(h->spec);
	const char *start = h->frames + run->frame * bytes;
	uint64_t silent = frames_silent(h->spec, start, run->frames);

	run->offset += silent * bytes;
	run->frame += silent;
	run->frames -= silent;
	start += silent * bytes;
	while (run->frames &&
	       frames_silent(h->spec, start + (run->frames - 1) * bytes, 1))
		run->frames--;
}

/*
 * The run around a match of the key at @offset of the image with @frame of the
 * sound.
 */
static struct image_run extend(const struct haystack *h, size_t offset,
			       uint64_t frame)
{
	size_t bytes = pcm_frame_bytes(h->spec);
	uint64_t before = equal_before(h, offset, frame);
	uint64_t after = (h->size - offset) / bytes;
	struct image_run run;

	if (after > h->count - frame)
		after = h->count - frame;
	after = frames_equal(h->spec, h->image + offset,
			     h->frames + frame * bytes, after);
	run.offset = offset - before * bytes;
	run.frame = frame - before;
	run.frames = before + after;
	return run;
}

/*
 * The longest run around the key at @key, over all the places where the sound
 * has it.
 */
static struct image_run longest_at(const struct haystack *h, size_t key)
{
	size_t bytes = pcm_frame_bytes(h->spec);
	const char *end = h->frames + h->count * bytes;
	const char *at = h->frames;
	struct image_run longest = { 0 }, run;

	while ((at = memmem(at, (size_t)(end - at), h->image + key,
			    KEY_BYTES))) {
		if ((size_t)(at - h->frames) % bytes == 0) {
			run = extend(h, key, (size_t)(at - h->frames) / bytes);
			if (run.frames > longest.frames)
				longest = run;
		}
		at++;
	}
	return longest;
}

struct image_run image_find(const struct pcm_spec *spec, const void *image,
			    size_t size, const void *frames, uint64_t count)
{
	struct haystack h = { spec, image, size, frames, count };
	size_t bytes = pcm_frame_bytes(spec);
	struct image_run longest = { 0 }, run;
	size_t page, key, done = 0; /* up to there a run was followed already */

	for (page = 0; page < size; page += IMAGE_PAGE) {
		if (page + IMAGE_PAGE <= done || !key_in_page(&h, page, &key) ||
		    key < done)
			continue;
		run = longest_at(&h, key);
		done = run.frames ? run.offset + run.frames * bytes : done;
		trim(&h, &run);
		if (run.frames > longest.frames)
			longest = run;
	}
	return longest;
}
