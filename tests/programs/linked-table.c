// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two linked streams, led through every sequence of commands below, in every kind, either
 * order of linking and with either of them as the one that is commanded. After each
 * command, the card has to run just what ALSA says is running. KTAP.
 *
 * Usage: linked-table [suspend]
 *	suspend: the sequences in which the machine suspends its devices
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "card-stream.h"
#include "ktap.h"

#define BUFFER 24000
#define PERIOD 2400
#define FRAMES 4800
#define TRIES \
	50 /* of 1 ms, until a change that is under way has come to its end */
#define ENDS 3000 /* of 1 ms, until what drains is drained */

/* s start, d drain, p pause, r release, x drop, n prepare, z suspend, u resume, w await */
static const char *const awake[] = {
	"s",   "d",    "dw",   "sd",    "sdw", "sp",   "spr",
	"spd", "spdw", "sprd", "sprdw", "sx",  "sxn",  "sxns",
	"dx",  "dxn",  "spx",  "spn",   "dwn", "dwns",
};

static const char *const asleep[] = {
	"z",     "zu",    "zud", "zus",  "sz",    "szu",  "szuz",
	"szud",  "szudw", "sdz", "sdzu", "sdzuw", "spz",  "spzu",
	"spzur", "dz",    "dzu", "dzuw", "szn",   "szns",
};

enum kind {
	CAPTURE,
	PLAYBACK,
	EMPTY,
	KINDS
};

static const char *const kinds[] = { "capture", "playback", "empty playback" };

struct row {
	const char *sequence;
	enum kind kind;
	bool other_first; /* in the order of linking */
	bool other_commanded;
	bool unwoken;
};

static int16_t samples[2 * FRAMES];

static void must(long err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "linked-table: %s: %s\n", what, snd_strerror(err));
	exit(2);
}

static snd_pcm_t *open_stream(const char *name, snd_pcm_stream_t direction,
			      bool unwoken)
{
	const struct card_setup setup = {
		.format = SND_PCM_FORMAT_S16_LE,
		.channels = 2,
		.rate = 48000,
		.period = PERIOD,
		.buffer = BUFFER,
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.no_wakeups = unwoken,
		.free_running = true,
	};
	snd_pcm_t *pcm;

	must(snd_pcm_open(&pcm, name, direction, SND_PCM_NONBLOCK), name);
	must(card_stream_setup(pcm, &setup), "parameters");
	return pcm;
}

/* A bit for each stream that the card runs. */
static unsigned int card_runs(void)
{
	static glob_t found;
	unsigned int stream, running, runs = 0;
	char line[128];
	FILE *file;

	if (!found.gl_pathc &&
	    glob("/sys/kernel/debug/snd-oncard/*/streams", 0, NULL, &found))
		must(-ENOENT, "/sys/kernel/debug/snd-oncard");
	file = fopen(found.gl_pathv[0], "r");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line,
			   "stream=%u descriptors=%*u bytes=%*u running=%u",
			   &stream, &running) == 2 &&
		    running)
			runs |= 1U << stream;
	if (!file || fclose(file))
		must(-EIO, found.gl_pathv[0]);
	return runs;
}

static bool runs(snd_pcm_t *pcm)
{
	snd_pcm_state_t state = snd_pcm_state(pcm);

	return state == SND_PCM_STATE_RUNNING ||
	       (state == SND_PCM_STATE_DRAINING &&
		snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK);
}

static bool agree(snd_pcm_t *first, snd_pcm_t *other, enum kind kind)
{
	unsigned int bit = kind == CAPTURE ? 1 : 2;

	for (int n = 0; n < TRIES; n++) {
		unsigned int expected = runs(first) | runs(other) << bit;

		if (card_runs() == expected)
			return true;
		usleep(1000);
	}
	return false;
}

static bool write_to(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 &&
		    write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}

static bool await(snd_pcm_t *first, snd_pcm_t *other)
{
	for (int n = 0; n < ENDS; n++) {
		bool draining =
			snd_pcm_state(first) == SND_PCM_STATE_DRAINING ||
			(snd_pcm_state(other) == SND_PCM_STATE_DRAINING &&
			 snd_pcm_stream(other) == SND_PCM_STREAM_PLAYBACK);

		if (!draining)
			return true;
		usleep(1000);
	}
	return false;
}

