// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers that are allocated, freed, mapped and revoked in whatever order clients
 * like, all at once, and a canary in each of them: see lifetime-node.h for what
 * /dev/lifetime offers.
 *
 * The card's memory is RAM of a platform device, or (bar=1) BAR2 of an ivshmem card
 * that no driver has.
 *
 * Locks, in this order: mmap lock, card_lock, a slot's lock. What dma-core does is
 * not serialized by them: several slots are busy at a time, and a revocation holds
 * none of them while it runs.
 */
#include <linux/dma-mapping.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/rwsem.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>
#include "lifetime-node.h"

#define NODE       "lifetime-node"
#define CARD_ADDR  0x40000000
#define MEMORY_BAR 2

static unsigned int pages = 512;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "Pages of RAM that are the card's memory (512)");

static bool bar;
module_param(bar, bool, 0444);
MODULE_PARM_DESC(bar, "Use BAR2 of an ivshmem card instead (no)");

/* (That check itself reads of an address to be freed where it leads to.) */
static bool late = !IS_ENABLED(CONFIG_DMA_API_DEBUG);
module_param(late, bool, 0444);
MODULE_PARM_DESC(late,
		 "Free some buffers only when their card is gone, and some never (yes; no with CONFIG_DMA_API_DEBUG)");

/*
 * struct buffer - what a slot holds
 * @words: the node's address of it; NULL: there is none
 * @handle: the card's address
 * @owner: its number among all allocations
 * @pages: how many
 */
struct buffer {
	u64 *words;
	dma_addr_t handle;
	u32 owner;
	u32 pages;
};

/*
 * struct slot - a place for a buffer
 * @lock: guards @buffer
 */
struct slot {
	struct mutex lock;
	struct buffer buffer;
};

/*
 * struct memory - the card's memory
 * @phys: where
 * @words: the node's own way to it, beside dma-core's
 * @bytes: how many
 * @flags: DMA_CARD_MEMORY_*
 */
struct memory {
	phys_addr_t phys;
	u64 *words;
	size_t bytes;
	unsigned int flags;
};

static struct slot slots[LIFETIME_SLOTS];
static struct memory memory;
static struct device *parent;
static struct platform_device *platform;
static struct pci_dev *pci;

/* Guards which card device there is; NULL while it is being replaced. */
static DECLARE_RWSEM(card_lock);
static struct device *dma;

/* One revocation at a time; taken before any other lock. */
static DEFINE_MUTEX(revoke_lock);

static atomic_t owners;
static atomic64_t allocated, freed, abandoned, mapped, revoked, checks,
	violations;

/* --- the canary --- */

static void violation(const char *what, u32 owner, u32 page, u32 word,
		      u64 found)
{
	atomic64_inc(&violations);
	pr_err_ratelimited(NODE
			   ": %s: buffer %u, page %u, word %u: found %#llx\n",
			   what, owner, page, word, found);
}

static void fill_page(u64 *words, u32 owner, u32 page, u32 count)
{
	u32 word;

	for (word = 0; word < count; word++)
		WRITE_ONCE(words[word], lifetime_pattern(owner, page, word));
}

static void check_pattern(const char *what, const u64 *words, u32 owner,
			  u32 page, u32 count)
{
	u32 word;

	for (word = 0; word < count; word++) {
		u64 found = READ_ONCE(words[word]);

		if (found != lifetime_pattern(owner, page, word))
			violation(what, owner, page, word, found);
	}
}

/* Clients may be writing at this moment. */
static void check_clients(const u64 *words, u32 owner, u32 page)
{
	u32 word;

	for (word = LIFETIME_HALF; word < LIFETIME_WORDS; word++) {
		u64 found = READ_ONCE(words[word]);

		if (found && lifetime_word(owner, found) != found)
			violation("not a client's of this buffer", owner, page,
				  word, found);
	}
}

static void check_buffer(const struct buffer *buffer)
{
	u32 page;

	atomic64_inc(&checks);
	for (page = 0; page < buffer->pages; page++) {
		const u64 *words = buffer->words + page * LIFETIME_WORDS;

		check_pattern("the owner's pattern is not there", words,
			      buffer->owner, page, LIFETIME_HALF);
		check_clients(words, buffer->owner, page);
	}
}

