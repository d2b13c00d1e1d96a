// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE /* strerrorname_np() */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>

#include "crowd.h"

#define DEPTH_MAX        2 /* a child's child has none */
#define CHILD_OPERATIONS 16
#define UNLIMITED        (UINT64_MAX / 2) /* what children leave is added */

uint64_t crowd_random_seed(void)
{
	uint32_t seed = 0;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint32_t)time(NULL);
	return (uint64_t)seed + 1;
}

void *crowd_shared(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("shared memory");
		exit(2);
	}
	return memory;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The first failure is told; those that follow from it are only counted. */
static void note_failure(struct crowd_record *record, const char *fmt,
			 va_list args)
{
	if (atomic_fetch_add(&record->failures, 1) == 0)
		vsnprintf(record->failure, sizeof(record->failure), fmt, args);
	atomic_store(&record->stop, true);
}

void crowd_failed(struct member *member, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	note_failure(member->crowd->record, fmt, args);
	va_end(args);
}

static void process_failed(struct crowd_record *record, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	note_failure(record, fmt, args);
	va_end(args);
}

/* How a process ended. */
static void judge_status(struct crowd_record *record, int status)
{
	if (WIFSIGNALED(status)) {
		int number = WTERMSIG(status);

		atomic_fetch_add(&record->signals[number % CROWD_SIGNALS], 1);
		process_failed(record, "a process was killed: SIG%s",
			       sigabbrev_np(number));
	} else if (WEXITSTATUS(status)) {
		process_failed(record, "a process ended with exit status %d",
			       WEXITSTATUS(status));
	}
}

/* --- one member --- */

static bool is_listed(const int *list, int err)
{
	while (list && *list && *list != err)
		list++;
	return list && *list;
}

static void judge_call(struct member *member, unsigned int index, int result)
{
	const struct crowd_operation *operation =
		&member->crowd->operations[index];
	unsigned int err = (unsigned int)-result % CROWD_ERRNOS;

	atomic_fetch_add_explicit(&member->crowd->record->calls[index][err], 1,
				  memory_order_relaxed);
	if (err && !is_listed(operation->expected, (int)err) &&
	    !is_listed(member->crowd->tolerated, (int)err))
		crowd_failed(member, "member %u: %s: unexpected errno %s",
			     member->number, operation->name,
			     strerrorname_np((int)err));
}

static unsigned int choose(struct member *member)
{
	const struct crowd_operation *operation = member->crowd->operations;
	unsigned int at = dice_below(&member->dice, member->crowd->weights);
	unsigned int index = 0;

	while (at >= operation[index].weight)
		at -= operation[index++].weight;
	return index;
}

static bool is_over(const struct member *member)
{
	const struct crowd *crowd = member->crowd;

	return !member->left || atomic_load(&crowd->record->stop) ||
	       (crowd->deadline > 0 && !(member->left % 16) &&
		now() > crowd->deadline);
}

/* A member that finds nothing to do for so long would never end. */
#define IDLE_MAX 10000

/* A child may have nothing left of what it was born with. */
static void give_up(struct member *member)
{
	if (!member->depth)
		crowd_failed(member, "member %u finds nothing to do",
			     member->number);
}

static void work(struct member *member)
{
	unsigned int idle = 0;

	while (!is_over(member)) {
		unsigned int index = choose(member);
		int result = member->crowd->operations[index].run(member);

		if (result == CROWD_IDLE) {
			if (++idle > IDLE_MAX)
				return give_up(member);
			continue;
		}
		idle = 0;
		judge_call(member, index, result);
		member->left--;
	}
}

static bool reap(struct member *member, unsigned int child, int flags)
{
	int status;

	if (!member->children[child])
		return true;
	if (waitpid(member->children[child], &status, flags) !=
	    member->children[child])
		return false;
	member->children[child] = 0;
	judge_status(member->crowd->record, status);
	return true;
}

static void reap_all(struct member *member)
{
	unsigned int child;

	for (child = 0; child < CROWD_CHILDREN; child++)
		reap(member, child, 0);
}

static void be_child(struct member *member, uint64_t seed, uint64_t operations)
{
	memset(member->children, 0, sizeof(member->children));
	member->depth++;
	member->left = operations;
	dice_seed(&member->dice, seed);
	work(member);
	atomic_fetch_add(&member->crowd->record->undone, member->left);
	reap_all(member);
	_exit(0);
}

int crowd_fork(struct member *member)
{
	uint64_t operations = 1 + dice_below(&member->dice, CHILD_OPERATIONS);
	uint64_t seed = dice_next(&member->dice);
	unsigned int child = dice_below(&member->dice, CROWD_CHILDREN);
	pid_t pid;

	if (operations >= member->left || member->depth >= DEPTH_MAX ||
	    !reap(member, child, WNOHANG))
		return CROWD_IDLE;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		be_child(member, seed, operations);
	member->children[child] = pid;
	member->left -= operations;
	atomic_fetch_add(&member->crowd->record->forks, 1);
	return 0;
}

/*
 * Whether there is something left to do. All that children leave is taken by somebody:
 * who forked them comes here when they have ended.
 */
static bool take_undone(struct member *member)
{
	member->left += atomic_exchange(&member->crowd->record->undone, 0);
	return !is_over(member);
}

