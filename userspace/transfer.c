// SPDX-License-Identifier: GPL-2.0-only
/*
 * How frames get into and out of the buffer: mmap and read/write, by frames and by
 * channels. None sleeps.
 */
#include <errno.h>
#include <string.h>

#include "transfer.h"

const char *const stream_access_names[] = { "mmap", "rw", "mmap-noninterleaved",
					    "rw-noninterleaved", NULL };

/* Frames in memory, interleaved and packed, as alsa-lib describes them. */
static const snd_pcm_channel_area_t *interleaved(struct stream *s,
						 const void *frames)
{
	unsigned int bits = 8 * (unsigned int)pcm_sample_bytes(&s->spec);
	unsigned int c;

	for (c = 0; c < s->spec.channels; c++)
		s->areas[c] = (snd_pcm_channel_area_t){
			.addr = (void *)frames,
			.first = c * bits,
			.step = s->spec.channels * bits,
		};
	return s->areas;
}

/* The same of the bounce, where each channel lies for itself. */
static const snd_pcm_channel_area_t *by_channel(struct stream *s)
{
	size_t bytes = pcm_sample_bytes(&s->spec);
	unsigned int c;

	for (c = 0; c < s->spec.channels; c++) {
		s->lanes[c] = (char *)s->bounce + c * STREAM_RW_CHUNK * bytes;
		s->lane_areas[c] = (snd_pcm_channel_area_t){
			.addr = s->lanes[c],
			.step = 8 * (unsigned int)bytes,
		};
	}
	return s->lane_areas;
}

static int copy(struct stream *s, const snd_pcm_channel_area_t *to,
		snd_pcm_uframes_t to_frame, const snd_pcm_channel_area_t *from,
		snd_pcm_uframes_t from_frame, snd_pcm_uframes_t count)
{
	return snd_pcm_areas_copy(to, to_frame, from, from_frame,
				  s->spec.channels, count, s->spec.format);
}

/*
 * The next piece of the buffer that is in one piece: its areas. NULL with @err if
 * there is an error.
 */
static const snd_pcm_channel_area_t *mmap_piece(struct stream *s,
						snd_pcm_uframes_t *offset,
						snd_pcm_uframes_t *count,
						int *err)
{
	const snd_pcm_channel_area_t *areas;

	*err = snd_pcm_mmap_begin(s->pcm, &areas, offset, count);
	if (*err < 0)
		return NULL;
	if (!s->mapping)
		s->mapping = areas[0].addr;
	return areas;
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
	const snd_pcm_channel_area_t *from = interleaved(s, frames), *room;
	snd_pcm_uframes_t done = 0, offset, piece;
	int err;

	while (done < count) {
		piece = count - done;
		room = mmap_piece(s, &offset, &piece, &err);
		if (!room)
			return err;
		if (!piece)
			break;
		err = copy(s, room, offset, from, done, piece);
		if (!err)
			err = mmap_done(s, offset, piece);
		if (err)
			return err;
		done += piece;
	}
	return (snd_pcm_sframes_t)done;
}

static snd_pcm_sframes_t mmap_read(struct stream *s, void *frames,
				   snd_pcm_uframes_t count)
{
	const snd_pcm_channel_area_t *to = interleaved(s, frames), *from;
	snd_pcm_uframes_t done = 0, offset, piece;
	int err;

	while (done < count) {
		piece = count - done;
		from = mmap_piece(s, &offset, &piece, &err);
		if (!from)
			return err;
		if (!piece)
			break;
		err = copy(s, to, done, from, offset, piece);
		if (!err)
			err = mmap_done(s, offset, piece);
		if (err)
			return err;
		done += piece;
	}
	return (snd_pcm_sframes_t)done;
}

/* What read and write calls return, with the frames counted. */
static snd_pcm_sframes_t count_done(struct stream *s, snd_pcm_sframes_t done)
{
	if (done == -EAGAIN)
		return 0;
	if (done > 0)
		s->appl_ptr += (uint64_t)done;
	return done;
}

static snd_pcm_sframes_t rw_write(struct stream *s, const void *frames,
				  snd_pcm_uframes_t count)
{
	return count_done(s, snd_pcm_writei(s->pcm, frames, count));
}

static snd_pcm_sframes_t rw_read(struct stream *s, void *frames,
				 snd_pcm_uframes_t count)
{
	return count_done(s, snd_pcm_readi(s->pcm, frames, count));
}

static snd_pcm_uframes_t chunk(snd_pcm_uframes_t count)
{
	return count < STREAM_RW_CHUNK ? count : STREAM_RW_CHUNK;
}

static snd_pcm_sframes_t rw_write_lanes(struct stream *s, const void *frames,
					snd_pcm_uframes_t count)
{
	int err = copy(s, by_channel(s), 0, interleaved(s, frames), 0,
		       chunk(count));

	if (err)
		return err;
	return count_done(s, snd_pcm_writen(s->pcm, s->lanes, chunk(count)));
}

static snd_pcm_sframes_t rw_read_lanes(struct stream *s, void *frames,
				       snd_pcm_uframes_t count)
{
	const snd_pcm_channel_area_t *from = by_channel(s);
	snd_pcm_sframes_t done = snd_pcm_readn(s->pcm, s->lanes, chunk(count));
	int err;

	if (done > 0) {
		err = copy(s, interleaved(s, frames), 0, from, 0,
			   (snd_pcm_uframes_t)done);
		if (err)
			return err;
	}
	return count_done(s, done);
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
	[STREAM_MMAP_NONINTERLEAVED] = {
		.access = SND_PCM_ACCESS_MMAP_NONINTERLEAVED,
		.write = mmap_write,
		.read = mmap_read,
	},
	[STREAM_RW_NONINTERLEAVED] = {
		.access = SND_PCM_ACCESS_RW_NONINTERLEAVED,
		.write = rw_write_lanes,
		.read = rw_read_lanes,
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

snd_pcm_sframes_t stream_read(struct stream *s, void *frames,
			      snd_pcm_uframes_t count)
{
	snd_pcm_sframes_t avail = stream_avail(s, count);

	if (avail <= 0)
		return avail;
	return s->transfer->read(s, frames, (snd_pcm_uframes_t)avail);
}
