// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inject.h"
#include "options.h"
#include "play.h"
#include "source.h"
#include "stream.h"

#define DURATION_MAX 3600.0 /* s: the whole signal is held in memory */
#define FRAMES_MAX   (1UL << 30)
#define PPM_MAX      1000000.0

static const char *const mode_names[] = { "duplex", "play", "record", "latency",
					  NULL }; /* enum play_mode */

static const char *const fault_names[] = { "none", "per-page", "any",
					   NULL }; /* enum fault_rule */

enum {
	OPT_SIGNAL = 256,
	OPT_SEED,
	OPT_BUFFER_SIZE,
	OPT_PERIOD_SIZE,
	OPT_ACCESS,
	OPT_FAULTS,
	OPT_VM_FLAGS,
	OPT_CAPTURE_DEVICE,
	OPT_NO_CAPTURE,
	OPT_MODE,
	OPT_LATENCY,
	OPT_INJECT,
	OPT_XRUN,
	OPT_PPM,
	OPT_KTAP,
	OPT_JSON,
	OPT_SVG,
	OPT_NO_PERIOD_WAKEUP,
};

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'D' },
	{ "format", required_argument, NULL, 'f' },
	{ "channels", required_argument, NULL, 'c' },
	{ "rate", required_argument, NULL, 'r' },
	{ "duration", required_argument, NULL, 'd' },
	{ "signal", required_argument, NULL, OPT_SIGNAL },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "buffer-size", required_argument, NULL, OPT_BUFFER_SIZE },
	{ "period-size", required_argument, NULL, OPT_PERIOD_SIZE },
	{ "access", required_argument, NULL, OPT_ACCESS },
	{ "faults", required_argument, NULL, OPT_FAULTS },
	{ "vm-flags", required_argument, NULL, OPT_VM_FLAGS },
	{ "capture-device", required_argument, NULL, OPT_CAPTURE_DEVICE },
	{ "no-capture", no_argument, NULL, OPT_NO_CAPTURE },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "latency", no_argument, NULL, OPT_LATENCY },
	{ "inject", required_argument, NULL, OPT_INJECT },
	{ "xrun", required_argument, NULL, OPT_XRUN },
	{ "ppm", required_argument, NULL, OPT_PPM },
	{ "ktap", no_argument, NULL, OPT_KTAP },
	{ "json", required_argument, NULL, OPT_JSON },
	{ "svg", required_argument, NULL, OPT_SVG },
	{ "no-period-wakeup", no_argument, NULL, OPT_NO_PERIOD_WAKEUP },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const char help[] =
	"Usage: oncard-play [OPTION]... [FILE.wav]\n"
	"Play FILE.wav, or a generated signal, through the buffer of a sound card; record\n"
	"the loopback at the same time; judge what came back. Results are KTAP; a check that\n"
	"does not apply is skipped with the reason.\n"
	"\n"
	"  -D, --device=NAME        hw:CARD[,DEVICE[,SUBDEVICE]] (hw:0)\n"
	"  -f, --format=FORMAT      any linear or float format of alsa-lib, or a subframe of\n"
	"                           IEC 958 (S16_LE; of a file: what it has)\n"
	"  -c, --channels=N         1 to 255 (2)\n"
	"  -r, --rate=HZ            1 to 10000000 (48000)\n"
	"  -d, --duration=SECONDS   length of the generated signal (1)\n"
	"      --signal=NAME        sine, ramp, noise, counter or code (code)\n"
	"      --seed=N             of the noise (random, and printed)\n"
	"      --buffer-size=FRAMES exactly so many (about half a second)\n"
	"      --period-size=FRAMES exactly so many (about an eighth of the buffer)\n"
	"      --access=MODE        mmap, rw, mmap-noninterleaved or rw-noninterleaved (mmap)\n"
	"      --faults=RULE        page faults to be taken on the mapped buffers: none,\n"
	"                           per-page (exactly one for each page) or any (none)\n"
	"      --vm-flags=LIST      VmFlags that the mappings must have, as 'io pf de dd'\n"
	"      --capture-device=NAME  where the loopback is recorded, if not on --device\n"
	"      --mode=MODE          duplex, play, record, or latency: duplex with a loopback\n"
	"                           that comes late, by how much is measured (duplex)\n"
	"      --no-capture         --mode=play\n"
	"      --latency            --mode=latency\n"
	"      --no-period-wakeup   the card raises no interrupts, time is kept by poll()\n"
	"      --ppm=LIMIT          by how much the card's clock may be off\n"
	"      --xrun=N             let it run dry N times, and recover\n"
	"      --inject=FAULT       play it with a fault, to see it found: swapped, shifted,\n"
	"                           repeated, stale, lost, silent, foreign or delay\n"
	"      --ktap               print KTAP, as is done anyway\n"
	"      --json=FILE          write the results and figures to FILE as well\n"
	"      --svg=FILE           write a picture: waveform, and how late wakeups were\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all is well, 1 something judged is not, 64 bad option, 65 a file\n"
	"that the card does not take, 66 no such file, 69 no such device, or it went away,\n"
	"73 a file cannot be written.\n";

