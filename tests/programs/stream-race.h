/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For programs in which two threads do to streams what must not meet.
 */
#ifndef STREAM_RACE_H
#define STREAM_RACE_H

#include <stdbool.h>

#include "dice.h"

/* Says what failed, by errno, and exits. */
_Noreturn void fail(const char *what);

/* The same for 0 or -errno. */
void must(int err, const char *what);

/* Whether the card runs a stream, by the card's number: its own word for it. */
bool card_runs(unsigned int stream);

/* For a random moment: another thread is met in each one of what it does. */
void let_some_time_pass(struct dice *dice);

#endif
