/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kinds of calls, as numbers, functions and descriptions.
 */
#ifndef SYSCALL_FUZZ_TABLE_H
#define SYSCALL_FUZZ_TABLE_H

#define KIND(name, weight, needs) CALL_##name
enum kind {
#include "kinds.h"
	,
	KINDS,
};

#undef KIND

/* A call: does itself, with random arguments. Return: 0 or more, -errno, or IDLE. */
typedef long call_function(void);

#define KIND(name, weight, needs) call_##name
/* clang-format off */
call_function
#include "kinds.h"
	;
/* clang-format on */
#undef KIND

/* Beside the targets of fuzz.h. */
enum needs {
	NEEDS_ANY,
	NEEDS_PCM,
	NEEDS_CONTROL,
	NEEDS_TIMER,
	NEEDS_COPY,
	NEEDS_LIFETIME,
	NEEDS_UNBIND,
	NEEDS_STRANGERS,
	NEEDS_LINKS,
	NEEDS_PAUSES,
	NEEDS_NEVER,
};

struct kind_info {
	const char *name;
	unsigned int weight;
	enum needs needs;
	call_function *run;
};

extern const struct kind_info kinds[KINDS];

#endif
