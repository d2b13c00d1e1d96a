// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client whose card is taken away while its stream runs, mapped: unbinds the driver
 * itself, looks at what is left, has it bound again, and looks once more. KTAP.
 *
 * Usage: revoked-client DRIVER BUS-ADDRESS, a folder of the driver in sysfs and the name
 * of the card's device, such as /sys/bus/pci/drivers/snd-oncard 0000:01:00.0
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "figure.h"
#include "ktap.h"

#define BUFFER_FRAMES 8000 /* of S16_LE stereo: 8 pages, the last not in full */
#define PAGES         8
#define TOKEN         0x70ce4000u
#define OTHERS_TOKEN  0x07e45000u

/* <sound/asound.h> has it, and cannot be included beside alsa-lib's header. */
#define SNDRV_PCM_IOCTL_PREPARE _IO('A', 0x40)

struct client {
	snd_pcm_t *pcm;
	int fd;
	uint32_t *area;
};

static long page;
static struct ktap ktap;
static const char *driver;
static const char *address;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static uint32_t *word(uint32_t *area, size_t n)
{
	return (uint32_t *)((char *)area + n * page);
}

static void fill(uint32_t *area, uint32_t token)
{
	for (size_t n = 0; n < PAGES; n++)
		*word(area, n) = token + n;
}

static bool holds(uint32_t *area, uint32_t token)
{
	for (size_t n = 0; n < PAGES; n++)
		if (*word(area, n) != token + n)
			return false;
	return true;
}

static bool is_zero(uint32_t *area)
{
	const char *bytes = (const char *)area;

	for (long n = 0; n < PAGES * page; n++)
		if (bytes[n])
			return false;
	return true;
}

static void open_client(struct client *client, const char *device)
{
	snd_pcm_uframes_t frames = BUFFER_FRAMES;
	snd_pcm_hw_params_t *params;
	struct pollfd pfd;

	snd_pcm_hw_params_alloca(&params);
	if (snd_pcm_open(&client->pcm, device, SND_PCM_STREAM_PLAYBACK, 0) < 0)
		fail(device);
	snd_pcm_hw_params_any(client->pcm, params);
	if (snd_pcm_hw_params_set_access(client->pcm, params,
					 SND_PCM_ACCESS_MMAP_INTERLEAVED) ||
	    snd_pcm_hw_params_set_format(client->pcm, params,
					 SND_PCM_FORMAT_S16_LE) ||
	    snd_pcm_hw_params_set_channels(client->pcm, params, 2) ||
	    snd_pcm_hw_params_set_rate(client->pcm, params, 48000, 0) ||
	    snd_pcm_hw_params_set_buffer_size(client->pcm, params, frames) ||
	    snd_pcm_hw_params(client->pcm, params))
		fail("hw_params");
	if (snd_pcm_poll_descriptors(client->pcm, &pfd, 1) != 1)
		fail("poll descriptor");
	client->fd = pfd.fd;
	client->area = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE,
			    MAP_SHARED, client->fd, 0);
	if (client->area == MAP_FAILED)
		fail("mmap");
}

/* It runs on: no stop threshold, and silence is what is played. */
static void run_for_ever(struct client *client)
{
	snd_pcm_sw_params_t *params;
	snd_pcm_uframes_t boundary;

	snd_pcm_sw_params_alloca(&params);
	if (snd_pcm_sw_params_current(client->pcm, params) ||
	    snd_pcm_sw_params_get_boundary(params, &boundary) ||
	    snd_pcm_sw_params_set_stop_threshold(client->pcm, params,
						 boundary) ||
	    snd_pcm_sw_params(client->pcm, params) ||
	    snd_pcm_prepare(client->pcm) || snd_pcm_start(client->pcm))
		fail("start");
}

