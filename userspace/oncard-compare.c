// SPDX-License-Identifier: GPL-2.0-only
/*
 * oncard-compare: finds a sound in a recording of it, or in an image of the
 * card's memory, and compares bit for bit. See oncard-compare(1).
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compare.h"
#include "image.h"
#include "wav.h"

#define AT_LEAST 4096 /* frames */

static const char program[] = "oncard-compare";

static const char help[] =
	"Usage: oncard-compare ORIGINAL.wav RECORDED.wav\n"
	"       oncard-compare --memory=FILE [--at-least=N] ORIGINAL.wav\n"
	"Find ORIGINAL.wav in a recording of it that was started earlier, and compare bit for\n"
	"bit to its last frame; or find its longest run of frames in FILE, an image of the\n"
	"card's memory.\n"
	"\n"
	"      --memory=FILE   search this image\n"
	"      --at-least=N    frames in a row that must be in the image (4096)\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0 identical, or found; 1 different, or not found; 64 bad option; 65 a\n"
	"file that the card cannot have played, or two that cannot be compared; 66 no such\n"
	"file.\n";

static const struct option long_options[] = {
	{ "memory", required_argument, NULL, 'm' },
	{ "at-least", required_argument, NULL, 'a' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

struct options {
	const char *memory; /* NULL: compare two WAVs */
	uint64_t at_least; /* frames; 0: not given */
	const char *original;
	const char *recorded; /* NULL with @memory */
};

struct sound {
	const char *path;
	struct pcm_spec spec;
	void *frames;
	uint64_t count;
};

static int load(struct sound *sound, const char *path, struct refusal *why)
{
	struct source source;

	if (wav_open(&source, path, why))
		return -1;
	sound->path = path;
	sound->spec = source.spec;
	sound->count = source.file_frames;
	sound->frames = source_load(&source, sound->count, why);
	source_close(&source);
	return sound->frames ? 0 : -1;
}

static int check_same_spec(const struct sound *a, const struct sound *b,
			   struct refusal *why)
{
	if (pcm_spec_equal(&a->spec, &b->spec))
		return 0;
	return refuse(why, EX_DATAERR,
		      "%s is %s, channels: %u, %u Hz, but %s is %s, channels: %u, %u Hz: they cannot be compared",
		      a->path, pcm_format_name(&a->spec), a->spec.channels,
		      a->spec.rate, b->path, pcm_format_name(&b->spec),
		      b->spec.channels, b->spec.rate);
}

/* Prints the outcome. Returns the exit status, or -1 with @why. */
static int print_comparison(const struct comparison *c,
			    const struct sound *original,
			    const struct sound *recorded, struct refusal *why)
{
	switch (c->result) {
	case COMPARE_IDENTICAL:
		printf("identical: %" PRIu64 " frames at offset %" PRIu64 "\n",
		       original->count, c->offset);
		return 0;
	case COMPARE_DIFFERENT:
		printf("different: frame %" PRIu64 " (%" PRIu64
		       " of the recording), channel %u: expected %" PRId64
		       ", got %" PRId64 "; %" PRIu64
		       " frames before it are equal\n",
		       c->first.frame, c->first.frame + c->offset,
		       c->first.channel, c->first.expected, c->first.got,
		       c->equal);
		return 1;
	case COMPARE_STARTS_LATE:
		printf("different: the recording starts after the original does\n");
		return 1;
	case COMPARE_ENDS_EARLY:
		printf("different: the recording ends after %" PRIu64
		       " of %" PRIu64 " frames, which are equal\n",
		       c->equal, original->count);
		return 1;
	case COMPARE_RECORDING_SILENT:
		printf("different: the recording, %" PRIu64
		       " frames, is wholly silent\n",
		       recorded->count);
		return 1;
	case COMPARE_ORIGINAL_SILENT:
		break;
	}
	return refuse(why, EX_DATAERR,
		      "%s is wholly silent: to find it proves nothing",
		      original->path);
}

static int compare(const struct sound *original, const struct options *options,
		   struct refusal *why)
{
	struct sound recorded = { 0 };
	struct comparison c;
	int status = -1;

	if (!load(&recorded, options->recorded, why) &&
	    !check_same_spec(original, &recorded, why)) {
		c = compare_recording(&original->spec, original->frames,
				      original->count, recorded.frames,
				      recorded.count);
		status = print_comparison(&c, original, &recorded, why);
	}
	free(recorded.frames);
	return status;
}

/*
 * Read, not mapped: the card may be writing to it, and one state of it is what
 * is searched.
 */
static char *read_image(const char *path, size_t *size, struct refusal *why)
{
	char *image = NULL;
	struct stat st;
	FILE *file;

	file = fopen(path, "re");
	if (!file || fstat(fileno(file), &st)) {
		refuse(why, EX_NOINPUT, "%s: %s", path, strerror(errno));
	} else if (!S_ISREG(st.st_mode) || st.st_size < IMAGE_PAGE) {
		refuse(why, EX_DATAERR,
		       "%s is no image of a card's memory: it is not a regular file of at least %d bytes",
		       path, IMAGE_PAGE);
	} else {
		*size = (size_t)st.st_size;
		image = malloc(*size);
		if (!image || fread(image, 1, *size, file) != *size) {
			refuse(why, EX_NOINPUT, "%s: cannot be read: %s", path,
			       strerror(errno));
			free(image);
			image = NULL;
		}
	}
	if (file)
		fclose(file);
	return image;
}

static int search(const struct sound *original, const struct options *options,
		  struct refusal *why)
{
	uint64_t at_least = options->at_least ? options->at_least : AT_LEAST;
	struct image_run run;
	size_t size;
	char *image;

	if (frames_silent(&original->spec, original->frames, original->count) ==
	    original->count)
		return refuse(why, EX_DATAERR,
			      "%s is wholly silent: to find it proves nothing",
			      original->path);
	if (IMAGE_PAGE % pcm_frame_bytes(&original->spec))
		return refuse(why, EX_DATAERR,
			      "%s has frames of %zu bytes; --memory needs one that pages are a multiple of",
			      original->path, pcm_frame_bytes(&original->spec));
	image = read_image(options->memory, &size, why);
	if (!image)
		return -1;
	run = image_find(&original->spec, image, size, original->frames,
			 original->count);
	free(image);
	if (!run.frames) {
		printf("not found: no frames of %s in %s\n", original->path,
		       options->memory);
		return 1;
	}
	printf("%s: %" PRIu64 " frames in a row, from frame %" PRIu64
	       " of %" PRIu64 ", at offset 0x%zx of the card's memory\n",
	       run.frames < at_least ? "too few" : "found", run.frames,
	       run.frame, original->count, run.offset);
	return run.frames < at_least;
}

static int take_option(struct options *o, int option, struct refusal *why)
{
	unsigned long long number;

	switch (option) {
	case 'm':
		o->memory = optarg;
		return 0;
	case 'a':
		if (parse_number("--at-least", optarg, 1, UINT32_MAX, &number,
				 why))
			return -1;
		o->at_least = number;
		return 0;
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE, "see --help for what is allowed");
	}
}

/* Returns 0, 1 if help was printed, -1 with @why. */
static int parse(struct options *o, int argc, char **argv, struct refusal *why)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) !=
	       -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1;
		}
		if (take_option(o, option, why))
			return -1;
	}
	if (o->at_least && !o->memory)
		return refuse(why, EX_USAGE, "--at-least is for --memory");
	if (argc - optind != (o->memory ? 1 : 2))
		return refuse(why, EX_USAGE, "%d file name%s given; %s",
			      argc - optind, argc - optind == 1 ? "" : "s",
			      o->memory ?
				      "--memory takes one, ORIGINAL.wav" :
				      "two are needed, ORIGINAL.wav and RECORDED.wav");
	o->original = argv[optind];
	o->recorded = argv[optind + 1];
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct sound original = { 0 };
	struct refusal why;
	int status;

	status = parse(&options, argc, argv, &why);
	if (status > 0)
		return 0; /* --help */
	if (!status)
		status = load(&original, options.original, &why);
	if (!status)
		status = options.memory ? search(&original, &options, &why) :
					  compare(&original, &options, &why);
	free(original.frames);
	if (status < 0)
		return refusal_print(program, &why);
	return fflush(stdout) ? EX_IOERR : status;
}
