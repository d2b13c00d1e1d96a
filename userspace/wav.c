// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wav.h"

static size_t wav_fill(struct source *source, void *frames, size_t count)
{
	sf_count_t got;

	if (source->spec.sample_bytes == 2)
		got = sf_readf_short(source->file, frames, (sf_count_t)count);
	else
		got = sf_readf_int(source->file, frames, (sf_count_t)count);
	source->frame += (uint64_t)got;
	return (size_t)got;
}

static void wav_close(struct source *source)
{
	sf_close(source->file);
}

static const struct source_ops wav_ops = {
	.name = "WAV",
	.fill = wav_fill,
	.close = wav_close,
};

/* The name that libsndfile has for a container or a sample format. */
static const char *format_name(int format)
{
	SF_FORMAT_INFO info = { .format = format };

	if (sf_command(NULL, SFC_GET_FORMAT_INFO, &info, sizeof(info)) ||
	    !info.name)
		return "an unknown format";
	return info.name;
}

/* 2 or 4 for what the card takes, 0 for all else. */
static unsigned int wav_sample_bytes(const SF_INFO *info)
{
	int container = info->format & SF_FORMAT_TYPEMASK;

	if (container != SF_FORMAT_WAV && container != SF_FORMAT_WAVEX)
		return 0;
	switch (info->format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_16:
		return 2;
	case SF_FORMAT_PCM_32:
		return 4;
	default:
		return 0;
	}
}

static int wav_check(const SF_INFO *info, const char *path, struct refusal *why)
{
	if (!wav_sample_bytes(info) || info->channels < 1 ||
	    info->channels > CARD_CHANNELS_MAX ||
	    info->samplerate < CARD_RATE_MIN ||
	    info->samplerate > CARD_RATE_MAX)
		return refuse(why, EX_DATAERR,
			      "%s has %s, %s, %d channel%s, %d Hz; " CARD_TAKES,
			      path,
			      format_name(info->format & SF_FORMAT_TYPEMASK),
			      format_name(info->format & SF_FORMAT_SUBMASK),
			      info->channels, info->channels == 1 ? "" : "s",
			      info->samplerate);
	if (info->frames < 1)
		return refuse(why, EX_DATAERR,
			      "%s has no frames: nothing to play", path);
	return 0;
}

/*
 * Opens a regular file for reading, so that a missing file differs from a bad
 * one.
 */
static int wav_open_fd(const char *path, struct refusal *why)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refuse(why, EX_NOINPUT, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse(why, EX_NOINPUT, "%s is not a regular file",
			      path);
	}
	return fd;
}

int wav_open(struct source *source, const char *path, struct refusal *why)
{
	SF_INFO info = { 0 };
	struct pcm_spec spec;
	SNDFILE *file;
	int fd;

	fd = wav_open_fd(path, why);
	if (fd < 0)
		return -1;
	file = sf_open_fd(fd, SFM_READ, &info, SF_TRUE);
	if (!file)
		return refuse(why, EX_DATAERR,
			      "%s is not a sound file (%s); " CARD_TAKES, path,
			      sf_strerror(NULL));
	if (wav_check(&info, path, why)) {
		sf_close(file);
		return -1;
	}
	spec.sample_bytes = wav_sample_bytes(&info);
	spec.channels = (unsigned int)info.channels;
	spec.rate = (unsigned int)info.samplerate;
	source_init(source, &wav_ops, &spec, 0);
	source->file = file;
	source->file_frames = (uint64_t)info.frames;
	return 0;
}

void *source_load(struct source *source, uint64_t count, struct refusal *why)
{
	size_t bytes = pcm_frame_bytes(&source->spec);
	void *frames = NULL;
	size_t got;

	if (count <= SIZE_MAX / bytes)
		frames = malloc((size_t)count * bytes);
	if (!frames) {
		refuse(why, EX_OSERR, "no memory for %llu frames",
		       (unsigned long long)count);
		return NULL;
	}
	got = source_fill(source, frames, (size_t)count);
	if (got != count) {
		refuse(why, EX_DATAERR, "the %s ends after %zu of %llu frames",
		       source->ops->name, got, (unsigned long long)count);
		free(frames);
		return NULL;
	}
	return frames;
}