static int take_frames(const char *option, unsigned long *value,
		       struct refusal *why)
{
	unsigned long long number;

	if (parse_number(option, optarg, 1, FRAMES_MAX, &number, why))
		return -1;
	*value = (unsigned long)number;
	return 0;
}

static int take_format(struct options *o, struct refusal *why)
{
	snd_pcm_format_t format = snd_pcm_format_value(optarg);
	char allowed[512];

	pcm_format_list(allowed, sizeof(allowed));
	if (format == SND_PCM_FORMAT_UNKNOWN || !pcm_format_usable(format))
		return refuse(why, EX_USAGE,
			      "--format: '%s' is unknown, or cannot be judged; allowed: %s",
			      optarg, allowed);
	o->format = format;
	return 0;
}

static int take_signal(struct options *o, struct refusal *why)
{
	int choice;

	if (parse_choice("--signal", optarg, source_names, &choice, why))
		return -1;
	o->signal = source_names[choice];
	return 0;
}

static int take_faults(struct options *o, struct refusal *why)
{
	int choice;

	if (parse_choice("--faults", optarg, fault_names, &choice, why))
		return -1;
	o->faults = (enum fault_rule)choice;
	return 0;
}

static int take_vm_flags(struct options *o, struct refusal *why)
{
	if (!optarg[strspn(optarg, " ,")])
		return refuse(why, EX_USAGE,
			      "--vm-flags: no flag in '%s'; they are as in VmFlags of /proc/PID/smaps, as 'io pf de dd sh'",
			      optarg);
	o->vm_flags = optarg;
	return 0;
}

static int take_ppm(struct options *o, struct refusal *why)
{
	char *end;
	double number = strtod(optarg, &end);

	if (end == optarg || *end || !(number > 0) || number > PPM_MAX)
		return refuse(why, EX_USAGE,
			      "--ppm: '%s' is not a number above 0, up to %g",
			      optarg, PPM_MAX);
	o->ppm = number;
	return 0;
}

/* What changes what is done. */
static int take_action(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case OPT_NO_CAPTURE:
		o->mode = MODE_PLAY;
		return 0;
	case OPT_LATENCY:
		o->mode = MODE_LATENCY;
		return 0;
	case OPT_MODE:
		return parse_choice("--mode", optarg, mode_names, &o->mode,
				    why);
	case OPT_INJECT:
		return parse_choice("--inject", optarg, inject_names,
				    &o->inject, why);
	case OPT_XRUN:
		return parse_uint("--xrun", optarg, 1, XRUNS_MAX, &o->xruns,
				  why);
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE, "see --help for what is allowed");
	}
}

/* What changes what is said. */
static int take_output(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case OPT_FAULTS:
		return take_faults(o, why);
	case OPT_VM_FLAGS:
		return take_vm_flags(o, why);
	case OPT_PPM:
		return take_ppm(o, why);
	case OPT_KTAP:
		return 0;
	case OPT_JSON:
		o->json = optarg;
		return 0;
	case OPT_SVG:
		o->svg = optarg;
		return 0;
	default:
		return take_action(o, option, why);
	}
}