static void *be_member(void *argument)
{
	struct member *member = argument;
	struct crowd *crowd = member->crowd;

	if (!crowd->begin || !crowd->begin(member)) {
		do {
			work(member);
			reap_all(member);
		} while (take_undone(member));
		if (crowd->end)
			crowd->end(member);
	}
	return NULL;
}

/* --- all of them --- */

static void make_member(struct member *member, struct crowd *crowd,
			unsigned int number)
{
	unsigned int all = crowd->processes * crowd->threads;

	*member = (struct member){ .crowd = crowd, .number = number };
	dice_seed(&member->dice, crowd->seed ^ (uint64_t)number << 40);
	member->left = crowd->total ? crowd->total / all +
					      (number < crowd->total % all) :
				      UNLIMITED;
}

static void be_process(struct crowd *crowd, unsigned int process)
{
	struct member member[CROWD_THREADS];
	pthread_t thread[CROWD_THREADS];
	unsigned int n;

	for (n = 0; n < crowd->threads; n++)
		make_member(&member[n], crowd, process * crowd->threads + n);
	for (n = 1; n < crowd->threads; n++)
		if (pthread_create(&thread[n], NULL, be_member, &member[n]))
			_exit(2);
	be_member(&member[0]);
	for (n = 1; n < crowd->threads; n++)
		pthread_join(thread[n], NULL);
	_exit(0);
}

static struct crowd_record *stopped_by_signal;

static void stop_crowd(int number)
{
	(void)number;
	atomic_store(&stopped_by_signal->stop, true);
}

static void end_on_signals(struct crowd_record *record)
{
	struct sigaction action = {
		.sa_handler = stop_crowd,
		.sa_flags = SA_RESTART,
	};

	stopped_by_signal = record;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

static void add_weights(struct crowd *crowd)
{
	const struct crowd_operation *operation;

	crowd->weights = 0;
	for (operation = crowd->operations; operation->name; operation++)
		crowd->weights += operation->weight;
}

int crowd_run(struct crowd *crowd)
{
	unsigned int process;
	int status;

	crowd->record = crowd_shared(sizeof(*crowd->record));
	crowd->deadline = crowd->seconds > 0 ? now() + crowd->seconds : 0;
	add_weights(crowd);
	end_on_signals(crowd->record);
	fflush(NULL);
	for (process = 0; process < crowd->processes; process++) {
		pid_t pid = fork();

		if (pid < 0)
			process_failed(crowd->record, "fork: %s",
				       strerror(errno));
		else if (!pid)
			be_process(crowd, process);
	}
	while (wait(&status) > 0)
		judge_status(crowd->record, status);
	return atomic_load(&crowd->record->failures) ? -1 : 0;
}

/* --- what came of it --- */

unsigned long crowd_calls(const struct crowd *crowd, const char *operation)
{
	unsigned long calls = 0;
	unsigned int index, err;

	for (index = 0; crowd->operations[index].name; index++) {
		if (strcmp(crowd->operations[index].name, operation))
			continue;
		for (err = 0; err < CROWD_ERRNOS; err++)
			calls += atomic_load(&crowd->record->calls[index][err]);
	}
	return calls;
}

unsigned long crowd_results(const struct crowd *crowd, int err)
{
	unsigned long results = 0;
	unsigned int index;

	for (index = 0; crowd->operations[index].name; index++)
		results += atomic_load(&crowd->record->calls[index][err]);
	return results;
}

unsigned long crowd_total(const struct crowd *crowd)
{
	unsigned long total = 0;
	int err;

	for (err = 0; err < CROWD_ERRNOS; err++)
		total += crowd_results(crowd, err);
	return total;
}

unsigned long crowd_killed(const struct crowd *crowd)
{
	unsigned long killed = 0;
	int number;

	for (number = 0; number < CROWD_SIGNALS; number++)
		killed += atomic_load(&crowd->record->signals[number]);
	return killed;
}

static void report_operation(const struct crowd *crowd, unsigned int index,
			     FILE *out, const char *prefix)
{
	const struct crowd_operation *operation = &crowd->operations[index];
	unsigned int err;

	fprintf(out, "%s%-14s %10lu %10lu ", prefix, operation->name,
		crowd_calls(crowd, operation->name),
		atomic_load(&crowd->record->calls[index][0]));
	for (err = 1; err < CROWD_ERRNOS; err++) {
		unsigned long calls =
			atomic_load(&crowd->record->calls[index][err]);

		if (calls)
			fprintf(out, " %s %lu", strerrorname_np((int)err),
				calls);
	}
	fputc('\n', out);
}

void crowd_report(const struct crowd *crowd, FILE *out, const char *prefix)
{
	unsigned int index;

	fprintf(out, "%s%-14s %10s %10s  %s\n", prefix, "operation", "calls",
		"done", "refused");
	for (index = 0; crowd->operations[index].name; index++)
		if (crowd->operations[index].weight)
			report_operation(crowd, index, out, prefix);
	fprintf(out, "%s%-14s %10lu %10lu  forks %lu, killed %lu\n", prefix,
		"all", crowd_total(crowd), crowd_results(crowd, 0),
		atomic_load(&crowd->record->forks), crowd_killed(crowd));
	if (atomic_load(&crowd->record->failures))
		fprintf(out, "%sfailed: %s (and %lu more)\n", prefix,
			crowd->record->failure,
			atomic_load(&crowd->record->failures) - 1);
}
