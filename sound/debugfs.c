// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs, snd-oncard/<device>/: "card" is what the card says of itself, "streams" how
 * long their lists are, "copy" what the copy engine was used for, as name=value. Root
 * only.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "board.h"
#include "copy.h"
#include "debugfs.h"
#include "list.h"
#include "misbehave.h"
#include "oncard.h"

#define FETCHED_TRIES 4

static struct dentry *root;

/* The counter may carry between two reads of its halves; once, if the card is sane. */
static u64 descriptors_fetched(struct oncard *chip)
{
	u32 high, low, again;
	int tries = 0;

	do {
		high = oncard_board_read(chip->board, ONCARD_REG_FETCHED_HI);
		low = oncard_board_read(chip->board, ONCARD_REG_FETCHED_LO);
		again = oncard_board_read(chip->board, ONCARD_REG_FETCHED_HI);
	} while (high != again && ++tries < FETCHED_TRIES);
	return (u64)high << 32 | low;
}

static int card_show(struct seq_file *seq, void *unused)
{
	struct oncard *chip = seq->private;

	seq_printf(seq,
		   "version=%#x\naddress_bits=%u\ndescriptor_bytes=%u\ndescriptors_fetched=%llu\nlongest_ns=%llu\n",
		   oncard_board_read(chip->board, ONCARD_REG_VERSION),
		   oncard_board_read(chip->board, ONCARD_REG_ADDRESS_BITS),
		   oncard_descriptor_bytes(chip), descriptors_fetched(chip),
		   oncard_board_longest(chip->board));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(card);

/*
 * A line for each stream: how long the list is that it was prepared with last, and
 * whether the card runs it.
 */
static int streams_show(struct seq_file *seq, void *unused)
{
	struct oncard *chip = seq->private;
	u32 running = oncard_board_read(chip->board, ONCARD_REG_RUN);
	unsigned int index;

	for (index = 0; index < ONCARD_STREAMS; index++)
		seq_printf(seq,
			   "stream=%u descriptors=%u bytes=%u running=%u\n",
			   index, chip->descriptors[index],
			   chip->descriptors[index] *
				   oncard_descriptor_bytes(chip),
			   running >> index & 1);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(streams);

static int copy_show(struct seq_file *seq, void *unused)
{
	oncard_copy_show(seq, seq->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(copy);

void oncard_debugfs_add(struct oncard *chip)
{
	chip->debugfs = debugfs_create_dir(dev_name(chip->dev), root);
	debugfs_create_file("card", 0400, chip->debugfs, chip, &card_fops);
	debugfs_create_file("streams", 0400, chip->debugfs, chip,
			    &streams_fops);
	oncard_misbehave_debugfs(chip->board, chip->debugfs);
	if (chip->copy)
		debugfs_create_file("copy", 0400, chip->debugfs, chip,
				    &copy_fops);
}

void oncard_debugfs_remove(struct oncard *chip)
{
	debugfs_remove(chip->debugfs);
}

void oncard_debugfs_init(void)
{
	root = debugfs_create_dir(ONCARD_NAME, NULL);
}

void oncard_debugfs_exit(void)
{
	debugfs_remove(root);
}
