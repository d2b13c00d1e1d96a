// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest driver for a card with memory of its own: a buffer on the card,
 * which /dev/example-card maps into user space. To begin your own, copy this.
 */
#include <linux/dma-mapping.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rwsem.h>

#include <dma-core/card-memory.h>

/* What the card's datasheet says; this one is QEMU's ivshmem. */
#define MEMORY_BAR   2
#define CARD_ADDR    0x80000000 /* where the card itself sees that BAR */
#define ADDRESS_BITS 40 /* the addresses that it can put on the bus */
#define BUFFER_SIZE  (16 * PAGE_SIZE)

static struct device *dma; /* takes the card's place in every DMA call */
static void *buffer;
static dma_addr_t handle; /* the card is told this, and nothing else */
static DECLARE_RWSEM(calls); /* held for reading by calls that use the card */

static int example_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err = -ENODEV; /* the file is open, and the card is gone */

	down_read(&calls);
	if (dma)
		err = dma_map_coherent(dma, vma, buffer, handle, BUFFER_SIZE);
	up_read(&calls);
	return err;
}

static const struct file_operations example_fops = {
	.owner = THIS_MODULE,
	.mmap = example_mmap,
};

static struct miscdevice example_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "example-card",
	.fops = &example_fops,
};

static int take_buffer(struct resource *bar)
{
	int err = dma_declare_card_memory(dma, bar->start, CARD_ADDR,
					  resource_size(bar), 0);

	if (!err)
		err = dma_negotiate_mask(dma, DMA_BIT_MASK(ADDRESS_BITS), NULL);
	if (err)
		return err;
	buffer = dmam_alloc_coherent(dma, BUFFER_SIZE, &handle, GFP_KERNEL);
	return buffer ? misc_register(&example_node) : -ENOMEM;
}

static int example_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct resource *bar = &pci->resource[MEMORY_BAR];
	struct device *made;
	int err = pcim_enable_device(pci);

	if (err)
		return err;
	if (dma)
		return -EBUSY; /* one card is enough for an example */
	if (!devm_request_mem_region(&pci->dev, bar->start, resource_size(bar),
				     "example-card"))
		return -EBUSY;
	pci_set_master(pci);
	made = dma_create_card_device(&pci->dev);
	if (IS_ERR(made))
		return PTR_ERR(made);
	dma = made;
	err = take_buffer(bar);
	if (err) {
		dma = NULL;
		dma_destroy_card_device(made);
	}
	return err;
}

/* Processes may have the node open, and the buffer mapped, for as long as they like. */
static void example_remove(struct pci_dev *pci)
{
	struct device *gone = dma;

	misc_deregister(&example_node);
	down_write(&calls); /* waits for calls under way; those to come find no card */
	dma = NULL;
	up_write(&calls);
	dma_revoke_card_memory(gone); /* mappings lead to pages of zeroes from here on */
	dma_destroy_card_device(gone); /* and the buffer with it */
}

static const struct pci_device_id example_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver example_driver = {
	.name = "example-card",
	.id_table = example_ids,
	.probe = example_probe,
	.remove = example_remove,
};
module_pci_driver(example_driver);

MODULE_DESCRIPTION("The smallest driver for a card with memory of its own");
MODULE_LICENSE("GPL");
