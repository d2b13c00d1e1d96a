// SPDX-License-Identifier: GPL-2.0-only
/*
 * A stream loses its buffer in the middle of a write(): to a card that goes on with
 * it although it was stopped, through a stream that is linked with it. What is still to
 * be written goes nowhere. KTAP.
 *
 * The card has to be one that never stops. The write is halted where it wants user
 * memory, which is served here.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "ktap.h"
#include "pcm-calls.h"
#include "stream-race.h"

#define NODE   "/dev/snd/pcmC0D0p"
#define PERIOD 1024UL /* frames, a page */
#define LOW    (1UL << 20)

static const struct pcm_shape shape = {
	.endless = true,
	.rate = 8000,
	.period = PERIOD,
	.periods = 16,
};

static long page;
static int writing, linked;
static char *served;

static int open_stream(void)
{
	int fd = open(NODE, O_RDWR);

	if (fd < 0)
		fail(NODE);
	must(pcm_hw_params(fd, &shape), "hw_params");
	return fd;
}

/* Behind the first page of a buffer at address 0, if somebody believed in that. */
static char *map_low_memory(void)
{
	char *low = mmap((void *)page, LOW, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (low == MAP_FAILED)
		fail("low memory");
	memset(low, 0, LOW);
	return low;
}

static int serve_memory(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	served = mmap(NULL, page, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || served == MAP_FAILED || ioctl(fd, UFFDIO_API, &api))
		fail("userfaultfd");
	range.range.start = (uintptr_t)served;
	range.range.len = page;
	if (ioctl(fd, UFFDIO_REGISTER, &range))
		fail("UFFDIO_REGISTER");
	return fd;
}

static void wait_for_fault(int memory)
{
	struct uffd_msg message;

	if (read(memory, &message, sizeof(message)) != sizeof(message) ||
	    message.event != UFFD_EVENT_PAGEFAULT)
		fail("a page fault");
}

static void answer_fault(int memory)
{
	char *samples = malloc(page);
	struct uffdio_copy copy = {
		.dst = (uintptr_t)served,
		.src = (uintptr_t)samples,
		.len = page,
	};

	if (!samples)
		fail("memory");
	memset(samples, 0x5a, page);
	if (ioctl(memory, UFFDIO_COPY, &copy))
		fail("UFFDIO_COPY");
	free(samples);
}

static void *write_served(void *result)
{
	*(int *)result = pcm_write(writing, served, PERIOD);
	return NULL;
}

static bool is_zero(const char *bytes, size_t count)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, count - 1);
}

int main(void)
{
	static char samples[PERIOD * PCM_FRAME_BYTES];
	struct ktap ktap;
	pthread_t writer;
	int memory, written, err;
	char *low;

	page = sysconf(_SC_PAGESIZE);
	low = map_low_memory();
	memory = serve_memory();
	writing = open_stream();
	linked = open_stream();
	/* (ALSA goes through a group from who was linked last to who was first) */
	must(pcm_link(linked, writing), "link");
	must(pcm_prepare(writing), "prepare");
	must(pcm_write(writing, samples, PERIOD), "write");
	if (pthread_create(&writer, NULL, write_served, &written))
		fail("thread");
	wait_for_fault(memory);

	ktap_begin(&ktap, stdout, 3);
	must(pcm_drop(linked), "drop");
	err = pcm_prepare(linked);
	ktap_result(&ktap, err == -EIO,
		    "a stream that goes on cannot be prepared");
	answer_fault(memory);
	pthread_join(writer, NULL);
	ktap_note(&ktap, "prepare: %s, write: %s", strerror(-err),
		  strerror(-written));
	ktap_result(&ktap, written == -EBADFD,
		    "who was writing to it is told that it is not usable");
	ktap_result(&ktap, is_zero(low, LOW), "and wrote to nothing else");
	close(linked);
	close(writing);
	return ktap_end(&ktap);
}
