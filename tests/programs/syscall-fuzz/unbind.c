// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the devices from their driver, and gives them back, while others make calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define BOUND_MAX 8

static char folder[256];
static char bound[BOUND_MAX][64];
static unsigned int bound_count;

static int find_devices(void)
{
	char pattern[sizeof(folder) + 16];
	glob_t found_links;
	size_t n;

	snprintf(pattern, sizeof(pattern), "%s/*/driver", folder);
	if (glob(pattern, 0, NULL, &found_links))
		return -1;
	for (n = 0; n < found_links.gl_pathc && n < BOUND_MAX; n++) {
		char *name = found_links.gl_pathv[n] + strlen(folder) + 1;

		*strchr(name, '/') = '\0';
		snprintf(bound[bound_count++], sizeof(bound[0]), "%s", name);
	}
	globfree(&found_links);
	return bound_count ? 0 : -1;
}

/* The first of this name, on any bus, that has devices. */
int unbind_prepare(const char *driver)
{
	char pattern[256];
	glob_t folders;
	size_t n;
	int err = -1;

	snprintf(pattern, sizeof(pattern), "/sys/bus/*/drivers/%s", driver);
	if (glob(pattern, 0, NULL, &folders))
		return -1;
	for (n = 0; n < folders.gl_pathc && err; n++) {
		snprintf(folder, sizeof(folder), "%s", folders.gl_pathv[n]);
		err = find_devices();
	}
	globfree(&folders);
	return err;
}

static long tell_driver(const char *what, const char *device)
{
	char path[sizeof(folder) + 16];
	long result;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, what);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return -errno;
	result = result_of(write(fd, device, strlen(device)));
	close(fd);
	return result;
}

static unsigned long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000;
}

static void unbind_all(void)
{
	unsigned long began = now_ms(), took;
	unsigned int n;
	long result;

	for (n = 0; n < bound_count; n++) {
		result = tell_driver("unbind", bound[n]);
		record_result(CALL_unbind, result);
		if (result < 0)
			found("%s cannot be unbound: %s", bound[n],
			      strerror(-(int)result));
	}
	took = now_ms() - began;
	if (took > atomic_load(&record->unbind_ms_max))
		atomic_store(&record->unbind_ms_max, took);
}

static void bind_all(void)
{
	unsigned int n;
	long result;

	for (n = 0; n < bound_count; n++) {
		result = tell_driver("bind", bound[n]);
		record_result(CALL_bind, result);
		if (result < 0)
			found("%s cannot be bound again: %s", bound[n],
			      strerror(-(int)result));
	}
}

/* Less, when the run is over: on a slow machine it can be a minute. */
static void rest(unsigned long ms)
{
	const unsigned long until = now_ms() + ms;

	while (!atomic_load(&record->stop) && now_ms() < until)
		usleep(20000);
}

/* Ends with the devices bound; they are most of the time, on a slow machine, too. */
void unbind_main(void)
{
	unsigned long began, busy_ms = 0;
	struct dice dice;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dice_seed(&dice, ~settings.seed);
	while (!atomic_load(&record->stop)) {
		rest(20 + dice_below(&dice, 1500 + 16 * busy_ms));
		began = now_ms();
		unbind_all();
		usleep(1000 * dice_below(&dice, 200));
		bind_all();
		busy_ms = now_ms() - began;
	}
	_exit(0);
}

/* (not for sequences) */
long call_unbind(void)
{
	return IDLE;
}

long call_bind(void)
{
	return IDLE;
}
