/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside syscall-fuzz: what its parts share.
 *
 * main.c starts processes and watches them; process.c is such a process and its
 * threads, which run sequences of calls; sequence.c makes these up; calls-*.c do the
 * calls; views.c knows what is mapped, so that a fault can be judged; kcov.c finds out
 * which sequences reached new code; report.c has what is counted and found.
 */
#ifndef SYSCALL_FUZZ_H
#define SYSCALL_FUZZ_H

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "dice.h"
#include "table.h"

#define PAGE 4096UL

#define PROCESSES_MAX 8
#define THREADS_MAX   4
#define WORKERS_MAX   (PROCESSES_MAX * THREADS_MAX)
#define DEVICES_MAX   64
#define FDS_MAX       16 /* that a process has open at a time */
#define VIEWS_MAX     32 /* that it has mapped */
#define SEQUENCE_MAX  72
#define CORPUS_MAX    256
#define ERRNOS_MAX    160
#define FINDINGS_MAX  16
#define TRACE_MAX     32

/* What a file is of. */
enum target {
	TARGET_ANY,
	TARGET_PCM,
	TARGET_CONTROL,
	TARGET_TIMER,
	TARGET_COPY, /* /dev/oncardN */
	TARGET_LIFETIME,
	TARGETS,
};

/**
 * struct device - what may be opened
 * @path: of the node
 * @target: what it is
 * @card: ALSA's number, of a PCM
 * @capture: its direction
 * @bytes_max: a mapping's last byte at most, where that is known; else 0
 */
struct device {
	char path[64];
	enum target target;
	unsigned int card;
	bool capture;
	uint64_t bytes_max;
};

/* What the command line says, and what follows from it. */
struct settings {
	uint64_t seed;
	double seconds;
	uint64_t calls;
	unsigned int processes;
	bool kcov;
	/* Processes take each other's files: what is in a buffer says nothing then. */
	bool strangers;
	/* Streams are linked, and then not paused: see Documentation/testing.md. */
	bool links;
	const char *unbind;
	struct device devices[DEVICES_MAX];
	unsigned int device_count;
	bool has[TARGETS];
};

extern struct settings settings;

/* A call, with all that is random in it: the same call draws the same numbers. */
struct call {
	uint8_t kind;
	uint8_t slot; /* where to begin to look for a file or a view */
	uint8_t target; /* what to open, or TARGET_ANY */
	uint32_t seed;
};

struct sequence {
	unsigned int length;
	struct call call[SEQUENCE_MAX];
};

/* --- what all processes write to: report.c --- */

struct trace {
	struct call call;
	long result;
};

/* A thread, as seen from outside; a child that it forked has one of its own. */
struct worker_record {
	atomic_ulong calls;
	atomic_int tid; /* 0: there is none */
	atomic_int pid;
	struct trace trace[TRACE_MAX];
};

struct finding {
	char text[256];
	unsigned int worker;
	struct trace trace[TRACE_MAX]; /* the last call at @last - 1 */
	unsigned long last;
};

struct record {
	atomic_ulong results[KINDS][ERRNOS_MAX]; /* by errno; 0: done */
	atomic_ulong calls;
	atomic_ulong touches, faults, restarts, forks;
	atomic_ulong mappings_judged; /* see oracle.c */
	atomic_ulong new_sequences, pcs;
	atomic_ulong unbind_ms_max;
	atomic_uint findings;
	struct finding finding[FINDINGS_MAX];
	struct worker_record worker[2 * WORKERS_MAX];
	atomic_bool stop;
	atomic_uint families; /* processes so far: each has tags of its own */
	pthread_mutex_t prepare_lock; /* see calls-pcm.c */
	pthread_mutex_t corpus_lock;
	unsigned int corpus_count;
	struct sequence corpus[CORPUS_MAX];
	atomic_ulong pc_seen[]; /* a bit map, by a hash of the address */
};

#define PC_BITS (1UL << 22)

extern struct record *record;

/* In memory that children share. */
int record_create(void);

/* One of its locks, as by pthread_mutex_(try)lock(); who held it last may have died. */
int record_locked(pthread_mutex_t *lock, int err);
void record_result(unsigned int kind, long result);