static void fill_buffer(const struct buffer *buffer)
{
	u32 page;

	if (memchr_inv(buffer->words, 0, buffer->pages * PAGE_SIZE))
		violation("a new buffer is not zero", buffer->owner, 0, 0,
			  buffer->words[0]);
	for (page = 0; page < buffer->pages; page++)
		fill_page(buffer->words + page * LIFETIME_WORDS, buffer->owner,
			  page, LIFETIME_HALF);
}

/* Memory that nobody owns stays as it is, whatever old clients write to. */
static void watch_idle_memory(void)
{
	u32 count = memory.bytes >> PAGE_SHIFT;
	u32 page;

	for (page = 0; page < count; page++)
		fill_page(memory.words + page * LIFETIME_WORDS, 0, page,
			  LIFETIME_WORDS);
	msleep(20);
	for (page = 0; page < count; page++)
		check_pattern("memory without an owner changed",
			      memory.words + page * LIFETIME_WORDS, 0, page,
			      LIFETIME_WORDS);
}

/* --- slots; with card_lock held for reading and the slot's own --- */

static int alloc_buffer(struct buffer *buffer, u32 count)
{
	if (!count || count > LIFETIME_SLOT_PAGES)
		return -EINVAL;
	if (buffer->words)
		return -EEXIST;
	buffer->words = dma_alloc_coherent(dma, count * PAGE_SIZE,
					   &buffer->handle, GFP_KERNEL);
	if (!buffer->words)
		return -ENOMEM;
	buffer->pages = count;
	buffer->owner = atomic_inc_return(&owners) & LIFETIME_OWNER_MAX;
	fill_buffer(buffer);
	atomic64_inc(&allocated);
	return 0;
}

static int free_buffer(struct buffer *buffer)
{
	if (!buffer->words)
		return -ENOENT;
	check_buffer(buffer);
	dma_free_coherent(dma, buffer->pages * PAGE_SIZE, buffer->words,
			  buffer->handle);
	buffer->words = NULL;
	atomic64_inc(&freed);
	return 0;
}

static int look_at_buffer(struct buffer *buffer)
{
	if (!buffer->words)
		return -ENOENT;
	check_buffer(buffer);
	return 0;
}

static int map_buffer(struct buffer *buffer, struct vm_area_struct *vma)
{
	int err;

	if (!buffer->words)
		return -ENOENT;
	err = dma_map_coherent(dma, vma, buffer->words, buffer->handle,
			       buffer->pages * PAGE_SIZE);
	if (!err)
		atomic64_inc(&mapped);
	return err;
}

static int with_slot(unsigned int command, const struct lifetime_slot *arg)
{
	struct slot *slot;
	int err = -ENODEV;

	if (arg->slot >= LIFETIME_SLOTS)
		return -EINVAL;
	slot = &slots[arg->slot];
	down_read(&card_lock);
	mutex_lock(&slot->lock);
	if (dma && command == LIFETIME_ALLOC)
		err = alloc_buffer(&slot->buffer, arg->pages);
	else if (dma && command == LIFETIME_FREE)
		err = free_buffer(&slot->buffer);
	else if (dma)
		err = look_at_buffer(&slot->buffer);
	mutex_unlock(&slot->lock);
	up_read(&card_lock);
	return err;
}

static int lifetime_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long number = vma->vm_pgoff / LIFETIME_SLOT_PAGES;
	struct slot *slot;
	int err = -ENODEV;

	if (number >= LIFETIME_SLOTS)
		return -EINVAL;
	slot = &slots[number];
	vma->vm_pgoff %= LIFETIME_SLOT_PAGES;
	down_read(&card_lock);
	mutex_lock(&slot->lock);
	if (dma)
		err = map_buffer(&slot->buffer, vma);
	mutex_unlock(&slot->lock);
	up_read(&card_lock);
	return err;
}

/* --- the card --- */

