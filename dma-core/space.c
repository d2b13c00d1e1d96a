// SPDX-License-Identifier: GPL-2.0-only
/*
 * An address space for each card device: every user mapping of its memory is one of a
 * file of this module, and not of the file that was given to mmap(). So a revocation finds
 * all of them with one call, wherever in that file they lay, and meets nobody else's.
 *
 * It is the address space of an inode of a file system that nobody mounts, as DRM
 * has it.
 */
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "space.h"

#define SPACE_MAGIC 0x43415244 /* "CARD" */

static int space_init_fs_context(struct fs_context *context)
{
	return init_pseudo(context, SPACE_MAGIC) ? 0 : -ENOMEM;
}

/* (without an owner: the mount would keep this module loaded for ever) */
static struct file_system_type space_fs_type = {
	.name = "dma_core",
	.init_fs_context = space_init_fs_context,
	.kill_sb = kill_anon_super,
};

static struct vfsmount *space_mount;

/*
 * card_space_new() - an inode with an address space that nobody has mapped
 * Context: process context, may sleep.
 * Return: the inode, or ERR_PTR() of -ENOMEM.
 */
struct inode *card_space_new(void)
{
	return alloc_anon_inode(space_mount->mnt_sb);
}

/*
 * card_spaces_init() - before the first card_space_new()
 * Context: process context, may sleep.
 * Return: 0 or an errno of kern_mount().
 */
int card_spaces_init(void)
{
	space_mount = kern_mount(&space_fs_type);
	return PTR_ERR_OR_ZERO(space_mount);
}

/* card_spaces_exit() - undo card_spaces_init(), when all inodes were put */
void card_spaces_exit(void)
{
	kern_unmount(space_mount);
}
