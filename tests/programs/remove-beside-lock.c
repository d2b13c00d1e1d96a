// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card is removed under eight clients, one on each substream. One of them keeps its
 * mmap lock, with a writer queued behind it. KTAP. Needs the module ring-owner.
 *
 * Usage: remove-beside-lock DRIVER BUS-ADDRESS MS, as revoked-client; after MS from the
 * beginning of the removal, seven clients are to reach nothing
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <alsa/asoundlib.h>

#include "card-stream.h"
#include "held-lock.h"
#include "ktap.h"

#define CLIENTS 8
#define KEEPER  (CLIENTS - 1)
#define TOKEN   0x70ce4000u

/* What a client tells of itself, in memory that it shares with its parent. */
struct client {
	atomic_bool ready;
	double reached; /* when it saw the card's memory last, seconds */
};

static struct client *clients;
static pid_t pids[CLIENTS];
static struct ktap ktap;
static int lock_owner;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* A playback runs; a capture is only prepared, so that its buffer stays as it is. */
static uint32_t *map_substream(int number)
{
	const struct card_setup setup = {
		.format = SND_PCM_FORMAT_S16_LE,
		.channels = 2,
		.rate = 48000,
		.access = SND_PCM_ACCESS_MMAP_INTERLEAVED,
		.free_running = true,
	};
	bool plays = !(number % 2);
	struct pollfd poll;
	char name[32];
	snd_pcm_t *pcm;
	uint32_t *word;

	snprintf(name, sizeof(name), "hw:0,0,%d", number / 2);
	if (snd_pcm_open(&pcm, name,
			 plays ? SND_PCM_STREAM_PLAYBACK :
				 SND_PCM_STREAM_CAPTURE,
			 0) < 0 ||
	    card_stream_setup(pcm, &setup) < 0 || snd_pcm_prepare(pcm) < 0 ||
	    snd_pcm_poll_descriptors(pcm, &poll, 1) != 1)
		fail(name);
	word = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
		    MAP_SHARED, poll.fd, 0);
	if (word == MAP_FAILED)
		fail("mmap");
	*word = TOKEN;
	if (plays && snd_pcm_start(pcm) < 0)
		fail("start");
	return word;
}

static void look(struct client *client, uint32_t *word)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	while (__atomic_load_n(word, __ATOMIC_RELAXED) == TOKEN) {
		client->reached = now();
		atomic_store(&client->ready, true);
		nanosleep(&pause, NULL);
	}
}

static void be_client(int number)
{
	struct client *client = &clients[number];
	uint32_t *word = map_substream(number);

	if (number == KEEPER) {
		atomic_store(&client->ready, true);
		held_lock_keep(lock_owner);
	} else {
		look(client, word);
	}
	_exit(*word ? 1 : 0);
}

static void begin_clients(void)
{
	int n;

	clients = mmap(NULL, sizeof(*clients) * CLIENTS, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (clients == MAP_FAILED)
		fail("mmap");
	for (n = 0; n < CLIENTS; n++) {
		pids[n] = fork();
		if (pids[n] < 0)
			fail("fork");
		if (!pids[n])
			be_client(n);
	}
	for (n = 0; n < CLIENTS; n++)
		while (!atomic_load(&clients[n].ready))
			usleep(1000);
	held_lock_await(pids[KEEPER]);
}

/* Whether a client found nothing but zeroes in the end. */
static bool end_client(int number)
{
	int status;

	if (waitpid(pids[number], &status, 0) != pids[number])
		fail("waitpid");
	return !status;
}

static void remove_card(const char *driver, const char *address)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/unbind", driver);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, address, strlen(address)) < 0)
		fail(path);
	close(fd);
}

int main(int argc, char **argv)
{
	double began, took, reached = 0, limit_ms;
	bool all_zero = true;
	int n;

	if (argc != 4) {
		fprintf(stderr,
			"usage: remove-beside-lock DRIVER BUS-ADDRESS MS\n");
		return 2;
	}
	limit_ms = atof(argv[3]);
	lock_owner = open(HELD_LOCK_OWNER, O_RDWR);
	if (lock_owner < 0)
		fail(HELD_LOCK_OWNER);
	ktap_begin(&ktap, stdout, 4);
	begin_clients();

	began = now();
	remove_card(argv[1], argv[2]);
	took = now() - began;
	ktap_note(&ktap, "removed in %.1f ms", took * 1e3);
	ktap_result(&ktap, held_lock_is_kept(pids[KEEPER]) && took < 1,
		    "a card is removed beside a client that keeps its mmap lock");
	for (n = 0; n < KEEPER; n++) {
		all_zero &= end_client(n);
		if (clients[n].reached - began > reached)
			reached = clients[n].reached - began;
	}
	ktap_note(&ktap, "reached for the last time after %.1f ms, of %.0f",
		  reached * 1e3, limit_ms);
	ktap_result(&ktap, reached * 1e3 < limit_ms,
		    "seven clients reach nothing after that time");
	ktap_result(&ktap, all_zero, "they find zeroes");
	held_lock_let_go(lock_owner);
	ktap_result(&ktap, end_client(KEEPER),
		    "so does the one that kept its lock");
	return ktap_end(&ktap);
}