/* Something is wrong: notes it together with what this thread did last. */
void found(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void report_progress(double seconds);
void report_findings(FILE *out, unsigned int from);
void report_table(FILE *out);

/*
 * How many kinds could have succeeded and never did; prints them after @prefix, where
 * @out is not NULL.
 */
unsigned int report_unsuccessful(FILE *out, const char *prefix);

/* --- a thread: process.c --- */

struct cover {
	int fd;
	unsigned long *area;
};

struct worker {
	struct worker_record *record;
	struct dice dice; /* of the call that runs */
	const struct call *call;
	struct slot *slot; /* of the file that it is about */
	struct cover cover;
	char *source; /* SCRATCH bytes that are never written to after the start */
	char *sink; /* SCRATCH bytes to be written to */
	unsigned int depth; /* of forks */
	unsigned int number;
	sigjmp_buf landing;
	atomic_bool touching;
};

#define SCRATCH (64UL << 10) /* followed by what is not mapped */

extern __thread struct worker *self;

/* Of this process: what it writes begins with it. */
extern uint16_t family;

/* The life of a process with this number; does not return. */
_Noreturn void process_main(unsigned int process, unsigned int life);

/* Runs a call and counts it. */
void run_call(const struct call *call);

/* A call that there is nothing for; it is not counted. */
#define IDLE (-100000L)

/* What a system call returned: the value or -errno. */
long result_of(long value);

static inline unsigned int draw(unsigned int limit)
{
	return dice_below(&self->dice, limit);
}

static inline bool one_in(unsigned int chances)
{
	return dice_one_in(&self->dice, chances);
}

/* A length, an offset or a count near where arithmetic goes wrong. */
uint64_t boundary(uint64_t size);

/* --- files: calls-file.c --- */

/**
 * struct slot - an open file of this process, shared by its threads
 * @generation: odd while it is being changed
 * @fd: -1: none
 * @device: what was opened
 * @frame_bytes: of a PCM's last hw_params; 0: unknown
 * @buffer_bytes: likewise
 * @gone: a call has said -ENODEV
 */
struct slot {
	atomic_uint generation;
	atomic_int fd;
	const struct device *device;
	atomic_uint frame_bytes;
	atomic_uint buffer_bytes;
	atomic_bool gone;
};

/* What was in a slot when it was looked at. */
struct file {
	struct slot *slot;
	unsigned int generation;
	int fd;
	const struct device *device;
};

/*
 * A file of this kind, or one time in 32 of any other; from the call's slot on.
 * Returns false if there is none.
 */
bool pick_file(enum target target, struct file *file);
bool pick_other_file(enum target target, const struct file *but,
		     struct file *file);

/* It was the same file all the time. */
bool still_open(const struct file *file);

/* A pointer for the kernel to read from or to write to, mostly a good one. */
struct pointer {
	void *address;
	size_t room; /* no more bytes than these, what lies behind is of others */
	struct view *view; /* claimed until put_pointer() */
};

struct pointer source_pointer(void);
struct pointer sink_pointer(void);
void put_pointer(struct pointer *pointer);
void *bad_pointer(void);

/* --- mappings: views.c --- */

enum view_of {
	VIEW_PLAYBACK,
	VIEW_CAPTURE,
	VIEW_PCM_PAGE, /* ALSA's status or control */
	VIEW_LIFETIME,
};

/**
 * struct view - something that is mapped, as far as that can be known
 * @generation: odd while it is being changed
 * @base: first address; NULL: the place is free
 * @bytes: in pages
 * @prot: PROT_*, where not @mixed
 * @of: what is mapped
 * @ours: dma_map_coherent() made it
 * @mixed: what a touch does cannot be foretold
 * @overlaid: anything may have been mapped over it, others' memory as well
 * @not_inherited: a child does not have it
 */
struct view {
	atomic_uint generation;
	char *base;
	size_t bytes;
	int prot;
	enum view_of of;
	bool ours;
	bool mixed;
	bool overlaid;
	bool not_inherited;
};

/* A view or a free place that nobody else changes until view_put(); NULL: none. */
struct view *view_take(void);
struct view *view_take_of(enum view_of of);
struct view *view_take_free(void);
void view_put(struct view *view);

/* In a child: what it has not, and what another thread was changing. */
void views_inherited(void);

/* Reads or writes a word; a fault that should not be is a finding. */
long touch_view(bool write);
void touch_handlers(void);

/* What this process writes, and whether a word is what another one wrote. */
uint64_t own_tag(void);
void judge_words(const char *where, const void *words, size_t bytes);

/* --- code that was reached: kcov.c --- */

bool kcov_present(void);
void cover_open(struct cover *cover);
void cover_begin(struct cover *cover);

/* Whether there was code that nobody had reached. */
bool cover_end(struct cover *cover);
void corpus_add(const struct sequence *sequence);
bool corpus_pick(struct dice *dice, struct sequence *sequence);

/* --- sequence.c --- */

/* Once, before there are processes and threads. */
void sequences_prepare(void);

void make_sequence(struct dice *dice, struct sequence *sequence);

/* --- the driver goes and comes: unbind.c --- */

/* Finds the driver and its devices; says what is wrong, if that fails. */
int unbind_prepare(const char *driver);
_Noreturn void unbind_main(void);

/* --- what others say: oracle.c --- */

void judge_mappings(void);
void judge_node(void);

/* A device's mappings are to be seen in dma-core's debugfs. */
bool mappings_are_shown(void);

#endif
