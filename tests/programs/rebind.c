// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unbinds a sound driver from its device and binds it again, over and over, each time
 * as soon as one of ALSA's streams runs, whatever clients do with the device meanwhile.
 *
 * Usage: rebind [--driver NAME] [--count N] [--times FILE] [--bind-times FILE]
 *	--driver: of a bus PCI or platform (snd-oncard); the first device that it has
 *	--count: how often (10)
 *	--times: where to write how long each unbind took, in ns, one a line
 *	--bind-times: the same of each bind
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <glob.h>
#include <inttypes.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "args.h"

#define PATH_BYTES     256
#define STREAMS        "/proc/asound/card*/pcm*/sub*/status"
#define RUNNING_WITHIN 30 /* s, after a bind */

struct options {
	const char *driver;
	const char *times;
	const char *bind_times;
	unsigned long long count;
};

struct target {
	char driver[PATH_BYTES]; /* its folder */
	char device[PATH_BYTES]; /* its name */
};

static void die(const char *what)
{
	fprintf(stderr, "rebind: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A driver's devices are the links in its folder, but for one. */
static bool find_device(struct target *target)
{
	struct dirent *entry;
	bool found = false;
	DIR *dir = opendir(target->driver);

	while (dir && !found && (entry = readdir(dir))) {
		found = entry->d_type == DT_LNK &&
			strcmp(entry->d_name, "module") != 0;
		if (found)
			snprintf(target->device, sizeof(target->device), "%s",
				 entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void find_target(struct target *target, const char *driver)
{
	static const char *const buses[] = { "pci", "platform", NULL };
	int bus;

	for (bus = 0; buses[bus]; bus++) {
		snprintf(target->driver, sizeof(target->driver),
			 "/sys/bus/%s/drivers/%s", buses[bus], driver);
		if (find_device(target))
			return;
	}
	errno = ENODEV;
	die(driver);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Returns how long it took, in ns. */
static uint64_t tell_driver(const struct target *target, const char *word)
{
	char path[2 * PATH_BYTES];
	uint64_t began;
	ssize_t length = (ssize_t)strlen(target->device);
	int fd;

	snprintf(path, sizeof(path), "%s/%s", target->driver, word);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		die(path);
	began = now_ns();
	if (write(fd, target->device, (size_t)length) != length)
		die(word);
	began = now_ns() - began;
	close(fd);
	return began;
}

static bool stream_runs(const char *status)
{
	char line[128];
	bool runs = false;
	FILE *in = fopen(status, "r");

	while (in && !runs && fgets(line, sizeof(line), in))
		runs = !strcmp(line, "state: RUNNING\n");
	if (in)
		fclose(in);
	return runs;
}

static bool any_stream_runs(void)
{
	bool runs = false;
	glob_t found;
	size_t n;

	if (glob(STREAMS, 0, NULL, &found))
		return false;
	for (n = 0; n < found.gl_pathc && !runs; n++)
		runs = stream_runs(found.gl_pathv[n]);
	globfree(&found);
	return runs;
}

/* (clients need the processor meanwhile, which we would have before them) */
static void wait_for_stream(unsigned long long times)
{
	uint64_t deadline = now_ns() + RUNNING_WITHIN * 1000000000ULL;

	while (!any_stream_runs()) {
		if (now_ns() > deadline) {
			fprintf(stderr,
				"rebind: after %llu times: no stream ran within %d s\n",
				times, RUNNING_WITHIN);
			exit(1);
		}
		usleep(20000);
	}
}

/*
 * As the thread does that removes a card which was pulled out. What is timed is the
 * removal, and not how long this process waits for a processor among the clients.
 */
static void take_precedence(void)
{
	struct sched_param first = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("SCHED_FIFO");
}

static void note(FILE *times, uint64_t took)
{
	if (times)
		fprintf(times, "%" PRIu64 "\n", took);
}

static void rebind(const struct target *target, const struct options *options,
		   FILE *times, FILE *bind_times)
{
	unsigned long long n;
	uint64_t took, longest = 0;

	take_precedence();
	for (n = 0; n < options->count; n++) {
		wait_for_stream(n);
		took = tell_driver(target, "unbind");
		note(times, took);
		if (took > longest)
			longest = took;
		note(bind_times, tell_driver(target, "bind"));
	}
	printf("%llu times %s unbound and bound, the longest unbind took %" PRIu64
	       " us\n",
	       n, target->device, longest / 1000);
}

static int take_option(struct options *o, int option, struct refusal *why)
{
	switch (option) {
	case 'd':
		o->driver = optarg;
		return 0;
	case 't':
		o->times = optarg;
		return 0;
	case 'b':
		o->bind_times = optarg;
		return 0;
	case 'c':
		return parse_number("--count", optarg, 1, 1000000, &o->count,
				    why);
	default: /* getopt_long() has said what is wrong */
		return refuse(why, EX_USAGE,
			      "allowed: --driver NAME --count N --times FILE --bind-times FILE");
	}
}

/* NULL where nobody wants it. */
static FILE *create(const char *name)
{
	FILE *file = name ? fopen(name, "w") : NULL;

	if (name && !file)
		die(name);
	return file;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "driver", required_argument, NULL, 'd' },
		{ "count", required_argument, NULL, 'c' },
		{ "times", required_argument, NULL, 't' },
		{ "bind-times", required_argument, NULL, 'b' },
		{ 0 },
	};
	struct options options = {
		.driver = "snd-oncard",
		.count = 10,
	};
	struct target target;
	struct refusal why;
	FILE *times, *bind_times;
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (take_option(&options, option, &why))
			return refusal_print("rebind", &why);
	find_target(&target, options.driver);
	times = create(options.times);
	bind_times = create(options.bind_times);
	rebind(&target, &options, times, bind_times);
	if (times && fclose(times))
		die(options.times);
	if (bind_times && fclose(bind_times))
		die(options.bind_times);
	return 0;
}
