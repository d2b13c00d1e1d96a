// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver whose mmap() maps a ring of buffers into one VMA, as drivers of capture
 * cards do, each in its own way. Its card's memory is RAM of a platform device.
 *
 * /dev/ring-owner: mmap() maps four buffers of two pages, one behind the other, in the
 * way that the parameter "way" names:
 *
 *	narrowed	vm_start and vm_end are narrowed around dma_mmap_coherent()
 *	parts		dma_map_coherent_part()
 *	last-first	the same, from the last buffer to the first
 *	renumbered	as parts, and vm_pgoff is given the value of the parameter "pgoff" then
 *	forgotten	as parts, and vm_ops and vm_private_data are cleared then
 *	owned		as parts, and vm_private_data is given a page of the driver's then, whose
 *			bytes are compared when the module goes
 *	revoked		as parts, and dma_revoke_card_memory() is called before the last of them
 *	narrowly	as narrowed, and dma_revoke_card_memory() is called while the VMA is that of
 *			the second buffer alone, once it is mapped
 *	resumed		as parts, and dma_resume_card_memory() is called then, when somebody
 *			suspends and waits
 *	counted		as parts, with vm_ops whose open gives each VMA data of its own, which
 *			its close has to find
 *	mixed		as parts, with VM_MIXEDMAP
 *	copied		as narrowed, with a copy of the VMA
 *	twice		as parts, all at one place
 *	overwritten	as parts, and vm_ops is changed after the first
 *	filled		as parts, where remap_pfn_range() has put a page
 *	once-back	as parts, two buffers at one place, with dma_resume_card_memory() called
 *			between them
 *	failing		as parts, and the first call fails then; see RING_IOCTL + 10
 *
 * ioctl():
 *
 *	RING_IOCTL + 0	a file of the anonymous inode that many share, with the same mmap()
 *	RING_IOCTL + 1	another, which maps a page of RAM by vm_insert_page(): a stranger
 *	RING_IOCTL + 2	dma_revoke_card_memory(), and the buffers are filled anew, as if others
 *		had them
 *	RING_IOCTL + 3	holds the caller's mmap lock for reading, until + 4
 *	RING_IOCTL + 4	ends + 3
 *	RING_IOCTL + 5	whether + 3 holds it
 *	RING_IOCTL + 6	dma_suspend_card_memory(), and the memory is lost: page number n holds
 *		the word 0x2000 + n
 *	RING_IOCTL + 7	dma_resume_card_memory()
 *	RING_IOCTL + 8	dma_suspend_card_memory(), while an mmap() is in the way "resumed"
 *	RING_IOCTL + 9	whether all buffers are as they were allocated, zeroed
 *	RING_IOCTL + 10	in the way "failing", mmap() three times: the first fails, the second maps
 *		a page of RAM, whose address is stored where the argument says, and the third
 *		calls dma_revoke_card_memory()
 */
#include <linux/anon_inodes.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>

#include "compat.h"

#define BUFFERS     4
#define BUFFER_SIZE (2 * PAGE_SIZE)
#define MEMORY_SIZE (64 * PAGE_SIZE)
#define CARD_ADDR   0x50000000
#define RING_IOCTL  0x7200

static char *way = "parts";
module_param(way, charp, 0444);
MODULE_PARM_DESC(way, "How buffers are mapped, see the source");

static unsigned long pgoff = ULONG_MAX - 2;
module_param(pgoff, ulong, 0444);
MODULE_PARM_DESC(pgoff, "What vm_pgoff becomes (near 2^64)");

static struct platform_device *platform;
static struct device *dma;
static void *memory;
static struct page *stranger_page;
static void *buffer[BUFFERS];
static dma_addr_t handle[BUFFERS];
static u8 own_data[PAGE_SIZE];
static DECLARE_COMPLETION(let_go);
static bool is_held;
static DECLARE_COMPLETION(in_mmap);
static DECLARE_COMPLETION(suspending);

static int map_narrowed(struct vm_area_struct *vma)
{
	const unsigned long start = vma->vm_start, end = vma->vm_end;
	int n, err = 0;

	for (n = 0; n < BUFFERS && !err; n++) {
		vma->vm_start = start + n * BUFFER_SIZE;
		vma->vm_end = vma->vm_start + BUFFER_SIZE;
		err = dma_mmap_coherent(dma, vma, buffer[n], handle[n],
					BUFFER_SIZE);
	}
	vma->vm_start = start;
	vma->vm_end = end;
	return err;
}