static struct device *create_card(void)
{
	struct device *dev = dma_create_card_device(parent);
	int err;

	if (IS_ERR(dev))
		return dev;
	err = dma_declare_card_memory(dev, memory.phys, CARD_ADDR, memory.bytes,
				      memory.flags);
	if (!err)
		return dev;
	dma_destroy_card_device(dev);
	return ERR_PTR(err);
}

/* From here on nobody gets at the card or its slots any more. */
static struct device *take_card(struct buffer *taken, u32 *last_owner)
{
	struct device *dev;
	u32 n;

	down_write(&card_lock);
	dev = dma;
	dma = NULL;
	for (n = 0; n < LIFETIME_SLOTS; n++) {
		taken[n] = slots[n].buffer;
		slots[n].buffer.words = NULL;
	}
	*last_owner = atomic_read(&owners) & LIFETIME_OWNER_MAX;
	up_write(&card_lock);
	return dev;
}

static void free_taken(struct device *dev, struct buffer *buffer)
{
	dma_free_coherent(dev, buffer->pages * PAGE_SIZE, buffer->words,
			  buffer->handle);
	buffer->words = NULL;
}

/*
 * A third of what was taken is freed before the card device is destroyed, a third
 * behind that, when its memory is another card's already, and a third never; or,
 * without late=, all at once.
 */
static void abandon(struct device *dev, struct buffer *taken, bool destroyed)
{
	u32 n;

	for (n = 0; n < LIFETIME_SLOTS; n++) {
		if (!taken[n].words || (late && n % 3 != destroyed))
			continue;
		free_taken(dev, &taken[n]);
	}
}

static void check_taken(const struct buffer *taken)
{
	u32 n;

	for (n = 0; n < LIFETIME_SLOTS; n++) {
		if (!taken[n].words)
			continue;
		check_buffer(&taken[n]);
		atomic64_inc(&abandoned);
	}
}

static u64 destroy_card(struct device *dev, struct buffer *taken)
{
	u64 began;

	check_taken(taken);
	abandon(dev, taken, false);
	began = ktime_get_ns();
	dma_destroy_card_device(dev);
	return ktime_get_ns() - began;
}

static int replace_card(struct lifetime_revoked *result)
{
	static struct buffer taken[LIFETIME_SLOTS]; /* under revoke_lock */
	struct device *old, *new;
	u64 began = ktime_get_ns();

	if (!dma)
		return -ENODEV; /* the last one did not come back */
	dma_revoke_card_memory(dma);
	result->revoke_ns = ktime_get_ns() - began;
	old = get_device(take_card(taken, &result->last_owner));
	result->destroy_ns = destroy_card(old, taken);
	watch_idle_memory();
	new = create_card();
	abandon(old, taken, true);
	put_device(old);
	if (IS_ERR(new))
		return PTR_ERR(new);

	down_write(&card_lock);
	dma = new;
	up_write(&card_lock);
	atomic64_inc(&revoked);
	return 0;
}

static int revoke(struct lifetime_revoked *result)
{
	int err;

	*result = (struct lifetime_revoked){ 0 };
	mutex_lock(&revoke_lock);
	err = replace_card(result);
	mutex_unlock(&revoke_lock);
	return err;
}

static void query(struct lifetime_counters *now)
{
	*now = (struct lifetime_counters){
		.allocated = atomic64_read(&allocated),
		.freed = atomic64_read(&freed),
		.abandoned = atomic64_read(&abandoned),
		.mapped = atomic64_read(&mapped),
		.revoked = atomic64_read(&revoked),
		.checks = atomic64_read(&checks),
		.violations = atomic64_read(&violations),
	};
	down_read(&card_lock);
	if (dma)
		strscpy(now->device, dev_name(dma), sizeof(now->device));
	up_read(&card_lock);
}

/* --- the node --- */

