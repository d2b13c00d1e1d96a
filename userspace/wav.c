// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wav.h"

#define TAKES                                                                \
	"what can be played is WAV with U8, S16, S24, S32, float or double," \
	" 1-%d channels, 1-%d Hz"
#define CHUNK 4096 /* samples read at once */

/* Reads at most CHUNK samples, a whole number of frames; puts them at @index. */
static sf_count_t fill_chunk(struct source *source, void *frames,
			     uint64_t index, sf_count_t want)
{
	const struct pcm_spec *spec = &source->spec;
	size_t bytes = pcm_sample_bytes(spec);
	char *at = (char *)frames + index * bytes;
	int samples[CHUNK];
	sf_count_t got, i;

	if (spec->format == SND_PCM_FORMAT_FLOAT)
		return sf_read_float(source->file, (float *)(void *)at, want);
	if (spec->format == SND_PCM_FORMAT_FLOAT64)
		return sf_read_double(source->file, (double *)(void *)at, want);
	got = sf_read_int(source->file, samples, want);
	for (i = 0; i < got; i++)
		pcm_set_sample(spec, at, (uint64_t)i,
			       pcm_from_s32(spec, samples[i]));
	return got;
}

static size_t wav_fill(struct source *source, void *frames, size_t count)
{
	unsigned int channels = source->spec.channels;
	uint64_t total = (uint64_t)count * channels, done = 0, want;
	sf_count_t got;

	while (done < total) {
		want = total - done;
		if (want > CHUNK / channels * channels)
			want = CHUNK / channels * channels;
		got = fill_chunk(source, frames, done, (sf_count_t)want);
		if (got <= 0)
			break;
		done += (uint64_t)got;
	}
	source->frame += done / channels;
	return done / channels;
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

/* What the samples of the file are without any conversion. */
static snd_pcm_format_t wav_format(const SF_INFO *info)
{
	int container = info->format & SF_FORMAT_TYPEMASK;

	if (container != SF_FORMAT_WAV && container != SF_FORMAT_WAVEX)
		return SND_PCM_FORMAT_UNKNOWN;
	switch (info->format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_U8:
		return SND_PCM_FORMAT_U8;
	case SF_FORMAT_PCM_16:
		return SND_PCM_FORMAT_S16_LE;
	case SF_FORMAT_PCM_24:
		return SND_PCM_FORMAT_S24_3LE;
	case SF_FORMAT_PCM_32:
		return SND_PCM_FORMAT_S32_LE;
	case SF_FORMAT_FLOAT:
		return SND_PCM_FORMAT_FLOAT;
	case SF_FORMAT_DOUBLE:
		return SND_PCM_FORMAT_FLOAT64;
	default:
		return SND_PCM_FORMAT_UNKNOWN;
	}
}

static int wav_check(const SF_INFO *info, const char *path, struct refusal *why)
{
	if (wav_format(info) == SND_PCM_FORMAT_UNKNOWN || info->channels < 1 ||
	    info->channels > PCM_CHANNELS_MAX || info->samplerate < 1 ||
	    info->samplerate > PCM_RATE_MAX)
		return refuse(why, EX_DATAERR,
			      "%s has %s, %s, %d channel%s, %d Hz; " TAKES,
			      path,
			      format_name(info->format & SF_FORMAT_TYPEMASK),
			      format_name(info->format & SF_FORMAT_SUBMASK),
			      info->channels, info->channels == 1 ? "" : "s",
			      info->samplerate, PCM_CHANNELS_MAX, PCM_RATE_MAX);
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
			      "%s is not a sound file (%s); " TAKES, path,
			      sf_strerror(NULL), PCM_CHANNELS_MAX,
			      PCM_RATE_MAX);
	if (wav_check(&info, path, why)) {
		sf_close(file);
		return -1;
	}
	spec.format = wav_format(&info);
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
