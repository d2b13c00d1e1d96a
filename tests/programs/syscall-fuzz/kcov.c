// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which code a sequence of calls reached, by KCOV, where the kernel has it; and the
 * sequences that reached code which nobody had reached before.
 */
#include <fcntl.h>
#include <linux/kcov.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

#define KCOV_FILE    "/sys/kernel/debug/kcov"
#define KCOV_ENTRIES (64UL << 10)

bool kcov_present(void)
{
	return access(KCOV_FILE, R_OK | W_OK) == 0;
}

/* Out of reach of calls, which use low numbers. */
static int open_high(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int high;

	if (fd < 0)
		return -1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, 500);
	close(fd);
	return high;
}

/* For the calling thread; without KCOV, @cover->area is NULL. */
void cover_open(struct cover *cover)
{
	void *area;

	cover->area = NULL;
	cover->fd = settings.kcov ? open_high(KCOV_FILE) : -1;
	if (cover->fd < 0)
		return;
	if (ioctl(cover->fd, KCOV_INIT_TRACE, KCOV_ENTRIES))
		return;
	area = mmap(NULL, KCOV_ENTRIES * sizeof(unsigned long),
		    PROT_READ | PROT_WRITE, MAP_SHARED, cover->fd, 0);
	if (area == MAP_FAILED || ioctl(cover->fd, KCOV_ENABLE, KCOV_TRACE_PC))
		return;
	cover->area = area;
}

void cover_begin(struct cover *cover)
{
	if (cover->area)
		__atomic_store_n(&cover->area[0], 0, __ATOMIC_RELAXED);
}

static bool is_new(unsigned long pc)
{
	unsigned long bit = (pc * 0x9e3779b97f4a7c15UL) >> 42;
	unsigned long mask = 1UL << (bit % 64);
	atomic_ulong *word = &record->pc_seen[bit / 64];

	_Static_assert(PC_BITS == 1UL << (64 - 42), "bits of the hash");
	if (atomic_load_explicit(word, memory_order_relaxed) & mask)
		return false;
	return !(atomic_fetch_or(word, mask) & mask);
}

bool cover_end(struct cover *cover)
{
	unsigned long count, n, new_pcs = 0;

	if (!cover->area)
		return false;
	count = __atomic_load_n(&cover->area[0], __ATOMIC_RELAXED);
	for (n = 1; n <= count && n < KCOV_ENTRIES; n++)
		new_pcs += is_new(cover->area[n]);
	atomic_fetch_add(&record->pcs, new_pcs);
	return new_pcs;
}

/* --- the corpus --- */

static void lock(void)
{
	pthread_mutex_t *mutex = &record->corpus_lock;

	record_locked(mutex, pthread_mutex_lock(mutex));
}

static void unlock(void)
{
	pthread_mutex_unlock(&record->corpus_lock);
}

void corpus_add(const struct sequence *sequence)
{
	unsigned int at;

	lock();
	/* (which, taken before the lock, would let a place be counted before it is filled) */
	at = atomic_fetch_add(&record->new_sequences, 1);
	record->corpus[at % CORPUS_MAX] = *sequence;
	if (record->corpus_count < CORPUS_MAX)
		record->corpus_count++;
	unlock();
}

bool corpus_pick(struct dice *dice, struct sequence *sequence)
{
	bool any;

	lock();
	any = record->corpus_count;
	if (any)
		*sequence =
			record->corpus[dice_below(dice, record->corpus_count)];
	unlock();
	return any;
}
