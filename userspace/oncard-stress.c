// SPDX-License-Identifier: GPL-2.0-only
/*
 * oncard-stress: clients that do to a sound card what clients may, in random order
 * and all at once. See oncard-stress(1).
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "stress-pcm.h"

static const char program[] = "oncard-stress";

static const char help[] =
	"Usage: oncard-stress [OPTION]...\n"
	"Processes and threads that open, set up, map, cut, move, touch, fork, play, record,\n"
	"link, free and close the substreams of a sound card in random order, all at once.\n"
	"Prints how often each operation was called, and what it came back with.\n"
	"\n"
	"  -D, --device=NAME    hw:CARD[,DEVICE[,SUBDEVICE]] (hw:0)\n"
	"      --processes=N    1 to 64 (4)\n"
	"      --threads=N      1 to 16, in each (1)\n"
	"      --operations=N   of all of them; 0: no limit (10000)\n"
	"      --seconds=S      end after so many (no limit)\n"
	"      --mix=NAME       any: all operations alike; streams: most of the time, mapped\n"
	"                       streams run; linked: those of linked streams; shared:\n"
	"                       all on one open substream (any)\n"
	"      --direction=NAME both, playback or capture (both)\n"
	"      --reopen         the card may go away, and come back: -ENODEV is no failure\n"
	"      --seed=N         of the random numbers (random, and printed)\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 all is well; 1 an errno that was not expected, frames of somebody\n"
	"else's, or a process that was killed; 64 bad option; 69 no such device.\n";

struct options {
	struct stress_pcm pcm;
	unsigned int processes, threads;
	uint64_t operations;
	uint64_t seed; /* 0: not given */
	double seconds;
};

enum {
	OPT_PROCESSES = 256,
	OPT_THREADS,
	OPT_OPERATIONS,
	OPT_SECONDS,
	OPT_MIX,
	OPT_DIRECTION,
	OPT_REOPEN,
	OPT_SEED,
};

static const struct option long_options[] = {
	{ "device", required_argument, NULL, 'D' },
	{ "processes", required_argument, NULL, OPT_PROCESSES },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "operations", required_argument, NULL, OPT_OPERATIONS },
	{ "seconds", required_argument, NULL, OPT_SECONDS },
	{ "mix", required_argument, NULL, OPT_MIX },
	{ "direction", required_argument, NULL, OPT_DIRECTION },
	{ "reopen", no_argument, NULL, OPT_REOPEN },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_mix(struct options *o, struct refusal *why)
{
	int choice;

	if (parse_choice("--mix", optarg, stress_mix_names, &choice, why))
		return -1;
	o->pcm.mix = (enum stress_mix)choice;
	return 0;
}

static int take_direction(struct options *o, struct refusal *why)
{
	int choice;

	if (parse_choice("--direction", optarg, stress_direction_names, &choice,
			 why))
		return -1;
	o->pcm.direction = (enum stress_direction)choice;
	return 0;
}

static int take_option(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case 'D':
		o->pcm.device = optarg;
		return 0;
	case OPT_PROCESSES:
		return parse_uint("--processes", optarg, 1, CROWD_PROCESSES,
				  &o->processes, why);
	case OPT_THREADS:
		return parse_uint("--threads", optarg, 1, CROWD_THREADS,
				  &o->threads, why);
	case OPT_OPERATIONS:
		return parse_uint64("--operations", optarg, 0, UINT64_MAX,
				    &o->operations, why);
	case OPT_SECONDS:
		return parse_seconds("--seconds", optarg, 1e6, &o->seconds,
				     why);
	case OPT_MIX:
		return take_mix(o, why);
	case OPT_DIRECTION:
		return take_direction(o, why);
	case OPT_REOPEN:
		o->pcm.reopen = true;
		return 0;
	case OPT_SEED:
		return parse_uint64("--seed", optarg, 1, UINT64_MAX, &o->seed,
				    why);
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE, "see --help for what is allowed");
	}
}

static int check_together(const struct options *o, struct refusal *why)
{
	if (!o->operations && !o->seconds)
		return refuse(why, EX_USAGE,
			      "--operations=0 has no end; --seconds gives it one");
	if (o->pcm.mix == MIX_SHARED && o->pcm.reopen)
		return refuse(why, EX_USAGE,
			      "--mix=shared and --reopen exclude each other: what is shared is one open substream");
	if (o->processes * o->threads > CROWD_MEMBERS)
		return refuse(why, EX_USAGE,
			      "--processes=%u with --threads=%u is more than %d in all",
			      o->processes, o->threads, CROWD_MEMBERS);
	if (strncmp(o->pcm.device, "hw:", 3))
		return refuse(why, EX_USAGE,
			      "--device: '%s' is not hw:CARD[,DEVICE[,SUBDEVICE]]; other devices have no kernel buffer of their own",
			      o->pcm.device);
	return 0;
}

/* Returns 0, 1 if help was printed, -1 with @why. */
static int parse(struct options *o, int argc, char **argv, struct refusal *why)
{
	int option;

	*o = (struct options){
		.pcm.device = "hw:0",
		.processes = 4,
		.threads = 1,
		.operations = 10000,
	};
	while ((option = getopt_long(argc, argv, "D:h", long_options, NULL)) !=
	       -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (take_option(o, option, why))
			return -1;
	}
	if (optind < argc)
		return refuse(why, EX_USAGE, "'%s' is not an option",
			      argv[optind]);
	return check_together(o, why);
}

/* What the kernel and alsa-lib say while the card is not there. */
static const int gone[] = { ENODEV, ENOENT, ENXIO, 0 };

static int stress(struct options *options, struct refusal *why)
{
	struct crowd crowd = {
		.tolerated = options->pcm.reopen ? gone : NULL,
		.processes = options->processes,
		.threads = options->threads,
		.total = options->operations,
		.seconds = options->seconds,
		.begin = stress_pcm_begin,
		.end = stress_pcm_end,
	};
	int err;

	crowd.seed = options->seed ? options->seed : crowd_random_seed();
	printf("%s: seed %" PRIu64 "\n", program, crowd.seed);
	crowd.operations =
		stress_pcm_operations(&options->pcm, crowd.seed, why);
	if (!crowd.operations)
		return -1;
	err = crowd_run(&crowd);
	crowd_report(&crowd, stdout, "");
	printf("%s: %s\n", program, err ? "FAIL" : "all is well");
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct options options;
	struct refusal why;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	status = parse(&options, argc, argv, &why);
	if (status > 0)
		return 0; /* --help */
	if (!status)
		status = stress(&options, &why);
	return status < 0 ? refusal_print(program, &why) : status;
}
