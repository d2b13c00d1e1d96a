// SPDX-License-Identifier: GPL-2.0-only
/*
 * How frames get into and out of the buffer: mmap and read/write. Neither
 * sleeps.
 */
#include <errno.h>
#include <string.h>

#include "transfer.h"

/*
 * Where frame @offset lies. The frames are interleaved and packed: that is
 * checked against the areas rather than assumed, for a card that says otherwise
 * would be judged on the wrong bytes.
 */
static void *areas_frame(const struct stream *s,
			 const snd_pcm_channel_area_t *areas,
			 snd_pcm_uframes_t offset)
{
	unsigned int sample_bits = s->spec.sample_bytes * 8;
	unsigned int c;

	for (c = 0; c < s->spec.channels; c++)
		if (areas[c].addr != areas[0].addr ||
		    areas[c].step != areas[0].step ||
		    areas[c].first != areas[0].first + c * sample_bits)
			return NULL;
	if (areas[0].step != sample_bits * s->spec.channels ||
	    areas[0].first % 8)
		return NULL;
	return (char *)areas[0].addr + areas[0].first / 8 +
	       offset * (areas[0].step / 8);
}

/*
 * The next piece of the buffer that is in one piece. NULL with @err if there is
 * an error.
 */
static void *mmap_piece(struct stream *s, snd_pcm_uframes_t *offset,
			snd_pcm_uframes_t *count, int *err)
{
	const snd_pcm_channel_area_t *areas;
	void *frames;

	*err = snd_pcm_mmap_begin(s->pcm, &areas, offset, count);
	if (*err < 0)
		return NULL;
	frames = areas_frame(s, areas, *offset);
	if (!frames)
		*err = -EINVAL;
	else if (!s->mapping)
		s->mapping = areas_frame(s, areas, 0);
	return frames;
}

static int mmap_done(struct stream *s, snd_pcm_uframes_t offset,
		     snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t committed =
		snd_pcm_mmap_commit(s->pcm, offset, count);

	if (committed < 0)
		return (int)committed;
	s->appl_ptr += (uint64_t)committed;
	return (snd_pcm_uframes_t)committed == count ? 0 : -EPIPE;
}

static snd_pcm_sframes_t mmap_write(struct stream *s, const void *frames,
				    snd_pcm_uframes_t count)
{
	size_t bytes = pcm_frame_bytes(&s->spec);
	snd_pcm_uframes_t done = 0, offset, piece;
	void *room;
	int err;

	while (done < count) {
		piece = count - done;
		room = mmap_piece(s, &offset, &piece, &err);
		if (!room)
			return err;
		if (!piece)
			break;
		memcpy(room, (const char *)frames + done * bytes,
		       piece * bytes);
		err = mmap_done(s, offset, piece);
		if (err)
			return err;
		done += piece;
	}
	return (snd_pcm_sframes_t)done;
}

static snd_pcm_sframes_t mmap_read(struct stream *s, snd_pcm_uframes_t count,
				   frames_fn fn, void *arg)
{
	snd_pcm_uframes_t done = 0, offset, piece;
	const void *frames;
	int err;

	while (done < count) {
		piece = count - done;
		frames = mmap_piece(s, &offset, &piece, &err);
		if (!frames)
			return err;
		if (!piece)
			break;
		fn(arg, frames, piece);
		err = mmap_done(s, offset, piece);
		if (err)
			return err;
		done += piece;
	}
	return (snd_pcm_sframes_t)done;
}

static snd_pcm_sframes_t rw_write(struct stream *s, const void *frames,
				  snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t done = snd_pcm_writei(s->pcm, frames, count);

	if (done == -EAGAIN)
		return 0;
	if (done > 0)
		s->appl_ptr += (uint64_t)done;
	return done;
}

static snd_pcm_sframes_t rw_read(struct stream *s, snd_pcm_uframes_t count,
				 frames_fn fn, void *arg)
{
	snd_pcm_sframes_t done;

	if (count > STREAM_RW_CHUNK)
		count = STREAM_RW_CHUNK;
	done = snd_pcm_readi(s->pcm, s->bounce, count);
	if (done == -EAGAIN)
		return 0;
	if (done > 0) {
		s->appl_ptr += (uint64_t)done;
		fn(arg, s->bounce, (size_t)done);
	}
	return done;
}

const struct stream_transfer stream_transfers[] = {
	[STREAM_MMAP] = {
		.access = SND_PCM_ACCESS_MMAP_INTERLEAVED,
		.write = mmap_write,
		.read = mmap_read,
	},
	[STREAM_RW] = {
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.write = rw_write,
		.read = rw_read,
	},
};

/* Frames that can be written or read now, at most @count. */
static snd_pcm_sframes_t stream_avail(struct stream *s, snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t avail = snd_pcm_avail_update(s->pcm);

	if (avail > 0 && (snd_pcm_uframes_t)avail > count)
		return (snd_pcm_sframes_t)count;
	return avail;
}

snd_pcm_sframes_t stream_write(struct stream *s, const void *frames,
			       snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t avail = stream_avail(s, count);

	if (avail <= 0)
		return avail;
	return s->transfer->write(s, frames, (snd_pcm_uframes_t)avail);
}

snd_pcm_sframes_t stream_read(struct stream *s, snd_pcm_uframes_t count,
			      frames_fn fn, void *arg)
{
	snd_pcm_sframes_t avail = stream_avail(s, count);

	if (avail <= 0)
		return avail;
	return s->transfer->read(s, (snd_pcm_uframes_t)avail, fn, arg);
}
