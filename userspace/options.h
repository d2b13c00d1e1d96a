/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command line of oncard-play.
 */
#ifndef ONCARD_OPTIONS_H
#define ONCARD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "pcm-spec.h"

enum fault_rule {
	FAULTS_NONE,
	FAULTS_PER_PAGE,
	FAULTS_ANY,
};

enum play_mode {
	MODE_DUPLEX, /* plays, and records the loopback */
	MODE_PLAY,
	MODE_RECORD,
	MODE_LATENCY, /* duplex, with a loopback that comes late */
};

#define INJECT_NONE (-1)

struct options {
	const char *device;
	const char *capture_device; /* NULL: the counterpart of @device */
	const char *file; /* NULL: @signal */
	const char *signal;
	const char *vm_flags; /* NULL: not judged */
	double duration; /* seconds, of @signal */
	uint64_t seed; /* 0: not given */
	snd_pcm_format_t format; /* SND_PCM_FORMAT_UNKNOWN: not given */
	unsigned int channels, rate; /* 0: not given */
	unsigned long buffer_size, period_size; /* frames; 0: not given */
	int access; /* enum stream_access */
	int mode; /* enum play_mode */
	int inject; /* of inject_names, or INJECT_NONE */
	unsigned int xruns; /* to be injected */
	double ppm; /* the most that is right; 0: not judged */
	const char *json, *svg; /* files to be written, or NULL */
	enum fault_rule faults;
	bool period_wakeup;
};

/* Returns 0, 1 if help was asked for and printed, -1 with @why. */
int options_parse(struct options *options, int argc, char **argv,
		  struct refusal *why);

/*
 * The spec of a generated signal: what was given, else S16_LE, 2 channels,
 * 48000 Hz.
 */
struct pcm_spec options_spec(const struct options *options);

#endif
