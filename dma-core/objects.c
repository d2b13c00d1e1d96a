// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many objects of each kind there were: a leak check that works on any kernel.
 */
#include <linux/atomic.h>
#include <linux/seq_file.h>

#include "objects.h"

static const char *const object_names[CARD_OBJECTS] = {
	[CARD_OBJECT_DEVICE] = "devices",
	[CARD_OBJECT_REGION] = "regions",
	[CARD_OBJECT_BUFFER] = "buffers",
	[CARD_OBJECT_MAPPING] = "mappings",
	[CARD_OBJECT_STAND_IN] = "stand_ins",
	[CARD_OBJECT_EXPORT] = "exports",
};

static atomic64_t created[CARD_OBJECTS];
static atomic64_t destroyed[CARD_OBJECTS];

/* Created and destroyed pair up in the end, whatever happened. */
void card_object_created(enum card_object kind)
{
	atomic64_inc(&created[kind]);
}

void card_object_destroyed(enum card_object kind, unsigned long count)
{
	atomic64_add(count, &destroyed[kind]);
}

/* For debugfs: a line per kind. */
void card_objects_show(struct seq_file *seq)
{
	unsigned int kind;

	for (kind = 0; kind < CARD_OBJECTS; kind++)
		seq_printf(seq, "%s created=%llu destroyed=%llu\n",
			   object_names[kind],
			   (u64)atomic64_read(&created[kind]),
			   (u64)atomic64_read(&destroyed[kind]));
}
