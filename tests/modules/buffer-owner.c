// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that frees its buffer whenever it is told to, mapped or not: what no
 * subsystem dares, and dma-core allows. Its card's memory is RAM of a platform
 * device.
 *
 * /dev/buffer-owner: mmap() maps the buffer by dma_map_coherent(); read gives the
 * handle; what is written to it is done:
 *
 *	alloc, free	the buffer
 *	release		the card memory
 *	revoke		dma_revoke_card_memory()
 *	revoke-in-mmap	the same, while the next mmap() has mapped the buffer and has not
 *			returned yet
 *
 * The parameter "map_number" is added to vm_pgoff behind dma_map_coherent(), as UIO does.
 *
 * An mmap() that fails looks whether any page can be reached all the same, when
 * dma_map_coherent() has returned; these are counted in the parameter "left".
 */
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <dma-core/card-memory.h>

/* Not in full pages: what lies behind it in the last one is mapped, too. */
#define BUFFER_SIZE (8 * PAGE_SIZE - 100)
#define CARD_ADDR   0x40000000

static unsigned int pages = 64;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "Pages of card memory (64; a buffer takes 8)");

static bool fallback;
module_param(fallback, bool, 0444);
MODULE_PARM_DESC(fallback, "Allow system RAM when card memory is exhausted");

static unsigned int map_number;
module_param(map_number, uint, 0644);
MODULE_PARM_DESC(map_number,
		 "What vm_pgoff is given on top, once the buffer is mapped (0)");

static unsigned int left;
module_param(left, uint, 0444);
MODULE_PARM_DESC(left, "Pages that could be reached in an mmap() that failed");

static struct platform_device *platform;
static struct device *dma;
static void *memory;
static void *buffer;
static dma_addr_t handle;
static DEFINE_MUTEX(lock);

static int alloc_buffer(void)
{
	if (buffer)
		return -EBUSY;
	buffer = dma_alloc_coherent(dma, BUFFER_SIZE, &handle, GFP_KERNEL);
	return buffer ? 0 : -ENOMEM;
}

static int free_buffer(void)
{
	if (!buffer)
		return -ENOENT;
	dma_free_coherent(dma, BUFFER_SIZE, buffer, handle);
	buffer = NULL;
	return 0;
}

/* With the mmap lock held for writing, a fault would wait for ever: none is taken. */
static unsigned int count_reachable(struct vm_area_struct *vma)
{
	unsigned long address = vma->vm_start;
	unsigned long end = min(vma->vm_end, address + BUFFER_SIZE);
	unsigned int count = 0;
	char byte;

	for (; address < end; address += PAGE_SIZE)
		count += !copy_from_user_nofault(&byte,
						 (const void __user *)address,
						 1);
	return count;
}

/* --- a revocation while mmap() is on its way ---------------------------------- */

enum stage {
	NOT_ASKED,
	ASKED,
	MAPPED,
	REVOKING
};

static unsigned int stage;
module_param(stage, uint, 0444);
MODULE_PARM_DESC(stage,
		 "Of a revocation in mmap(): 0 none, 1 asked for, 2 mapped, 3 revoking");
static DECLARE_WAIT_QUEUE_HEAD(stage_changed);

static void enter_stage(enum stage next)
{
	WRITE_ONCE(stage, next);
	wake_up_all(&stage_changed);
}

static int revoke_in_mmap(void)
{
	enter_stage(ASKED);
	if (wait_event_interruptible(stage_changed, stage == MAPPED))
		return -EINTR;
	enter_stage(REVOKING);
	dma_revoke_card_memory(dma);
	enter_stage(NOT_ASKED);
	return 0;
}

static void wait_for_revocation(void)
{
	if (READ_ONCE(stage) != ASKED)
		return;
	enter_stage(MAPPED);
	wait_event(stage_changed, READ_ONCE(stage) != MAPPED);
	/* It has to wait for us; where it does not, this is time to come to its end. */
	msleep(200);
}

/* --- the node ----------------------------------------------------------------- */

static int owner_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err = -ENOENT;

	mutex_lock(&lock);
	if (buffer)
		err = dma_map_coherent(dma, vma, buffer, handle, BUFFER_SIZE);
	if (err)
		left += count_reachable(vma);
	else
		vma->vm_pgoff += map_number;
	mutex_unlock(&lock);
	if (!err)
		wait_for_revocation();
	return err;
}

static ssize_t owner_read(struct file *file, char __user *text, size_t count,
			  loff_t *position)
{
	char line[32];
	int length;

	mutex_lock(&lock);
	length = scnprintf(line, sizeof(line), "%#llx\n", (u64)handle);
	mutex_unlock(&lock);
	return simple_read_from_buffer(text, count, position, line, length);
}

static ssize_t owner_write(struct file *file, const char __user *text,
			   size_t count, loff_t *position)
{
	char word[32] = "";
	int err = 0;

	if (count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, text, count))
		return -EFAULT;
	if (sysfs_streq(word, "revoke-in-mmap"))
		return revoke_in_mmap() ?: count;
	mutex_lock(&lock);
	if (sysfs_streq(word, "alloc"))
		err = alloc_buffer();
	else if (sysfs_streq(word, "free"))
		err = free_buffer();
	else if (sysfs_streq(word, "release"))
		dma_release_card_memory(dma);
	else if (sysfs_streq(word, "revoke"))
		dma_revoke_card_memory(dma);
	else
		err = -EINVAL;
	mutex_unlock(&lock);
	return err ?: count;
}

static const struct file_operations owner_fops = {
	.owner = THIS_MODULE,
	.mmap = owner_mmap,
	.read = owner_read,
	.write = owner_write,
};

static struct miscdevice owner_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "buffer-owner",
	.fops = &owner_fops,
};

static int declare_memory(void)
{
	unsigned int flags = DMA_CARD_MEMORY_CACHED;

	if (fallback)
		flags |= DMA_CARD_MEMORY_ALLOW_SYSTEM;
	memory = alloc_pages_exact(pages * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO);
	if (!memory)
		return -ENOMEM;
	return dma_declare_card_memory(dma, virt_to_phys(memory), CARD_ADDR,
				       pages * PAGE_SIZE, flags);
}

static void free_memory(void)
{
	if (memory)
		free_pages_exact(memory, pages * PAGE_SIZE);
}

static int __init buffer_owner_init(void)
{
	int err;

	platform = platform_device_register_simple("buffer-owner",
						   PLATFORM_DEVID_NONE, NULL,
						   0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	dma = dma_create_card_device(&platform->dev);
	if (IS_ERR(dma)) {
		err = PTR_ERR(dma);
		goto unregister_platform;
	}
	err = declare_memory();
	if (err)
		goto destroy_dma;
	err = misc_register(&owner_device);
	if (err)
		goto destroy_dma;
	return 0;

destroy_dma:
	dma_destroy_card_device(dma);
	free_memory();
unregister_platform:
	platform_device_unregister(platform);
	return err;
}

static void __exit buffer_owner_exit(void)
{
	misc_deregister(&owner_device);
	free_buffer();
	dma_destroy_card_device(dma);
	free_memory();
	platform_device_unregister(platform);
}

module_init(buffer_owner_init);
module_exit(buffer_owner_exit);

MODULE_DESCRIPTION("Frees its DMA buffer while user space has it mapped");
MODULE_LICENSE("GPL");
