// SPDX-License-Identifier: GPL-2.0-only
/*
 * oncard-play: plays a WAV or a generated signal through the card's buffer,
 * records the loopback at the same time, and judges what came back. See
 * oncard-play(1).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "options.h"
#include "ownmem.h"
#include "play.h"
#include "report.h"
#include "wav.h"

static const char program[] = "oncard-play";

static uint64_t random_seed(void)
{
	uint32_t seed = 0;

	/*
	 * short enough to be typed again; no entropy yet is no reason to wait
	 */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = 1;
	return (uint64_t)seed + 1;
}

/*
 * What is asked of the format of a file can only be what it has: nothing is
 * converted.
 */
static int check_file_spec(const struct options *options,
			   const struct pcm_spec *has, struct refusal *why)
{
	if ((options->format != SND_PCM_FORMAT_UNKNOWN &&
	     options->format != has->format) ||
	    (options->channels && options->channels != has->channels) ||
	    (options->rate && options->rate != has->rate))
		return refuse(why, EX_DATAERR,
			      "%s has %s, %u channel%s, %u Hz, which is not what -f, -c or -r ask for; nothing is converted, leave them out",
			      options->file, pcm_format_name(has),
			      has->channels, has->channels == 1 ? "" : "s",
			      has->rate);
	return 0;
}

static int open_source(struct options *options, struct source *source,
		       uint64_t *total, struct refusal *why)
{
	struct pcm_spec spec = options_spec(options);

	if (options->file) {
		if (wav_open(source, options->file, why))
			return -1;
		*total = source->file_frames;
		return check_file_spec(options, &source->spec, why);
	}
	if (!options->seed)
		options->seed = random_seed();
	source_init(source, source_find(options->signal), &spec, options->seed);
	*total = (uint64_t)(options->duration * spec.rate);
	if (!*total)
		return refuse(why, EX_USAGE,
			      "--duration: %g s is less than one frame at %u Hz",
			      options->duration, spec.rate);
	return 0;
}

/* Memory for as many frames as are played. Filled with @from, or with zeros. */
static void *make_frames(const struct session *session,
			 const struct pcm_spec *spec, const void *from,
			 struct refusal *why)
{
	size_t bytes = (size_t)session->total * pcm_frame_bytes(spec);
	void *frames = calloc((size_t)session->total, pcm_frame_bytes(spec));

	if (!frames)
		refuse(why, EX_OSERR, "no memory for %llu more frames",
		       (unsigned long long)session->total);
	else if (from)
		memcpy(frames, from, bytes);
	return frames;
}

static int make_copies(const struct options *options, struct session *session,
		       const struct pcm_spec *spec, struct refusal *why)
{
	if (session->capture) {
		session->heard = make_frames(session, spec, NULL, why);
		if (!session->heard)
			return -1;
	}
	if (options->inject != INJECT_NONE) {
		session->injection.fault = options->inject;
		session->injected =
			make_frames(session, spec, session->frames, why);
		if (!session->injected)
			return -1;
	}
	return 0;
}

static int load_signal(struct options *options, struct session *session,
		       struct pcm_spec *spec, struct refusal *why)
{
	struct source source = { 0 };
	int err;

	err = open_source(options, &source, &session->total, why);
	if (!err) {
		*spec = source.spec;
		if (session->playback) {
			session->frames =
				source_load(&source, session->total, why);
			err = session->frames ? 0 : -1;
		}
	}
	source_close(&source);
	if (!err && options->xruns >= session->total)
		err = refuse(why, EX_USAGE,
			     "--xrun: %u are too many in %llu frames",
			     options->xruns,
			     (unsigned long long)session->total);
	return err ? err : make_copies(options, session, spec, why);
}

/*
 * The order is what makes the count of page faults mean something: all memory
 * of the program's own first, the buffers of the card after it.
 */
static int play(struct options *options, struct session *session,
		struct refusal *why)
{
	struct stream_config config = {
		.access = options->access,
		.period_wakeup = options->period_wakeup,
		.buffer_size = options->buffer_size,
		.period_size = options->period_size,
		.refused_status = options->file ? EX_DATAERR : EX_USAGE,
	};
	struct report report;
	const char *own_memory;
	int err;

	if (load_signal(options, session, &config.spec, why) ||
	    session_open(session, options->device, options->capture_device,
			 why))
		return -1;
	own_memory = own_memory_make_present();
	if (session_setup(session, &config, why))
		return -1;
	report_begin(&report, options, session, own_memory);
	err = session_run(session);
	if (err == -ENODEV)
		return refuse(why, EX_UNAVAILABLE,
			      "%s is gone (%s) after %llu of %llu frames",
			      session_stream(session)->name, snd_strerror(err),
			      (unsigned long long)session_done(session),
			      (unsigned long long)session->total);
	return report_end(&report, err, why);
}

/*
 * alsa-lib prints each level of a failure; what matters is in our own message.
 */
static void quiet(const char *file, int line, const char *function, int err,
		  const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)err;
	(void)fmt;
}

int main(int argc, char **argv)
{
	static struct session session;
	/* stdio would allocate one while faults are counted */
	static char output[BUFSIZ];
	struct options options;
	struct refusal why;
	int status;

	setvbuf(stdout, output, _IOLBF, sizeof(output));
	status = options_parse(&options, argc, argv, &why);
	if (status > 0)
		return 0; /* --help */
	if (status < 0)
		return refusal_print(program, &why);
	snd_lib_error_set_handler(quiet);
	session.playback = options.mode != MODE_RECORD;
	session.capture = options.mode != MODE_PLAY;
	session.xruns_wanted = options.xruns;
	status = play(&options, &session, &why);
	if (status < 0)
		status = refusal_print(program, &why);
	session_close(&session);
	free(session.heard);
	free(session.injected);
	free((void *)session.frames);
	snd_config_update_free_global();
	return status;
}