static int map_part(struct vm_area_struct *vma, int n, int place)
{
	return dma_map_coherent_part(dma, vma, place * BUFFER_SIZE, buffer[n],
				     handle[n], 0, BUFFER_SIZE);
}

static int map_parts(struct vm_area_struct *vma)
{
	int n, err = 0;

	for (n = 0; n < BUFFERS && !err; n++)
		err = map_part(vma, n, n);
	return err;
}

static int map_last_first(struct vm_area_struct *vma)
{
	int n, err = 0;

	for (n = BUFFERS; n-- && !err;)
		err = map_part(vma, n, n);
	return err;
}

static int map_renumbered(struct vm_area_struct *vma)
{
	int err = map_parts(vma);

	vma->vm_pgoff = pgoff;
	return err;
}

static int map_forgotten(struct vm_area_struct *vma)
{
	int err = map_parts(vma);

	vma->vm_ops = NULL;
	vma->vm_private_data = NULL;
	return err;
}

static int map_owned(struct vm_area_struct *vma)
{
	int err = map_parts(vma);

	vma->vm_private_data = own_data;
	return err;
}

/* As a driver does that sees by a register that its card is gone. */
static int map_revoked(struct vm_area_struct *vma)
{
	int err = map_part(vma, 0, 0) ?: map_part(vma, 1, 1);

	if (err)
		return err;
	dma_revoke_card_memory(dma);
	err = map_part(vma, 2, 2);
	return err == -ENODEV ? 0 : -EIO;
}

static int map_narrowly(struct vm_area_struct *vma)
{
	const unsigned long start = vma->vm_start, end = vma->vm_end;
	int n, err = 0;

	for (n = 0; n < 2 && !err; n++) {
		vma->vm_start = start + n * BUFFER_SIZE;
		vma->vm_end = vma->vm_start + BUFFER_SIZE;
		err = dma_mmap_coherent(dma, vma, buffer[n], handle[n],
					BUFFER_SIZE);
	}
	if (!err)
		dma_revoke_card_memory(dma);
	vma->vm_start = start;
	vma->vm_end = end;
	return err;
}

static int map_resumed(struct vm_area_struct *vma)
{
	int err = map_parts(vma);

	if (err)
		return err;
	complete(&in_mmap);
	err = wait_for_completion_killable(&suspending);
	/* It has to wait for us: this is time to come so far. */
	msleep(200);
	dma_resume_card_memory(dma);
	return err;
}

/* Called while the memory is away. */
static int map_once_back(struct vm_area_struct *vma)
{
	int err = map_part(vma, 0, 0);

	dma_resume_card_memory(dma);
	return err ?: map_part(vma, 1, 0);
}

/*
 * One mmap() that fails when it has mapped the buffers; one that has nothing to do with the
 * card; and one that revokes it. See map_in_turn().
 */
static int map_failing(struct vm_area_struct *vma)
{
	static unsigned int calls;
	int err;

	if (++calls == 2)
		return remap_pfn_range(vma, vma->vm_start,
				       page_to_pfn(stranger_page), PAGE_SIZE,
				       vma->vm_page_prot);
	err = map_parts(vma);
	if (err || calls == 1)
		return err ?: -EIO;
	dma_revoke_card_memory(dma);
	return 0;
}

/**
 * struct own_data - what the driver has of a VMA of the way "counted"
 * @vma: the VMA
 */
struct own_data {
	const struct vm_area_struct *vma;
};

static unsigned int open_vmas, mistaken_vmas;

static void counted_open(struct vm_area_struct *vma)
{
	struct own_data *own = kzalloc(sizeof(*own), GFP_KERNEL | __GFP_NOFAIL);

	own->vma = vma;
	vma->vm_private_data = own;
	open_vmas++;
}

/* (what is not this VMA's is not freed, since another one has it) */
static void counted_close(struct vm_area_struct *vma)
{
	struct own_data *own = vma->vm_private_data;

	open_vmas--;
	if (own && own->vma == vma)
		kfree(own);
	else
		mistaken_vmas++;
}

