// SPDX-License-Identifier: GPL-2.0
/*
 * A driver that frees its buffer whenever it is told to, mapped or not: what no
 * subsystem dares, and dma-core allows. Its card's memory is RAM of a platform
 * device.
 *
 * /dev/buffer-owner: mmap() maps the buffer by dma_map_coherent(); write "free",
 * "alloc" or "release" (the card memory) to it; read gives the handle.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>

#include "../../dma-core/card-memory.h"

/* Not in full pages: what lies behind it in the last one is mapped, too. */
#define BUFFER_SIZE (8 * PAGE_SIZE - 100)
#define CARD_ADDR   0x40000000

static unsigned int pages = 64;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "Pages of card memory (64; a buffer takes 8)");

static bool fallback;
module_param(fallback, bool, 0444);
MODULE_PARM_DESC(fallback, "Allow system RAM when card memory is exhausted");

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

static int owner_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err = -ENOENT;

	mutex_lock(&lock);
	if (buffer)
		err = dma_map_coherent(dma, vma, buffer, handle, BUFFER_SIZE);
	mutex_unlock(&lock);
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
	char word[16] = "";
	int err = 0;

	if (count >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, text, count))
		return -EFAULT;
	mutex_lock(&lock);
	if (sysfs_streq(word, "alloc"))
		err = alloc_buffer();
	else if (sysfs_streq(word, "free"))
		err = free_buffer();
	else if (sysfs_streq(word, "release"))
		dma_release_card_memory(dma);
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