/* What ALSA refuses, it refuses: the states are what is judged. */
static bool command(char name, snd_pcm_t *pcm)
{
	switch (name) {
	case 's':
		snd_pcm_start(pcm);
		break;
	case 'd':
		snd_pcm_drain(pcm);
		break;
	case 'p':
	case 'r':
		snd_pcm_pause(pcm, name == 'p');
		break;
	case 'x':
		snd_pcm_drop(pcm);
		break;
	case 'n':
		snd_pcm_prepare(pcm);
		break;
	case 'z':
		return write_to("/sys/power/state", "freeze");
	case 'u':
		snd_pcm_resume(pcm);
		break;
	}
	return true;
}

static bool fails(struct ktap *ktap, const struct row *row, const char *at,
		  const char *how, snd_pcm_t *first, snd_pcm_t *other)
{
	ktap_note(ktap,
		  "%s, at %s: %s; with a %s, %s first, %s commanded, %s: %s, %s; the card runs %#x",
		  row->sequence, at, how, kinds[row->kind],
		  row->other_first ? "it" : "the playback",
		  row->other_commanded ? "it" : "the playback",
		  row->unwoken ? "no wakeups" : "wakeups",
		  snd_pcm_state_name(snd_pcm_state(first)),
		  snd_pcm_state_name(snd_pcm_state(other)), card_runs());
	return false;
}

/* Whom the group's commands left prepared, starts with its first frame. */
static bool starts_alone(snd_pcm_t *pcm)
{
	snd_pcm_sframes_t avail;

	if (snd_pcm_stream(pcm) != SND_PCM_STREAM_CAPTURE ||
	    snd_pcm_state(pcm) != SND_PCM_STATE_PREPARED)
		return true;
	snd_pcm_unlink(pcm);
	must(snd_pcm_start(pcm), "start");
	avail = snd_pcm_avail(pcm);
	return avail >= 0 && avail < PERIOD;
}

static bool lead(struct ktap *ktap, const struct row *row, snd_pcm_t *first,
		 snd_pcm_t *other)
{
	snd_pcm_t *commanded = row->other_commanded ? other : first;

	for (const char *at = row->sequence; *at; at++) {
		if (*at == 'w' ? !await(first, other) :
				 !command(*at, commanded))
			return fails(ktap, row, at, "has no end", first, other);
		if (!agree(first, other, row->kind))
			return fails(ktap, row, at, "differ", first, other);
	}
	return starts_alone(other) ||
	       fails(ktap, row, "its end", "capture", first, other);
}

static bool run_row(struct ktap *ktap, const struct row *row)
{
	bool capture = row->kind == CAPTURE, passed;
	snd_pcm_t *first =
		open_stream("hw:0,0,0", SND_PCM_STREAM_PLAYBACK, row->unwoken);
	snd_pcm_t *other = open_stream(capture ? "hw:0,0,0" : "hw:0,0,1",
				       capture ? SND_PCM_STREAM_CAPTURE :
						 SND_PCM_STREAM_PLAYBACK,
				       row->unwoken);

	must(row->other_first ? snd_pcm_link(other, first) :
				snd_pcm_link(first, other),
	     "link");
	must(snd_pcm_writei(first, samples, FRAMES), "write");
	if (row->kind == PLAYBACK)
		must(snd_pcm_writei(other, samples, FRAMES), "write");
	passed = lead(ktap, row, first, other);
	snd_pcm_close(other);
	snd_pcm_close(first);
	return passed;
}

/* The rows of one sequence: kind, order, who is commanded, wakeups. */
static unsigned int run_sequence(struct ktap *ktap, const char *sequence,
				 unsigned int *rows)
{
	unsigned int failed = 0;

	for (int n = 0; n < KINDS * 8; n++) {
		struct row row = { sequence, n / 8, n & 1, n & 2, n & 4 };

		failed += !run_row(ktap, &row);
		++*rows;
	}
	return failed;
}

int main(int argc, char **argv)
{
	bool suspend = argc == 2 && !strcmp(argv[1], "suspend");
	const char *const *sequences = suspend ? asleep : awake;
	size_t count = suspend ? sizeof(asleep) / sizeof(*asleep) :
				 sizeof(awake) / sizeof(*awake);
	unsigned int rows = 0;
	struct ktap ktap;

	if (argc > 2 || (argc == 2 && !suspend)) {
		fprintf(stderr, "usage: linked-table [suspend]\n");
		return 64;
	}
	ktap_begin(&ktap, stdout, count);
	for (size_t n = 0; n < count; n++) {
		char name[64];

		snprintf(name, sizeof(name), "%s: the card runs what ALSA does",
			 sequences[n]);
		ktap_result(&ktap, !run_sequence(&ktap, sequences[n], &rows),
			    name);
	}
	ktap_note(&ktap, "%u rows", rows);
	return ktap_end(&ktap);
}
