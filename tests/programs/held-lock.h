/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that keeps its mmap lock, as one that reads memory of its own that a FUSE file
 * system serves and never delivers. Needs the module ring-owner.
 */
#ifndef HELD_LOCK_H
#define HELD_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#define HELD_LOCK_OWNER "/dev/ring-owner"

/*
 * One thread has the mmap lock, another waits to write: who came now could only queue.
 * Returns when somebody called held_lock_let_go().
 */
void held_lock_keep(int owner);

/* Whether both threads of @pid wait. */
bool held_lock_is_kept(pid_t pid);
void held_lock_await(pid_t pid);
void held_lock_let_go(int owner);

#endif
