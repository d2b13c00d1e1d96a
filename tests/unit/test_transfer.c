// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/transfer.c userspace/pcm-spec.c userspace/source.c
/*
 * Frames get into a device and out of it by every access, interleaved or by
 * channels: the device is alsa-lib's "file", which writes what is played to one file
 * and records from another.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "code-frames.h"
#include "transfer.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define FRAMES        10000 /* more than what goes by channels at once */

static char folder[32];
static char out_name[64], in_name[64];
static snd_config_t *config;

static const struct pcm_spec specs[] = {
	{ SND_PCM_FORMAT_U8, 1, 48000 },
	{ SND_PCM_FORMAT_S16_LE, 2, 48000 },
	{ SND_PCM_FORMAT_S24_3BE, 3, 48000 },
	{ SND_PCM_FORMAT_FLOAT_LE, 5, 48000 },
	{ SND_PCM_FORMAT_FLOAT64_BE, 32, 48000 },
};

static int make_device(void **state)
{
	char text[512];
	snd_input_t *input;

	(void)state;
	strcpy(folder, "/tmp/oncard-play-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(out_name, sizeof(out_name), "%s/out", folder);
	snprintf(in_name, sizeof(in_name), "%s/in", folder);
	snprintf(text, sizeof(text),
		 "pcm.t { type file format raw file '%s' infile '%s' slave.pcm { type null } }",
		 out_name, in_name);
	if (snd_config_top(&config) < 0 ||
	    snd_input_buffer_open(&input, text, -1) < 0 ||
	    snd_config_load(config, input) < 0)
		return -1;
	return snd_input_close(input);
}

static int remove_device(void **state)
{
	(void)state;
	snd_config_delete(config);
	snd_config_update_free_global();
	unlink(out_name);
	unlink(in_name);
	return rmdir(folder);
}

static void put_file(const void *bytes, size_t count)
{
	FILE *file = fopen(in_name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, count, file), count);
	fclose(file);
}

static void check_file(const void *bytes, size_t count)
{
	char *got = malloc(count + 1);
	FILE *file = fopen(out_name, "r");

	assert_non_null(got);
	assert_non_null(file);
	assert_int_equal(fread(got, 1, count + 1, file), count);
	assert_memory_equal(got, bytes, count);
	fclose(file);
	free(got);
}

static void open_stream(struct stream *s, snd_pcm_stream_t direction,
			const struct pcm_spec *spec, int access)
{
	*s = (struct stream){ .spec = *spec,
			      .transfer = &stream_transfers[access] };
	s->bounce = malloc(STREAM_RW_CHUNK * pcm_frame_bytes(spec));
	assert_non_null(s->bounce);
	assert_int_equal(snd_pcm_open_lconf(&s->pcm, "t", direction,
					    SND_PCM_NONBLOCK, config),
			 0);
	assert_int_equal(snd_pcm_set_params(s->pcm, spec->format,
					    s->transfer->access, spec->channels,
					    spec->rate, 0, 100000),
			 0);
	assert_int_equal(snd_pcm_start(s->pcm), 0);
}

static void close_stream(struct stream *s)
{
	assert_int_equal(s->appl_ptr, FRAMES);
	snd_pcm_close(s->pcm);
	free(s->bounce);
}

static void play(const struct pcm_spec *spec, int access, const char *frames)
{
	struct stream s;
	snd_pcm_sframes_t done;

	put_file("", 0);
	open_stream(&s, SND_PCM_STREAM_PLAYBACK, spec, access);
	while (s.appl_ptr < FRAMES) {
		done = stream_write(&s,
				    frames + s.appl_ptr * pcm_frame_bytes(spec),
				    FRAMES - s.appl_ptr);
		if (done <= 0)
			fail_msg("access %d, %s: %s after %lu", access,
				 pcm_format_name(spec), snd_strerror((int)done),
				 (unsigned long)s.appl_ptr);
	}
	close_stream(&s);
	check_file(frames, FRAMES * pcm_frame_bytes(spec));
}

static void record(const struct pcm_spec *spec, int access, const char *frames)
{
	char *got = calloc(FRAMES, pcm_frame_bytes(spec));
	struct stream s;
	snd_pcm_sframes_t done;

	assert_non_null(got);
	put_file(frames, FRAMES * pcm_frame_bytes(spec));
	open_stream(&s, SND_PCM_STREAM_CAPTURE, spec, access);
	while (s.appl_ptr < FRAMES) {
		done = stream_read(&s, got + s.appl_ptr * pcm_frame_bytes(spec),
				   FRAMES - s.appl_ptr);
		if (done <= 0)
			fail_msg("access %d, %s: %s after %lu", access,
				 pcm_format_name(spec), snd_strerror((int)done),
				 (unsigned long)s.appl_ptr);
	}
	close_stream(&s);
	assert_memory_equal(got, frames, FRAMES * pcm_frame_bytes(spec));
	free(got);
}

static void with_every_access(void (*moves)(const struct pcm_spec *spec,
					    int access, const char *frames))
{
	size_t i;
	int access;
	void *frames;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		frames = code_frames(&specs[i], FRAMES);
		for (access = 0; access < STREAM_ACCESSES; access++)
			moves(&specs[i], access, frames);
		free(frames);
	}
}

static void every_access_plays_every_frame(void **state)
{
	(void)state;
	with_every_access(play);
}

static void every_access_records_every_frame(void **state)
{
	(void)state;
	with_every_access(record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_access_plays_every_frame),
		cmocka_unit_test(every_access_records_every_frame),
	};

	return cmocka_run_group_tests(tests, make_device, remove_device);
}
