// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "options.h"
#include "source.h"

#define DURATION_MAX 3600.0 /* s: the whole signal is held in memory */
#define FRAMES_MAX   (1UL << 30)

static const char *const format_names[] = { "S16_LE", "S32_LE", NULL };
static const char *const access_names[] = { "mmap", "rw",
					    NULL }; /* enum stream_access */
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
	{ "no-period-wakeup", no_argument, NULL, OPT_NO_PERIOD_WAKEUP },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const char help[] =
	"Usage: oncard-play [OPTION]... [FILE.wav]\n"
	"Play FILE.wav, or a generated signal, through the buffer of a sound card; record\n"
	"the loopback at the same time; judge what came back. Results are KTAP.\n"
	"\n"
	"  -D, --device=NAME        hw:CARD[,DEVICE[,SUBDEVICE]] (hw:0)\n"
	"  -f, --format=FORMAT      S16_LE or S32_LE (S16_LE; of a file: what it has)\n"
	"  -c, --channels=N         1 or 2 (2)\n"
	"  -r, --rate=HZ            8000 to 192000 (48000)\n"
	"  -d, --duration=SECONDS   length of the generated signal (1)\n"
	"      --signal=NAME        sine, ramp, noise or counter (counter)\n"
	"      --seed=N             of the noise (random, and printed)\n"
	"      --buffer-size=FRAMES exactly so many (about half a second)\n"
	"      --period-size=FRAMES exactly so many (about an eighth of the buffer)\n"
	"      --access=MODE        mmap or rw (mmap)\n"
	"      --faults=RULE        page faults to be taken on the mapped buffers: none,\n"
	"                           per-page (exactly one for each page) or any (none)\n"
	"      --vm-flags=LIST      VmFlags that the mappings must have, as 'io pf de dd'\n"
	"      --capture-device=NAME  where the loopback is recorded, if not on --device\n"
	"      --no-capture         play only\n"
	"      --no-period-wakeup   the card raises no interrupts, time is kept by poll()\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all is well, 1 something judged is not, 64 bad option, 65 a file\n"
	"that the card does not take, 66 no such file, 69 no such device, or it went away.\n";

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
	int choice;

	if (parse_choice("--format", optarg, format_names, &choice, why))
		return -1;
	o->sample_bytes = choice ? 4 : 2;
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

static int take_option(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case 'D':
		o->device = optarg;
		return 0;
	case 'f':
		return take_format(o, why);
	case 'c':
		return parse_uint("--channels", optarg, 1, CARD_CHANNELS_MAX,
				  &o->channels, why);
	case 'r':
		return parse_uint("--rate", optarg, CARD_RATE_MIN,
				  CARD_RATE_MAX, &o->rate, why);
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
		return parse_choice("--access", optarg, access_names,
				    &o->access, why);
	case OPT_FAULTS:
		return take_faults(o, why);
	case OPT_VM_FLAGS:
		return take_vm_flags(o, why);
	case OPT_CAPTURE_DEVICE:
		o->capture_device = optarg;
		return 0;
	case OPT_NO_CAPTURE:
		o->capture = false;
		return 0;
	case OPT_NO_PERIOD_WAKEUP:
		o->period_wakeup = false;
		return 0;
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE, "see --help for what is allowed");
	}
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
	if (o->capture_device && !o->capture)
		return refuse(why, EX_USAGE,
			      "--capture-device and --no-capture exclude each other");
	if (o->access && (o->vm_flags || o->faults == FAULTS_PER_PAGE))
		return refuse(why, EX_USAGE,
			      "--vm-flags and --faults=per-page need --access=mmap: with rw nothing is mapped");
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
			       .capture = true,
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
		o->signal = "counter";
	if (!o->duration)
		o->duration = 1.0;
	return 0;
}

struct pcm_spec options_spec(const struct options *o)
{
	return (struct pcm_spec){
		.sample_bytes = o->sample_bytes ? o->sample_bytes : 2,
		.channels = o->channels ? o->channels : 2,
		.rate = o->rate ? o->rate : 48000,
	};
}