/* Tells sysfs, by "bind" or "unbind". Return: milliseconds, or -1. */
static long tell_driver(const char *what)
{
	struct timespec from, to;
	char path[256];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", driver, what);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		fail(path);
	clock_gettime(CLOCK_MONOTONIC, &from);
	written = write(fd, address, strlen(address));
	clock_gettime(CLOCK_MONOTONIC, &to);
	close(fd);
	if (written < 0)
		return -1;
	return (to.tv_sec - from.tv_sec) * 1000 +
	       (to.tv_nsec - from.tv_nsec) / 1000000;
}

/* A child that shares the mapping; it says by a byte what it saw, when asked to. */
struct child {
	pid_t pid;
	int ask;
	int answer;
};

static void child_main(uint32_t *area, int ask, int answer)
{
	char said;

	while (read(ask, &said, 1) == 1) {
		said = holds(area, TOKEN) ? 'y' : 'n';
		if (write(answer, &said, 1) != 1)
			break;
	}
	_exit(0);
}

static struct child start_child(uint32_t *area)
{
	int ask[2], answer[2];
	struct child child;

	if (pipe(ask) || pipe(answer))
		fail("pipe");
	child.pid = fork();
	if (child.pid < 0)
		fail("fork");
	if (!child.pid) {
		close(ask[1]);
		close(answer[0]);
		child_main(area, ask[0], answer[1]);
	}
	close(ask[0]);
	close(answer[1]);
	child.ask = ask[1];
	child.answer = answer[0];
	return child;
}

static bool child_sees_token(struct child *child)
{
	char said = '?';

	return write(child->ask, "?", 1) == 1 &&
	       read(child->answer, &said, 1) == 1 && said == 'y';
}

static bool child_ends_well(struct child *child)
{
	int status;

	close(child->ask);
	return waitpid(child->pid, &status, 0) == child->pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool debugger_sees_token(struct child *child, uint32_t *area)
{
	bool same = true;
	int status;

	if (ptrace(PTRACE_ATTACH, child->pid, NULL, NULL))
		return false;
	waitpid(child->pid, &status, 0);
	for (size_t n = 0; n < PAGES; n++)
		same &= (uint32_t)ptrace(PTRACE_PEEKDATA, child->pid,
					 word(area, n), NULL) == TOKEN + n;
	ptrace(PTRACE_DETACH, child->pid, NULL, NULL);
	return same;
}

static bool system_calls_say_no_device(const struct client *client)
{
	char frame[4] = { 0 };
	void *area;

	if (ioctl(client->fd, SNDRV_PCM_IOCTL_PREPARE) == 0 || errno != ENODEV)
		return false;
	if (write(client->fd, frame, sizeof(frame)) >= 0 || errno != ENODEV)
		return false;
	area = mmap(NULL, page, PROT_READ, MAP_SHARED, client->fd, 0);
	return area == MAP_FAILED && errno == ENODEV;
}

static bool poll_says_so(const struct client *client)
{
	struct pollfd pfd = { .fd = client->fd, .events = POLLOUT };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & POLLERR;
}

static bool others_cannot_read(const struct client *client)
{
	char bytes[64];
	struct iovec to = { bytes, sizeof(bytes) };
	struct iovec from = { client->area, sizeof(bytes) };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) < 0 &&
	       errno == EFAULT;
}

/* Split, protect, move and fork what has been revoked. */
static bool can_be_rearranged(struct client *client)
{
	char *middle = (char *)client->area + 3 * page;
	char *moved;
	int status;
	pid_t pid;

	if (mprotect(middle, page, PROT_READ) ||
	    mprotect(middle, page, PROT_READ | PROT_WRITE))
		return false;
	moved = mremap(middle, page, page, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0));
	if (moved == MAP_FAILED || *(uint32_t *)moved != TOKEN + 3)
		return false;
	pid = fork();
	if (!pid)
		_exit(*(uint32_t *)moved != TOKEN + 3);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status &&
	       !munmap(moved, page);
}

#define PROBE "/sys/kernel/debug/mapping-probe/"

/* How many pages have for the process the attribute that they have for the kernel. */
static long attributes_that_agree(const uint32_t *area)
{
	FILE *query = fopen(PROBE "query", "w");

	if (!query)
		fail(PROBE "query");
	fprintf(query, "%d %#lx", getpid(), (unsigned long)(uintptr_t)area);
	if (fclose(query))
		fail(PROBE "query");
	return figure(PROBE "answer", "agree=");
}

