// SPDX-License-Identifier: GPL-2.0-only
/*
 * large-buffer: allocates, maps, unmaps and frees a buffer of 128 MiB on the card, beside a
 * process that only looks at the clock. However long that takes, the other gets its turn in
 * between.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "card-stream.h"
#include "ktap.h"

/* A turn is some ticks of the scheduler, of 4 ms each, however short the whole is. */
#define TURN_NS 12000000LL

static const struct card_setup largest = {
	.format = SND_PCM_FORMAT_S32_LE,
	.channels = 2,
	.rate = 192000,
	.buffer = (128 << 20) / 8,
	.access = SND_PCM_ACCESS_MMAP_INTERLEAVED,
};

/* Of the process that looks at the clock. */
struct looks {
	atomic_llong longest_ns;
	atomic_ulong count;
};

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void look_at_clock(struct looks *looks)
{
	long long last = now_ns(), now;

	for (;; last = now) {
		now = now_ns();
		if (now - last > atomic_load(&looks->longest_ns))
			atomic_store(&looks->longest_ns, now - last);
		atomic_fetch_add(&looks->count, 1);
	}
}

static int use_buffer(void)
{
	snd_pcm_t *pcm;
	int err = snd_pcm_open(&pcm, "hw:0", SND_PCM_STREAM_PLAYBACK, 0);

	if (err < 0)
		return err;
	err = card_stream_setup(pcm, &largest);
	snd_pcm_close(pcm);
	return err;
}

int main(void)
{
	struct looks *looks = mmap(NULL, sizeof(*looks), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long long began, took, longest;
	struct ktap ktap;
	pid_t pid;
	int err;

	if (looks == MAP_FAILED)
		return 2;
	pid = fork();
	if (pid < 0)
		return 2;
	if (!pid)
		look_at_clock(looks);
	while (!atomic_load(&looks->count))
		usleep(1000);

	ktap_begin(&ktap, stdout, 2);
	atomic_store(&looks->longest_ns, 0);
	began = now_ns();
	err = use_buffer();
	took = now_ns() - began;
	longest = atomic_load(&looks->longest_ns);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ktap_note(&ktap,
		  "%lld ms in all; at most %lld us from one look to the next",
		  took / 1000000, longest / 1000);
	ktap_result(&ktap, !err, "a buffer of 128 MiB is used");
	ktap_result(&ktap,
		    longest > 0 && (longest < took / 16 || longest < TURN_NS),
		    "nobody waits for a sixteenth of that time, or for a turn");
	return ktap_end(&ktap);
}
