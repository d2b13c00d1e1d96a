/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of the card through alsa-lib: opened with exactly the
 * parameters asked for, or refused; frames go in and come out by mmap or by
 * read/write, through one table.
 */
#ifndef ONCARD_STREAM_H
#define ONCARD_STREAM_H

#include <alsa/asoundlib.h>

#include "args.h"
#include "pcm-spec.h"

#define STREAM_RW_CHUNK 4096 /* frames at once, read or written by channel */

enum stream_access {
	STREAM_MMAP,
	STREAM_RW,
	STREAM_MMAP_NONINTERLEAVED,
	STREAM_RW_NONINTERLEAVED,
	STREAM_ACCESSES,
};

/* As options name them; ends in NULL. */
extern const char *const stream_access_names[];

static inline bool stream_access_mapped(enum stream_access access)
{
	return access == STREAM_MMAP || access == STREAM_MMAP_NONINTERLEAVED;
}

struct stream_config {
	struct pcm_spec spec;
	enum stream_access access;
	bool period_wakeup;
	snd_pcm_uframes_t buffer_size; /* frames; 0: chosen here */
	snd_pcm_uframes_t period_size; /* frames; 0: chosen here */
	int refused_status; /* exit status if the device does not take @spec */
};

struct stream;

/*
 * At most @count frames, which are interleaved in memory whatever they are on the
 * card; fewer if the buffer has no more room or no more frames. Both return the
 * number of frames or a negative errno.
 */
struct stream_transfer {
	snd_pcm_access_t access;
	snd_pcm_sframes_t (*write)(struct stream *s, const void *frames,
				   snd_pcm_uframes_t count);
	snd_pcm_sframes_t (*read)(struct stream *s, void *frames,
				  snd_pcm_uframes_t count);
};

struct stream {
	snd_pcm_t *pcm;
	char name[32]; /* hw:CARD,DEVICE,SUBDEVICE */
	const struct stream_transfer *transfer;
	struct pcm_spec spec;
	bool period_wakeup;
	bool sync_start;
	snd_pcm_uframes_t buffer_size, period_size;
	uint64_t appl_ptr; /* frames written or read so far */
	const void *mapping; /* the buffer, as alsa-lib has it mapped */
	/* used by one transfer at a time: the frames in memory, and the bounce */
	snd_pcm_channel_area_t areas[PCM_CHANNELS_MAX];
	snd_pcm_channel_area_t lane_areas[PCM_CHANNELS_MAX];
	void *lanes[PCM_CHANNELS_MAX];
	void *bounce; /* STREAM_RW_CHUNK frames, channel by channel, or NULL */
};

/*
 * Opens @device without parameters; only a device of the type hw is taken.
 * Returns 0 or -1.
 */
int stream_open(struct stream *s, const char *device,
		snd_pcm_stream_t direction, struct refusal *why);

/*
 * Maps the buffer, if the access is by mmap, and prepares. Nothing is played,
 * nothing touched.
 */
int stream_setup(struct stream *s, const struct stream_config *config,
		 struct refusal *why);

snd_pcm_sframes_t stream_write(struct stream *s, const void *frames,
			       snd_pcm_uframes_t count);
snd_pcm_sframes_t stream_read(struct stream *s, void *frames,
			      snd_pcm_uframes_t count);

/*
 * What the kernel says of the stream now. @err is a negative errno, and the
 * rest then not valid.
 */
struct stream_report {
	int err;
	snd_pcm_state_t state;
	snd_pcm_sframes_t avail;
	int64_t tstamp; /* ns */
};

struct stream_report stream_look(struct stream *s);

/* Sleeps in poll() until a period has passed, or @timeout_ms. */
int stream_wait(struct stream *s, int timeout_ms);

void stream_close(struct stream *s);

#endif