static long lifetime_ioctl(struct file *file, unsigned int command,
			   unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct lifetime_counters counters;
	struct lifetime_revoked result;
	struct lifetime_slot slot;
	int err;

	switch (command) {
	case LIFETIME_ALLOC:
	case LIFETIME_FREE:
	case LIFETIME_CHECK:
		if (copy_from_user(&slot, user, sizeof(slot)))
			return -EFAULT;
		return with_slot(command, &slot);
	case LIFETIME_REVOKE:
		err = revoke(&result);
		if (err)
			return err;
		return copy_to_user(user, &result, sizeof(result)) ? -EFAULT :
								     0;
	case LIFETIME_QUERY:
		query(&counters);
		return copy_to_user(user, &counters, sizeof(counters)) ?
			       -EFAULT :
			       0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations lifetime_fops = {
	.owner = THIS_MODULE,
	.mmap = lifetime_mmap,
	.unlocked_ioctl = lifetime_ioctl,
};

static struct miscdevice lifetime_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lifetime",
	.fops = &lifetime_fops,
};

/* --- where the memory comes from --- */

static int take_ram(void)
{
	void *ram;

	platform = platform_device_register_simple(NODE, PLATFORM_DEVID_NONE,
						   NULL, 0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	parent = &platform->dev;
	memory.bytes = pages * PAGE_SIZE;
	memory.flags = DMA_CARD_MEMORY_CACHED;
	ram = alloc_pages_exact(memory.bytes, GFP_KERNEL | __GFP_NOWARN);
	if (!ram) {
		pr_err(NODE ": no %u pages of RAM in a row\n", pages);
		platform_device_unregister(platform);
		return -ENOMEM;
	}
	memory.phys = virt_to_phys(ram);
	memory.words = ram;
	return 0;
}

static void return_ram(void)
{
	free_pages_exact(memory.words, memory.bytes);
	platform_device_unregister(platform);
}

static int take_bar(void)
{
	int err;

	pci = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110, NULL);
	if (!pci)
		return -ENODEV;
	err = pci_enable_device(pci);
	if (err)
		goto put;
	err = pci_request_region(pci, MEMORY_BAR, NODE);
	if (err)
		goto disable;
	parent = &pci->dev;
	memory.phys = pci_resource_start(pci, MEMORY_BAR);
	memory.bytes = min_t(size_t, pci_resource_len(pci, MEMORY_BAR),
			     pages * PAGE_SIZE);
	memory.words = memremap(memory.phys, memory.bytes, MEMREMAP_WC);
	if (memory.words)
		return 0;
	err = -ENOMEM;
	pci_release_region(pci, MEMORY_BAR);
disable:
	pci_disable_device(pci);
put:
	pci_dev_put(pci);
	return err;
}

static void return_bar(void)
{
	memunmap(memory.words);
	pci_release_region(pci, MEMORY_BAR);
	pci_disable_device(pci);
	pci_dev_put(pci);
}

static void return_memory(void)
{
	if (bar)
		return_bar();
	else
		return_ram();
}

static int __init lifetime_node_init(void)
{
	int err;
	u32 n;

	if (!pages || pages > U16_MAX) {
		pr_err(NODE ": pages=%u; 1 to %u are allowed\n", pages,
		       U16_MAX);
		return -EINVAL;
	}
	for (n = 0; n < LIFETIME_SLOTS; n++)
		mutex_init(&slots[n].lock);
	err = bar ? take_bar() : take_ram();
	if (err)
		return err;
	dma = create_card();
	if (IS_ERR(dma)) {
		err = PTR_ERR(dma);
		goto give_memory_back;
	}
	err = misc_register(&lifetime_device);
	if (err)
		goto destroy_dma;
	return 0;

destroy_dma:
	dma_destroy_card_device(dma);
give_memory_back:
	return_memory();
	return err;
}

static void __exit lifetime_node_exit(void)
{
	u32 n;

	misc_deregister(&lifetime_device);
	for (n = 0; dma && n < LIFETIME_SLOTS; n++)
		if (slots[n].buffer.words)
			free_buffer(&slots[n].buffer);
	if (dma)
		dma_destroy_card_device(dma);
	return_memory();
}

module_init(lifetime_node_init);
module_exit(lifetime_node_exit);

MODULE_DESCRIPTION("Buffers that live and die in any order, with a canary in each");
MODULE_LICENSE("GPL");
