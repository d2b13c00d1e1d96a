// SPDX-License-Identifier: GPL-2.0-only
/*
 * One card and two drivers of it, for Documentation/story.md: one that has the kernel's own
 * calls, as in 2004, and one that has dma-core. The card is QEMU's ivshmem; each has a half
 * of its memory.
 *
 * /dev/driver-then, /dev/driver-now: mmap() maps the buffer. What is written is done:
 *
 *	free	the buffer is freed, mapped or not
 *	next	another owner has a buffer allocated, and fills it with NEXT_OWNER
 *	remove	the card is pulled out, as far as processes are concerned
 *
 * Reading gives "mask_bits=... descriptor_bytes=... allocated=ram|card stray=...": where
 * dma_alloc_coherent() has found memory, and on how many pages of the card's memory
 * STRAY is the first word.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/genalloc.h>
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <dma-core/card-memory.h>

#include "compat.h"
#include "then-and-now.h"

#define MEMORY_BAR  2
#define HALF        SZ_16M
#define CARD_ADDR   0x40000000
#define BUFFER_SIZE (BUFFER_PAGES * PAGE_SIZE)

/**
 * struct driver - one of the two
 * @node: its own
 * @memory: its half of the card's
 * @mask_bits: addresses that it has the card use
 * @on_card: whether dma_alloc_coherent() gives memory on the card
 * @alloc: a buffer of the card's memory: its place in @memory, or a negative errno
 * @free: gives that back
 * @map: maps it into all of a VMA
 * @remove: what is done to those who have it mapped, when the card goes
 * @offset: of the buffer; negative when there is none
 */
struct driver {
	struct miscdevice node;
	void __iomem *memory;
	unsigned int mask_bits;
	bool on_card;
	long (*alloc)(void);
	void (*free)(long offset);
	int (*map)(struct vm_area_struct *vma, long offset);
	void (*remove)(void);
	long offset;
};

static struct pci_dev *card;
static struct gen_pool
	*pool; /* the one driver's memory, which the DMA API does not know */
static struct device *dma; /* the other's card device */
static DEFINE_MUTEX(lock); /* of what is written; mmap() is not to wait for a revocation */

/* --- then -------------------------------------------------------------------------- */

static long then_alloc(void)
{
	unsigned long at = gen_pool_alloc(pool, BUFFER_SIZE);

	return at ? (long)(at - HALF) : -ENOMEM;
}

static void then_free(long offset)
{
	gen_pool_free(pool, offset + HALF, BUFFER_SIZE);
}

/* There is no page to return, as nopage() did; the entry is made here. */
static vm_fault_t then_fault(struct vm_fault *fault)
{
	unsigned long first = (unsigned long)fault->vma->vm_private_data;

	return vmf_insert_pfn(fault->vma, fault->address, first + fault->pgoff);
}

static const struct vm_operations_struct then_vm_ops = {
	.fault = then_fault,
};

static int then_map(struct vm_area_struct *vma, long offset)
{
	phys_addr_t buffer = pci_resource_start(card, MEMORY_BAR) + offset;

	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	vma->vm_private_data = (void *)(unsigned long)PHYS_PFN(buffer);
	vma->vm_ops = &then_vm_ops;
	return 0;
}

/* The PCI core has no call for it: who has mapped the memory keeps it. */
static void then_remove(void)
{
}

/* --- now --------------------------------------------------------------------------- */

static void *now_buffer;
static dma_addr_t now_handle;

static long now_alloc(void)
{
	now_buffer =
		dma_alloc_coherent(dma, BUFFER_SIZE, &now_handle, GFP_KERNEL);
	return now_buffer ? (long)(now_handle - CARD_ADDR) : -ENOMEM;
}

static void now_free(long offset)
{
	dma_free_coherent(dma, BUFFER_SIZE, now_buffer, now_handle);
}

static int now_map(struct vm_area_struct *vma, long offset)
{
	return dma_map_coherent(dma, vma, now_buffer, now_handle, BUFFER_SIZE);
}

static void now_remove(void)
{
	dma_revoke_card_memory(dma);
}

/* --- what both have ---------------------------------------------------------------- */

static unsigned int stray_pages(const struct driver *driver)
{
	unsigned int count = 0;
	size_t at;

	for (at = 0; at < HALF; at += PAGE_SIZE)
		count += readl(driver->memory + at) == STRAY;
	return count;
}

static struct driver *driver_of(const struct file *file)
{
	return container_of(file->private_data, struct driver, node);
}

static int driver_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct driver *driver = driver_of(file);
	long offset = READ_ONCE(driver->offset);

	if (vma->vm_end - vma->vm_start != BUFFER_SIZE || vma->vm_pgoff)
		return -EINVAL;
	return offset < 0 ? -ENXIO : driver->map(vma, offset);
}

static ssize_t driver_read(struct file *file, char __user *text, size_t count,
			   loff_t *position)
{
	const struct driver *driver = driver_of(file);
	char line[96];
	int length =
		scnprintf(line, sizeof(line),
			  "mask_bits=%u descriptor_bytes=%u allocated=%s stray=%u\n",
			  driver->mask_bits, driver->mask_bits > 32 ? 16 : 8,
			  driver->on_card ? "card" : "ram",
			  stray_pages(driver));

	return simple_read_from_buffer(text, count, position, line, length);
}

static int free_buffer(struct driver *driver)
{
	if (driver->offset < 0)
		return -ENXIO;
	driver->free(driver->offset);
	driver->offset = -1;
	return 0;
}

