/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A crowd: processes, threads in each of them and now and then a child, which do
 * random operations all at once. Every call is counted by operation and errno; an
 * errno that was not expected, wrong content or a process that a signal ended make
 * the run a failure, and end it.
 *
 * What a member does follows from the seed and its number; in which order the
 * members come to it does not. What a child leaves undone, because it finds nothing
 * to do, is done in the end by a member: all that was wanted is done and counted.
 */
#ifndef ONCARD_CROWD_H
#define ONCARD_CROWD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "dice.h"

#define CROWD_OPERATIONS 32
#define CROWD_ERRNOS     256
#define CROWD_SIGNALS    65
#define CROWD_CHILDREN   2 /* that a member has at a time */
#define CROWD_PROCESSES  64
#define CROWD_MEMBERS    250 /* threads of all processes */
#define CROWD_THREADS    16

/* An operation found nothing that it could be done to; it is not counted. */
#define CROWD_IDLE 1

struct crowd;

/*
 * One thread, with its own random numbers; in a child, the only one.
 */
struct member {
	struct crowd *crowd;
	unsigned int number;
	unsigned int depth; /* of forks */
	struct dice dice;
	uint64_t left; /* operations to be done */
	int children[CROWD_CHILDREN]; /* process ids; 0: none */
	void *own; /* made by the crowd's begin() */
};

struct crowd_operation {
	const char *name;
	unsigned int weight; /* 0: never */
	int (*run)(struct member *member); /* 0, -errno or CROWD_IDLE */
	const int *expected; /* errnos, the last 0; NULL: none */
};

/* What all of them write to; in memory that is shared. */
struct crowd_record {
	atomic_ulong calls[CROWD_OPERATIONS][CROWD_ERRNOS];
	atomic_ulong forks;
	atomic_ulong undone; /* of what children were to do, and nobody has yet */
	atomic_ulong signals[CROWD_SIGNALS];
	atomic_ulong failures;
	atomic_bool stop;
	char failure[256]; /* the first */
};

struct crowd {
	const struct crowd_operation *operations; /* the last has no name */
	const int *tolerated; /* errnos of every operation, the last 0; or NULL */
	unsigned int processes;
	unsigned int threads; /* in each */
	uint64_t seed;
	uint64_t total; /* operations; 0: no limit */
	double seconds; /* 0: no limit */
	/* Each member's beginning and end, or NULL; 0 or -1 after crowd_failed(). */
	int (*begin)(struct member *member);
	void (*end)(struct member *member);
	/* The rest is crowd_run()'s own. */
	struct crowd_record *record;
	unsigned int weights;
	double deadline;
};

/* A seed short enough to be typed again; never 0. */
uint64_t crowd_random_seed(void);

/* Memory that children share; exits when there is none. */
void *crowd_shared(size_t bytes);

/*
 * Runs the crowd to its limit, or to a SIGTERM or SIGINT. Returns 0, or -1 when
 * something failed.
 */
int crowd_run(struct crowd *crowd);

/* An operation: a child that does some operations more, and exits. */
int crowd_fork(struct member *member);

/* Something is wrong: notes it, and ends the run. */
void crowd_failed(struct member *member, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* How often an operation was called, and how often it came back with @err. */
unsigned long crowd_calls(const struct crowd *crowd, const char *operation);
unsigned long crowd_results(const struct crowd *crowd, int err);

/* All calls. */
unsigned long crowd_total(const struct crowd *crowd);

/* How many processes were ended by a signal. */
unsigned long crowd_killed(const struct crowd *crowd);

/* A table: a line for each operation, with its errnos; each line after @prefix. */
void crowd_report(const struct crowd *crowd, FILE *out, const char *prefix);

#endif