static const struct vm_operations_struct counted_ops = {
	.open = counted_open,
	.close = counted_close,
};

static int map_counted(struct vm_area_struct *vma)
{
	int err;

	vma->vm_ops = &counted_ops;
	counted_open(vma);
	err = map_parts(vma);
	if (err)
		counted_close(vma);
	return err;
}

static int map_mixed(struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_MIXEDMAP);
	return map_parts(vma);
}

static int map_copied(struct vm_area_struct *vma)
{
	struct vm_area_struct *copy = kmemdup(vma, sizeof(*vma), GFP_KERNEL);
	int err;

	if (!copy)
		return -ENOMEM;
	err = map_narrowed(copy);
	kfree(copy);
	return err;
}

static int map_twice(struct vm_area_struct *vma)
{
	return map_part(vma, 0, 1) ?: map_part(vma, 1, 1);
}

static int map_overwritten(struct vm_area_struct *vma)
{
	static const struct vm_operations_struct none;
	int err = map_part(vma, 0, 0);

	vma->vm_ops = &none;
	return err ?: map_part(vma, 1, 1);
}

static int map_filled(struct vm_area_struct *vma)
{
	int err = remap_pfn_range(vma, vma->vm_start + PAGE_SIZE,
				  page_to_pfn(stranger_page), PAGE_SIZE,
				  vma->vm_page_prot);

	return err ?: map_parts(vma);
}

static const struct {
	const char *name;
	int (*map)(struct vm_area_struct *vma);
} ways[] = {
	{ "narrowed", map_narrowed },     { "parts", map_parts },
	{ "last-first", map_last_first }, { "renumbered", map_renumbered },
	{ "forgotten", map_forgotten },   { "copied", map_copied },
	{ "owned", map_owned },           { "revoked", map_revoked },
	{ "twice", map_twice },           { "overwritten", map_overwritten },
	{ "filled", map_filled },         { "narrowly", map_narrowly },
	{ "resumed", map_resumed },       { "counted", map_counted },
	{ "mixed", map_mixed },           { "once-back", map_once_back },
	{ "failing", map_failing },
};

static int owner_mmap(struct file *file, struct vm_area_struct *vma)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(ways); n++)
		if (!strcmp(way, ways[n].name))
			return ways[n].map(vma);
	return -EINVAL;
}

static int stranger_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vm_insert_page(vma, vma->vm_start, stranger_page);
}

static const struct file_operations shared_fops = {
	.owner = THIS_MODULE,
	.mmap = owner_mmap,
};

static const struct file_operations stranger_fops = {
	.owner = THIS_MODULE,
	.mmap = stranger_mmap,
};

static int revoke(void)
{
	int n;

	dma_revoke_card_memory(dma);
	for (n = 0; n < BUFFERS; n++)
		memset(buffer[n], 0xa5, BUFFER_SIZE);
	return 0;
}

static int suspend(void)
{
	unsigned long n;

	dma_suspend_card_memory(dma);
	for (n = 0; n < BUFFERS * BUFFER_SIZE / PAGE_SIZE; n++)
		*(u32 *)(buffer[n / 2] + n % 2 * PAGE_SIZE) = 0x2000 + n;
	return 0;
}

static int resume(void)
{
	dma_resume_card_memory(dma);
	return 0;
}

static int suspend_beside_mmap(void)
{
	int err = wait_for_completion_killable(&in_mmap);

	if (err)
		return err;
	complete(&suspending);
	dma_suspend_card_memory(dma);
	return 0;
}

static int are_zero(void)
{
	int n;

	for (n = 0; n < BUFFERS; n++)
		if (memchr_inv(buffer[n], 0, BUFFER_SIZE))
			return 0;
	return 1;
}

static int hold(void)
{
	int err;

	reinit_completion(&let_go);
	mmap_read_lock(current->mm);
	WRITE_ONCE(is_held, true);
	err = wait_for_completion_killable(&let_go);
	WRITE_ONCE(is_held, false);
	mmap_read_unlock(current->mm);
	return err;
}