static int give_to_next(struct driver *driver)
{
	size_t at;

	if (driver->offset >= 0)
		return -EBUSY;
	driver->offset = driver->alloc();
	if (driver->offset < 0)
		return driver->offset;
	for (at = 0; at < BUFFER_SIZE; at += sizeof(u32))
		writel(NEXT_OWNER, driver->memory + driver->offset + at);
	return 0;
}

static int obey(struct driver *driver, const char *word)
{
	if (sysfs_streq(word, "free"))
		return free_buffer(driver);
	if (sysfs_streq(word, "next"))
		return give_to_next(driver);
	if (!sysfs_streq(word, "remove"))
		return -EINVAL;
	driver->remove();
	return 0;
}

static ssize_t driver_write(struct file *file, const char __user *text,
			    size_t count, loff_t *position)
{
	char word[16] = "";
	ssize_t length = simple_write_to_buffer(word, sizeof(word) - 1,
						position, text, count);
	int err;

	if (length < 0)
		return length;
	mutex_lock(&lock);
	err = obey(driver_of(file), word);
	mutex_unlock(&lock);
	*position = 0;
	return err ?: count;
}

static const struct file_operations driver_fops = {
	.owner = THIS_MODULE,
	.mmap = driver_mmap,
	.read = driver_read,
	.write = driver_write,
};

static struct driver drivers[] = {
	{
		.node = {
			.minor = MISC_DYNAMIC_MINOR,
			.name = "driver-then",
			.fops = &driver_fops,
		},
		.alloc = then_alloc,
		.free = then_free,
		.map = then_map,
		.remove = then_remove,
		.offset = -1,
	},
	{
		.node = {
			.minor = MISC_DYNAMIC_MINOR,
			.name = "driver-now",
			.fops = &driver_fops,
		},
		.alloc = now_alloc,
		.free = now_free,
		.map = now_map,
		.remove = now_remove,
		.offset = -1,
	},
};

/* --- the card ---------------------------------------------------------------------- */

static bool allocates_on_card(struct device *dev, dma_addr_t memory)
{
	dma_addr_t handle;
	void *buffer =
		dma_alloc_coherent(dev, BUFFER_SIZE, &handle, GFP_KERNEL);

	if (!buffer)
		return false;
	dma_free_coherent(dev, BUFFER_SIZE, buffer, handle);
	return handle >= memory && handle < memory + HALF;
}

static int begin_then(struct driver *driver)
{
	int err = dma_set_mask_and_coherent(&card->dev, DMA_BIT_MASK(64));

	if (err)
		return err;
	driver->mask_bits = 64;
	driver->on_card = allocates_on_card(&card->dev,
					    pci_bus_address(card, MEMORY_BAR));
	pool = devm_gen_pool_create(&card->dev, PAGE_SHIFT, NUMA_NO_NODE, NULL);
	if (IS_ERR(pool))
		return PTR_ERR(pool);
	return gen_pool_add(pool, HALF, HALF, NUMA_NO_NODE);
}

static int begin_now(struct driver *driver)
{
	struct dma_mask_choice choice;
	int err = dma_declare_card_memory(dma,
					  pci_resource_start(card, MEMORY_BAR) +
						  HALF,
					  CARD_ADDR, HALF, 0);

	if (!err)
		err = dma_negotiate_mask(dma, DMA_BIT_MASK(64), &choice);
	if (err)
		return err;
	driver->mask_bits = fls64(choice.mask);
	driver->on_card = allocates_on_card(dma, CARD_ADDR);
	return 0;
}

static void remove_nodes(unsigned int count)
{
	while (count--)
		misc_deregister(&drivers[count].node);
}

static int show(void)
{
	unsigned int n;
	int err = 0;

	for (n = 0; n < ARRAY_SIZE(drivers) && !err; n++) {
		drivers[n].offset = drivers[n].alloc();
		err = drivers[n].offset < 0 ? drivers[n].offset :
					      misc_register(&drivers[n].node);
	}
	if (err)
		remove_nodes(n - 1);
	return err;
}

static int begin(void __iomem *memory)
{
	int err;

	drivers[0].memory = memory;
	drivers[1].memory = memory + HALF;
	err = begin_then(&drivers[0]);
	if (!err)
		err = begin_now(&drivers[1]);
	return err ?: show();
}

/* A pool wants all back; a card device takes it back. */
static void end(void)
{
	free_buffer(&drivers[0]);
	dma_destroy_card_device(dma);
}

static int both_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	void __iomem *memory;
	int err = pcim_enable_device(pci);

	if (!err && pci_resource_len(pci, MEMORY_BAR) < 2 * HALF)
		err = -ENODEV;
	if (err)
		return err;
	memory = devm_ioremap_wc(&pci->dev, pci_resource_start(pci, MEMORY_BAR),
				 2 * HALF);
	if (!memory)
		return -ENOMEM;
	card = pci;
	dma = dma_create_card_device(&pci->dev);
	if (IS_ERR(dma))
		return PTR_ERR(dma);
	err = begin(memory);
	if (err)
		end();
	return err;
}

static void both_remove(struct pci_dev *pci)
{
	remove_nodes(ARRAY_SIZE(drivers));
	end();
}

static const struct pci_device_id both_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver both_driver = {
	.name = "then-and-now",
	.id_table = both_ids,
	.probe = both_probe,
	.remove = both_remove,
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};
module_pci_driver(both_driver);

MODULE_DESCRIPTION("One card, driven as in 2004 and with dma-core");
MODULE_LICENSE("GPL");
