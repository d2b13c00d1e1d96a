// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that makes calls, in several threads on the same files and mappings, and
 * its children. It lives for some hundred sequences, and ends with all still open.
 *
 * Nothing waits for ever: each thread gets a signal ten times a second.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define TICK_NS   100000000L
#define GUARD     (1UL << 20)
#define DEPTH_MAX 2

__thread struct worker *self;
uint16_t family;

static struct worker workers[THREADS_MAX];
static unsigned int life_number;
static pthread_barrier_t all_set_up;

/* --- one call --- */

static bool is_touch(unsigned int kind)
{
	return kind == CALL_touch_read || kind == CALL_touch_write;
}

void run_call(const struct call *call)
{
	struct worker_record *mine = self->record;
	unsigned long number;
	long result;

	self->call = call;
	self->slot = NULL;
	dice_seed(&self->dice, call->seed);
	result = kinds[call->kind].run();
	if (result == IDLE)
		return;
	if (result == -ENODEV && self->slot)
		atomic_store(&self->slot->gone, true);
	/* (the counter of a touch is its own; no system call was made) */
	record_result(call->kind, result);
	if (is_touch(call->kind))
		atomic_fetch_sub(&record->calls, 1);
	number = atomic_fetch_add(&mine->calls, 1);
	mine->trace[number % TRACE_MAX] = (struct trace){ *call, result };
}

/* --- children --- */

/* What a thread's timer is for it. */
static void tick_by_process(void)
{
	struct itimerval every = { { 0, TICK_NS / 1000 },
				   { 0, TICK_NS / 1000 } };

	setitimer(ITIMER_REAL, &every, NULL);
}

static void child_main(uint64_t seed)
{
	struct sequence sequence;
	struct dice dice;
	unsigned int n;

	self->depth++;
	self->record = &record->worker[WORKERS_MAX + self->number];
	self->cover.area = NULL;
	atomic_store(&self->record->pid, getpid());
	atomic_store(&self->record->tid, getpid());
	views_inherited();
	tick_by_process();
	dice_seed(&dice, seed);
	if (!dice_one_in(&dice, 4)) {
		make_sequence(&dice, &sequence);
		for (n = 0; n < sequence.length && n < 8; n++)
			run_call(&sequence.call[n]);
	}
	atomic_store(&self->record->tid, 0);
	_exit(0);
}

static void judge_end(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		found("child %d was killed by signal %d", pid,
		      WTERMSIG(status));
}

static void wait_for(pid_t pid)
{
	int status;
	pid_t ended;

	do {
		ended = waitpid(pid, &status, 0);
	} while (ended < 0 && errno == EINTR);
	if (ended == pid)
		judge_end(pid, status);
}

/* Half of them are left alone; main.c finds out how they end. */
long call_fork(void)
{
	uint64_t seed = dice_next(&self->dice);
	sigset_t ticks, before;
	pid_t pid;

	/* (it takes as long as many other calls) */
	if (self->depth == DEPTH_MAX || !one_in(16))
		return IDLE;
	/* A fork() that a signal meets begins again. */
	sigemptyset(&ticks);
	sigaddset(&ticks, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &ticks, &before);
	pid = fork();
	if (!pid) {
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		child_main(seed);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return -errno;
	atomic_fetch_add(&record->forks, 1);
	wait_for(pid);
	return 0;
}

/* --- a thread --- */

/* Memory for arguments, with nothing behind it. */
static char *make_scratch(int fill_with_tag)
{
	char *scratch = mmap(NULL, SCRATCH + GUARD, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			     0);
	uint64_t tag = own_tag();
	size_t at;

	if (scratch == MAP_FAILED ||
	    mprotect(scratch, SCRATCH, PROT_READ | PROT_WRITE))
		return NULL;
	for (at = 0; fill_with_tag && at < SCRATCH; at += sizeof(tag))
		memcpy(scratch + at, &tag, sizeof(tag));
	return scratch;
}

static void tick_by_thread(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID,
				  .sigev_signo = SIGALRM };
	struct itimerspec every = { { 0, TICK_NS }, { 0, TICK_NS } };
	timer_t timer;

	event._sigev_un._tid = gettid();
	if (!timer_create(CLOCK_MONOTONIC, &event, &timer))
		timer_settime(timer, 0, &every, NULL);
}

static uint64_t mixed_seed(unsigned int process, unsigned int life,
			   unsigned int thread)
{
	struct dice dice;

	dice_seed(&dice, settings.seed);
	return dice_next(&dice) ^ ((uint64_t)process << 48) ^
	       ((uint64_t)thread << 40) ^ life;
}

static void run_sequence(const struct sequence *sequence)
{
	unsigned int n;

	cover_begin(&self->cover);
	for (n = 0; n < sequence->length; n++) {
		if (atomic_load(&record->stop))
			return;
		run_call(&sequence->call[n]);
	}
	if (cover_end(&self->cover))
		corpus_add(sequence);
}

static bool set_up(struct worker *worker)
{
	self = worker;
	atomic_store(&self->record->pid, getpid());
	atomic_store(&self->record->tid, gettid());
	self->source = make_scratch(true);
	self->sink = make_scratch(false);
	cover_open(&self->cover);
	tick_by_thread();
	return self->source && self->sink;
}

/* What a thread has for itself is not to lie where a call has unmapped something. */
static void *thread_main(void *argument)
{
	bool complete = set_up(argument);
	struct sequence sequence;
	unsigned int left;
	struct dice dice;

	pthread_barrier_wait(&all_set_up);
	if (!complete)
		return NULL;
	dice_seed(&dice, mixed_seed(self->number / THREADS_MAX, life_number,
				    self->number % THREADS_MAX));
	left = 20 + dice_below(&dice, 400);
	while (left-- && !atomic_load(&record->stop)) {
		make_sequence(&dice, &sequence);
		run_sequence(&sequence);
	}
	/* In one of four, the others end in the middle of a call. */
	if (dice_one_in(&dice, 4))
		_exit(0);
	return NULL;
}

/* --- the process --- */

static void ignore_signal(int signal)
{
	(void)signal;
}

static void set_up_signals(void)
{
	struct sigaction action = { .sa_handler = ignore_signal };

	sigaction(SIGALRM, &action, NULL);
	signal(SIGIO, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	touch_handlers();
}

void process_main(unsigned int process, unsigned int life)
{
	unsigned int thread, count;
	pthread_t threads[THREADS_MAX];
	struct dice dice;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	family = 1 + atomic_fetch_add(&record->families, 1) % 0xfffe;
	life_number = life;
	set_up_signals();
	dice_seed(&dice, mixed_seed(process, life, THREADS_MAX));
	count = 1 + dice_below(&dice, THREADS_MAX);
	pthread_barrier_init(&all_set_up, NULL, count);
	for (thread = 0; thread < count; thread++) {
		struct worker *worker = &workers[thread];

		worker->number = process * THREADS_MAX + thread;
		worker->record = &record->worker[worker->number];
		if (pthread_create(&threads[thread], NULL, thread_main, worker))
			_exit(1);
	}
	for (thread = 0; thread < count; thread++)
		pthread_join(threads[thread], NULL);
	_exit(0);
}