/* Where entries are made anew, as mprotect() does, the card's attribute is not theirs. */
static bool withstands_mprotect(struct client *client)
{
	return !mprotect(client->area, PAGES * page, PROT_READ) &&
	       !mprotect(client->area, PAGES * page, PROT_READ | PROT_WRITE) &&
	       holds(client->area, TOKEN) &&
	       attributes_that_agree(client->area) == PAGES;
}

static void look_while_gone(struct client *client, struct client *other,
			    struct child *child)
{
	ktap_result(&ktap, is_zero(client->area),
		    "what is touched after it reads as zero");
	fill(client->area, TOKEN);
	ktap_result(&ktap, holds(client->area, TOKEN),
		    "and keeps what is written to it");
	ktap_result(&ktap, child_sees_token(child),
		    "a forked child shares it, as the mapping was shared");
	ktap_result(&ktap, is_zero(other->area), "another mapping does not");
	fill(other->area, OTHERS_TOKEN);
	ktap_result(&ktap, holds(client->area, TOKEN),
		    "nor is it written through that");
	ktap_result(&ktap, debugger_sees_token(child, client->area),
		    "a debugger sees what the process sees");
	ktap_result(&ktap, withstands_mprotect(client),
		    "mprotect() leaves what was written, and as what it is cached");
	ktap_result(&ktap, others_cannot_read(client),
		    "process_vm_readv() is refused, as before");
	ktap_result(&ktap, system_calls_say_no_device(client),
		    "the next system calls say ENODEV");
	ktap_result(&ktap, poll_says_so(client), "poll() says POLLERR");
}

static void look_after_return(struct client *client, struct client *other,
			      struct child *child)
{
	struct client fresh;

	open_client(&fresh, "hw:0,0,0");
	run_for_ever(&fresh);
	fill(client->area, TOKEN);
	ktap_result(&ktap, is_zero(fresh.area),
		    "what is written to the old mapping is not in the new one");
	fill(fresh.area, 0);
	ktap_result(&ktap, holds(client->area, TOKEN),
		    "nor the other way round");
	ktap_result(&ktap, can_be_rearranged(client),
		    "the old mapping splits, moves and forks");
	ktap_result(&ktap, child_ends_well(child), "its child ends by itself");
	munmap(client->area, PAGES * page);
	munmap(other->area, PAGES * page);
	snd_pcm_close(client->pcm);
	snd_pcm_close(other->pcm);
	ktap_result(&ktap, !snd_pcm_drop(fresh.pcm),
		    "and closing the old files leaves the new one alone");
	munmap(fresh.area, PAGES * page);
	snd_pcm_close(fresh.pcm);
}

#define RESULTS 17

int main(int argc, char **argv)
{
	struct client client, other;
	struct child child;
	long took;

	if (argc != 3) {
		fprintf(stderr, "usage: revoked-client DRIVER BUS-ADDRESS\n");
		return 2;
	}
	driver = argv[1];
	address = argv[2];
	page = sysconf(_SC_PAGESIZE);
	ktap_begin(&ktap, stdout, RESULTS);
	open_client(&client, "hw:0,0,0");
	open_client(&other, "hw:0,0,1");
	run_for_ever(&client);
	run_for_ever(&other);
	child = start_child(client.area);
	fill(client.area, OTHERS_TOKEN);
	fill(other.area, TOKEN);

	took = tell_driver("unbind");
	ktap_note(&ktap, "unbinding took %ld ms", took);
	ktap_result(&ktap, took >= 0 && took < 1000,
		    "unbinding takes less than a second, streams running");
	look_while_gone(&client, &other, &child);
	ktap_result(&ktap, tell_driver("bind") >= 0,
		    "the card comes back while it is still mapped");
	look_after_return(&client, &other, &child);
	return ktap_end(&ktap);
}
