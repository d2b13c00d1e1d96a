// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back door of the board: what is wrong with the card on it. A file in debugfs while
 * it works, a parameter for one that is broken from power-on. For tests: the driver opens it,
 * and believes nothing of it.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "board.h"
#include "card/faults.h"
#include "misbehave.h"
#include "oncard.h"

/* Every name at once is shorter. */
#define TEXT_MAX 512

static struct oncard_fault_words at_power_on = { .seed = 1 };

/* The names of @kinds, one after the other, behind what @text holds already. */
static void add_names(char *text, size_t used, u32 kinds, const char *between)
{
	u32 kind;

	for (kind = 0; kind < ONCARD_FAULTS; kind++)
		if (kinds & BIT(kind))
			used += scnprintf(text + used, TEXT_MAX - used, "%s%s",
					  used ? between : "",
					  oncard_fault_names[kind]);
}

static int parse(const char *text, struct oncard_fault_words *words)
{
	char allowed[TEXT_MAX] = "none";
	int err = oncard_faults_parse(text, words);

	if (!err)
		return 0;
	add_names(allowed, strlen(allowed), ~0U, ", ");
	pr_err_ratelimited(ONCARD_NAME
			   ": misbehave: '%.*s' is not known; allowed: %s, seed=N\n",
			   (int)words->bad_length, words->bad, allowed);
	return err;
}

/* --- the parameter --- */

static int misbehave_set(const char *value, const struct kernel_param *param)
{
	struct oncard_fault_words words;
	int err = parse(value, &words);

	if (!err)
		at_power_on = words;
	return err;
}

static int misbehave_get(char *buffer, const struct kernel_param *param)
{
	char names[TEXT_MAX] = "";

	add_names(names, 0, at_power_on.kinds, ",");
	return sysfs_emit(buffer, "%s\n", *names ? names : "none");
}

static const struct kernel_param_ops misbehave_ops = {
	.set = misbehave_set,
	.get = misbehave_get,
};
module_param_cb(misbehave, &misbehave_ops, NULL, 0400);
MODULE_PARM_DESC(misbehave,
		 "For tests: what is wrong with the card from power-on (default none)");

/**
 * oncard_misbehave_power_on() - break a card as the parameter says
 * @board: its board, new
 *
 * Context: process context.
 */
void oncard_misbehave_power_on(struct oncard_board *board)
{
	oncard_board_set_faults(board, at_power_on.kinds, at_power_on.seed);
}

/* --- the file --- */

static int misbehave_show(struct seq_file *seq, void *unused)
{
	char names[TEXT_MAX] = "";

	add_names(names, 0, oncard_board_faults(seq->private), " ");
	seq_printf(seq, "%s\n", *names ? names : "none");
	return 0;
}

static int misbehave_open(struct inode *inode, struct file *file)
{
	return single_open(file, misbehave_show, inode->i_private);
}

static ssize_t misbehave_write(struct file *file, const char __user *user,
			       size_t length, loff_t *offset)
{
	struct seq_file *seq = file->private_data;
	struct oncard_fault_words words;
	char *text;
	int err;

	if (length >= TEXT_MAX)
		return -EINVAL;
	text = memdup_user_nul(user, length);
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = parse(text, &words);
	if (!err)
		oncard_board_set_faults(seq->private, words.kinds, words.seed);
	kfree(text);
	return err ?: length;
}

static const struct file_operations misbehave_fops = {
	.owner = THIS_MODULE,
	.open = misbehave_open,
	.read = seq_read,
	.write = misbehave_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * oncard_misbehave_debugfs() - open the back door
 * @board: the board; outlives @dir
 * @dir: where the file "misbehave" is made
 *
 * Context: process context, may sleep.
 */
void oncard_misbehave_debugfs(struct oncard_board *board, struct dentry *dir)
{
	debugfs_create_file("misbehave", 0600, dir, board, &misbehave_fops);
}