/* Three times mmap() in one call, so that what the first leaves behind is not put yet. */
static unsigned long map_in_turn(struct file *file)
{
	const unsigned long bytes = BUFFERS * BUFFER_SIZE;
	unsigned long failed, mapped, last;

	failed = vm_mmap(file, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	mapped = vm_mmap(file, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	last = vm_mmap(file, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	if (failed != (unsigned long)-EIO || IS_ERR_VALUE(last))
		return -EIO;
	return mapped;
}

static long owner_ioctl(struct file *file, unsigned int command,
			unsigned long argument)
{
	unsigned long __user *address = (unsigned long __user *)argument;

	switch (command) {
	case RING_IOCTL + 0:
		return anon_inode_getfd("[ring]", &shared_fops, NULL, O_RDWR);
	case RING_IOCTL + 1:
		return anon_inode_getfd("[stranger]", &stranger_fops, NULL,
					O_RDWR);
	case RING_IOCTL + 2:
		return revoke();
	case RING_IOCTL + 3:
		return hold();
	case RING_IOCTL + 4:
		complete(&let_go);
		return 0;
	case RING_IOCTL + 5:
		return READ_ONCE(is_held);
	case RING_IOCTL + 6:
		return suspend();
	case RING_IOCTL + 7:
		return resume();
	case RING_IOCTL + 8:
		return suspend_beside_mmap();
	case RING_IOCTL + 9:
		return are_zero();
	case RING_IOCTL + 10:
		argument = map_in_turn(file);
		return IS_ERR_VALUE(argument) ? (long)argument :
						put_user(argument, address);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations owner_fops = {
	.owner = THIS_MODULE,
	.mmap = owner_mmap,
	.unlocked_ioctl = owner_ioctl,
};

static struct miscdevice owner_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "ring-owner",
	.fops = &owner_fops,
};

static void free_buffers(void)
{
	int n;

	for (n = 0; n < BUFFERS; n++)
		if (buffer[n])
			dma_free_coherent(dma, BUFFER_SIZE, buffer[n],
					  handle[n]);
}

static int take_buffers(void)
{
	int n, err;

	err = dma_declare_card_memory(dma, virt_to_phys(memory), CARD_ADDR,
				      MEMORY_SIZE, DMA_CARD_MEMORY_CACHED);
	for (n = 0; n < BUFFERS && !err; n++) {
		buffer[n] = dma_alloc_coherent(dma, BUFFER_SIZE, &handle[n],
					       GFP_KERNEL);
		if (!buffer[n])
			err = -ENOMEM;
	}
	return err;
}

static int __init ring_owner_init(void)
{
	int err = -ENOMEM;

	platform = platform_device_register_simple("ring-owner",
						   PLATFORM_DEVID_NONE, NULL,
						   0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	memory = alloc_pages_exact(MEMORY_SIZE, GFP_KERNEL | __GFP_ZERO);
	stranger_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!memory || !stranger_page)
		goto free_memory;
	/* (destroyed below, before it would be by itself) */
	dma = devm_dma_create_card_device(&platform->dev);
	if (IS_ERR(dma)) {
		err = PTR_ERR(dma);
		goto free_memory;
	}
	err = take_buffers();
	if (err)
		goto free_buffers;
	err = misc_register(&owner_device);
	if (err)
		goto free_buffers;
	return 0;

free_buffers:
	free_buffers();
	dma_destroy_card_device(dma);
free_memory:
	if (stranger_page)
		__free_page(stranger_page);
	if (memory)
		free_pages_exact(memory, MEMORY_SIZE);
	platform_device_unregister(platform);
	return err;
}

static void __exit ring_owner_exit(void)
{
	misc_deregister(&owner_device);
	free_buffers();
	dma_destroy_card_device(dma);
	__free_page(stranger_page);
	free_pages_exact(memory, MEMORY_SIZE);
	platform_device_unregister(platform);
	WARN(memchr_inv(own_data, 0, sizeof(own_data)),
	     "the driver's vm_private_data was written to\n");
	WARN(open_vmas || mistaken_vmas,
	     "%u VMAs were not closed, %u closed with another's vm_private_data\n",
	     open_vmas, mistaken_vmas);
}

module_init(ring_owner_init);
module_exit(ring_owner_exit);

MODULE_DESCRIPTION("Maps a ring of DMA buffers into one VMA");
MODULE_LICENSE("GPL");