static int take_option(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case 'D':
		o->device = optarg;
		return 0;
	case 'f':
		return take_format(o, why);
	case 'c':
		return parse_uint("--channels", optarg, 1, PCM_CHANNELS_MAX,
				  &o->channels, why);
	case 'r':
		return parse_uint("--rate", optarg, 1, PCM_RATE_MAX, &o->rate,
				  why);
	case 'd':
		return parse_seconds("--duration", optarg, DURATION_MAX,
				     &o->duration, why);
	case OPT_SIGNAL:
		return take_signal(o, why);
	case OPT_SEED:
		return parse_uint64("--seed", optarg, 1, UINT64_MAX, &o->seed,
				    why);
	case OPT_BUFFER_SIZE:
		return take_frames("--buffer-size", &o->buffer_size, why);
	case OPT_PERIOD_SIZE:
		return take_frames("--period-size", &o->period_size, why);
	case OPT_ACCESS:
		return parse_choice("--access", optarg, stream_access_names,
				    &o->access, why);
	case OPT_CAPTURE_DEVICE:
		o->capture_device = optarg;
		return 0;
	case OPT_NO_PERIOD_WAKEUP:
		o->period_wakeup = false;
		return 0;
	default:
		return take_output(o, option, why);
	}
}

/* Can what --inject asks for be found? */
static bool injectable(const struct options *o)
{
	return (o->mode == MODE_DUPLEX || o->mode == MODE_LATENCY) &&
	       (o->inject != INJECT_DELAY || o->mode == MODE_LATENCY) &&
	       !o->xruns && !o->file &&
	       !strcmp(o->signal ? o->signal : "code", "code");
}

/*
 * What makes no sense together is refused, for one of the two would be ignored
 * silently.
 */
static int check_together(const struct options *o, struct refusal *why)
{
	if (o->file && (o->signal || o->duration || o->seed))
		return refuse(why, EX_USAGE,
			      "--signal, --seed and --duration are for a generated signal; %s is played whole",
			      o->file);
	if (o->seed && strcmp(o->signal ? o->signal : "", "noise"))
		return refuse(why, EX_USAGE, "--seed is for --signal=noise");
	if (o->capture_device && o->mode == MODE_PLAY)
		return refuse(why, EX_USAGE,
			      "--capture-device and --no-capture exclude each other");
	if (o->mode == MODE_RECORD && (o->file || o->signal || o->seed))
		return refuse(why, EX_USAGE,
			      "--mode=record plays nothing: leave FILE.wav, --signal and --seed out");
	if (o->inject != INJECT_NONE && !injectable(o))
		return refuse(why, EX_USAGE,
			      "--inject needs the loopback of --signal=code without --xrun, and --inject=delay --mode=latency");
	if (o->mode == MODE_LATENCY &&
	    (o->xruns || o->file ||
	     strcmp(o->signal ? o->signal : "code", "code")))
		return refuse(why, EX_USAGE,
			      "--mode=latency needs --signal=code, and no --xrun");
	if (!stream_access_mapped(o->access) &&
	    (o->vm_flags || o->faults == FAULTS_PER_PAGE))
		return refuse(why, EX_USAGE,
			      "--vm-flags and --faults=per-page need --access=mmap or mmap-noninterleaved: with others nothing is mapped");
	if (o->buffer_size && o->period_size > o->buffer_size)
		return refuse(why, EX_USAGE,
			      "--period-size: %lu frames is more than the buffer of %lu",
			      o->period_size, o->buffer_size);
	return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct refusal *why)
{
	int option;

	*o = (struct options){ .device = "hw:0",
			       .format = SND_PCM_FORMAT_UNKNOWN,
			       .inject = INJECT_NONE,
			       .period_wakeup = true };
	while ((option = getopt_long(argc, argv, "D:f:c:r:d:h", long_options,
				     NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (take_option(o, option, why))
			return -1;
	}
	if (argc - optind > 1)
		return refuse(why, EX_USAGE, "'%s': one file at a time",
			      argv[optind + 1]);
	o->file = argv[optind];
	if (check_together(o, why))
		return -1;
	if (!o->signal)
		o->signal = "code";
	if (!o->duration)
		o->duration = 1.0;
	return 0;
}

struct pcm_spec options_spec(const struct options *o)
{
	return (struct pcm_spec){
		.format = o->format == SND_PCM_FORMAT_UNKNOWN ?
				  SND_PCM_FORMAT_S16_LE :
				  o->format,
		.channels = o->channels ? o->channels : 2,
		.rate = o->rate ? o->rate : 48000,
	};
}
