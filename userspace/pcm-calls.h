/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own calls on a PCM substream, in any order: alsa-lib would keep most
 * of the wrong ones from it. Each returns 0 or -errno.
 */
#ifndef ONCARD_PCM_CALLS_H
#define ONCARD_PCM_CALLS_H

#include <stdbool.h>

/* Parameters to be taken exactly so: S16_LE, two channels. */
struct pcm_shape {
	bool mmap;
	bool endless; /* does not stop where the data ends */
	bool silenced; /* what was played is silenced */
	unsigned int rate;
	unsigned long period; /* frames */
	unsigned int periods;
};

enum pcm_state {
	PCM_OPEN,
	PCM_SETUP,
	PCM_PREPARED,
	PCM_RUNNING,
	PCM_XRUN,
	PCM_DRAINING,
	PCM_PAUSED,
	PCM_SUSPENDED,
	PCM_DISCONNECTED,
};

#define PCM_FRAME_BYTES 4

/* The substream's parameters, and then those of its software side. */
int pcm_hw_params(int fd, const struct pcm_shape *shape);
int pcm_hw_free(int fd);
int pcm_prepare(int fd);
int pcm_start(int fd);
int pcm_drop(int fd);
int pcm_drain(int fd);
int pcm_pause(int fd, bool on);
int pcm_resume(int fd);
int pcm_link(int fd, int other);
int pcm_unlink(int fd);

/* Counts frames as written or read that are there through a mapping. */
int pcm_forward(int fd, unsigned long frames);
int pcm_write(int fd, const void *frames, unsigned long count);
int pcm_read(int fd, void *frames, unsigned long count);

/* What a substream is about. */
struct pcm_status {
	enum pcm_state state;
	unsigned long avail; /* frames to be written, or to be read */
};

int pcm_status(int fd, struct pcm_status *status);

#endif
