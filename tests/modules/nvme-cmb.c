// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver for a controller that nobody here wrote: QEMU's nvme, with a controller memory
 * buffer (CMB). Submission queues, PRP lists and data buffers lie in that; completion
 * queues lie in RAM, as this controller wants it. It has one address decoder: the CMB is
 * declared with DMA_CARD_ONE_ADDRESS_SPACE, at an address of its own or at its BAR's.
 *
 * nvme-cmb.h says what /dev/nvme-cmb can be told.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-hi-lo.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>

#include <dma-core/card-memory.h>

#include "nvme-cmb.h"

static unsigned long long device_addr;
module_param(device_addr, ullong, 0444);
MODULE_PARM_DESC(device_addr,
		 "Where the controller sees its memory (0: at its BAR's bus address)");

#define REG_CAP      0x00
#define REG_CC       0x14
#define REG_CSTS     0x1c
#define REG_AQA      0x24
#define REG_ASQ      0x28
#define REG_ACQ      0x30
#define REG_CMBLOC   0x38
#define REG_CMBSZ    0x3c
#define REG_CMBMSC   0x50
#define REG_DOORBELL 0x1000

#define CAP_CMBS           BIT_ULL(57)
#define CAP_DSTRD(cap)     ((cap) >> 32 & 0xf)
#define CMBMSC_CRE         BIT_ULL(0)
#define CMBMSC_CMSE        BIT_ULL(1)
#define CMBLOC_BIR(loc)    ((loc) % 8)
#define CMBLOC_OFST(loc)   ((u64)(loc) >> 12)
#define CMBSZ_SQS_LISTS_DS (BIT(0) | BIT(2) | BIT(3) | BIT(4))
#define CMBSZ_UNIT(sz)     (SZ_4K << 4 * ((sz) >> 8 & 0xf))
#define CMBSZ_SZ(sz)       ((u64)(sz) >> 12)
#define CC_ENABLE          (BIT(0) | 6 << 16 | 4 << 20) /* entries of 64 and 16 bytes */
#define CSTS_RDY           BIT(0)
#define CSTS_CFS           BIT(1)

#define ADMIN_CREATE_SQ 0x01
#define ADMIN_CREATE_CQ 0x05
#define ADMIN_IDENTIFY  0x06
#define IO_WRITE        0x01
#define IO_READ         0x02

#define ENTRIES      32
#define QUEUES       2
#define NVME_PAGE    SZ_4K /* of PRPs, whatever the CPU's is */
#define PRPS_MAX     (NVME_BUFFER_SIZE / NVME_PAGE + 1)
#define RAM_PAGES    (NVME_BUFFER_SIZE / PAGE_SIZE)
#define WAIT         (60 * HZ) /* of a disk on a busy host */
#define WAIT_SLICE   (HZ / 10)
#define READY_MS_MAX 2000

/* of a submission queue */
struct command {
	__le32 dword0;
	__le32 namespace;
	__le64 reserved;
	__le64 metadata;
	__le64 prp[2];
	__le32 dword10[6];
};

/* of a completion queue */
struct result {
	__le32 value;
	__le32 reserved;
	__le16 head;
	__le16 queue;
	__le16 id;
	__le16 status;
};

/**
 * struct queue - a pair of queues, with one command in it at a time
 * @commands: in the CMB
 * @commands_handle: where the controller sees them
 * @results: in RAM
 * @results_handle: where the controller sees them
 * @tail: of @commands
 * @head: of @results
 * @phase: which a new result has
 * @status: of the last command
 * @done: it has come to its end
 */
struct queue {
	struct command *commands;
	dma_addr_t commands_handle;
	struct result *results;
	dma_addr_t results_handle;
	unsigned int tail;
	unsigned int head;
	u16 phase;
	u16 status;
	struct completion done;
};

/**
 * struct nvme - the controller
 * @pci: its PCI function
 * @dma: its card device
 * @regs: BAR0
 * @stride: bytes between two doorbells
 * @memory_addr: where it sees its memory
 * @irq: its interrupt, when it is ours
 * @queue: for administration, and for blocks
 * @lock: one command at a time
 * @is_dead: it did not answer, and was switched off: until it is bound anew
 * @list: PRPs, in the CMB
 * @list_handle: where the controller sees them
 * @blocks: of the disk
 */
struct nvme {
	struct pci_dev *pci;
	struct device *dma;
	void __iomem *regs;
	unsigned int stride;
	dma_addr_t memory_addr;
	int irq;
	struct queue queue[QUEUES];
	struct mutex lock;
	bool is_dead;
	__le64 *list;
	dma_addr_t list_handle;
	u64 blocks;
};

/**
 * struct client - an open file
 * @chip: whose memory it has a part of; NULL when that is gone
 * @on_list: in clients, while it has a chip
 * @lock: one transfer by @ram at a time. The removal does not wait for it
 * @data: its buffer in the CMB
 * @data_handle: where the controller sees that
 * @ram: its buffer in RAM
 */
struct client {
	struct nvme *chip;
	struct list_head on_list;
	struct mutex lock;
	void *data;
	dma_addr_t data_handle;
	struct page *ram[RAM_PAGES];
};

/*
 * The controller that is bound, for calls that hold @calls. They wait for nothing in
 * user space: the removal waits for them.
 */
static struct nvme __rcu *bound;
DEFINE_STATIC_SRCU(calls);

static LIST_HEAD(clients);
static DEFINE_MUTEX(clients_lock);

/* --- commands --------------------------------------------------------------------- */

static void ring(struct nvme *chip, unsigned int doorbell, unsigned int value)
{
	writel(value, chip->regs + REG_DOORBELL + doorbell * chip->stride);
}

/* Registers that nobody answers for read as ones, or with some bridges as zeroes. */
static bool is_running(struct nvme *chip)
{
	u32 status = readl(chip->regs + REG_CSTS);

	return status != U32_MAX && status & CSTS_RDY && !(status & CSTS_CFS);
}

/* No DMA comes from it when this returns. */
static void stop(struct nvme *chip)
{
	int ms;

	writel(0, chip->regs + REG_CC);
	for (ms = 0; ms < READY_MS_MAX && is_running(chip); ms++)
		usleep_range(1000, 2000);
	if (is_running(chip))
		dev_err(&chip->pci->dev, "it goes on running\n");
	pci_clear_master(chip->pci);
}

static bool take_results(struct nvme *chip, unsigned int number)
{
	struct queue *queue = &chip->queue[number];
	bool any = false;

	for (;;) {
		struct result *result = &queue->results[queue->head];
		u16 status = le16_to_cpu(READ_ONCE(result->status));

		if ((status & 1) != queue->phase)
			break;
		dma_rmb();
		queue->status = status >> 1;
		queue->head = (queue->head + 1) % ENTRIES;
		if (!queue->head)
			queue->phase ^= 1;
		any = true;
	}
	if (any) {
		ring(chip, 2 * number + 1, queue->head);
		complete(&queue->done);
	}
	return any;
}

static irqreturn_t nvme_interrupt(int irq, void *data)
{
	struct nvme *chip = data;
	bool any = false;
	unsigned int number;

	for (number = 0; number < QUEUES; number++)
		any |= take_results(chip, number);
	return IRQ_RETVAL(any);
}

/* Who hears -ENODEV may try again: another will be bound. */
static int why_dead(const struct nvme *chip)
{
	return pci_device_is_present(chip->pci) ? -ETIMEDOUT : -ENODEV;
}

/* A controller that does not answer is switched off: what it was told to fill is freed. */
static int await_result(struct nvme *chip, struct queue *queue)
{
	unsigned long end = jiffies + WAIT;

	while (!wait_for_completion_timeout(&queue->done, WAIT_SLICE)) {
		if (is_running(chip) && time_before(jiffies, end))
			continue;
		dev_err(&chip->pci->dev, "it does not answer\n");
		chip->is_dead = true;
		stop(chip);
		return why_dead(chip);
	}
	if (!queue->status)
		return 0;
	dev_err(&chip->pci->dev, "a command failed with status %#x\n",
		queue->status);
	return -EIO;
}

/* With chip->lock held, but in the probe. */
static int submit(struct nvme *chip, unsigned int number,
		  struct command *command)
{
	struct queue *queue = &chip->queue[number];

	if (chip->is_dead)
		return why_dead(chip);
	command->dword0 |= cpu_to_le32(queue->tail << 16);
	queue->commands[queue->tail] = *command;
	queue->tail = (queue->tail + 1) % ENTRIES;
	reinit_completion(&queue->done);
	/* The command lies in the CMB, and so may its data: write-combined stores. */
	wmb();
	ring(chip, 2 * number, queue->tail);
	return await_result(chip, queue);
}

static int create_queue(struct nvme *chip, u8 opcode, dma_addr_t address,
			u32 dword11)
{
	struct command command = {
		.dword0 = cpu_to_le32(opcode),
		.prp = { cpu_to_le64(address) },
		.dword10 = { cpu_to_le32((ENTRIES - 1) << 16 | 1),
			     cpu_to_le32(dword11) },
	};

	return submit(chip, 0, &command);
}

#define PHYSICALLY_CONTIGUOUS BIT(0)
#define WITH_INTERRUPT        BIT(1)

static int create_queues(struct nvme *chip)
{
	int err = create_queue(chip, ADMIN_CREATE_CQ,
			       chip->queue[1].results_handle,
			       PHYSICALLY_CONTIGUOUS | WITH_INTERRUPT);

	return err   ?:
		       create_queue(chip, ADMIN_CREATE_SQ,
				    chip->queue[1].commands_handle,
				    PHYSICALLY_CONTIGUOUS | 1 << 16);
}

/* Of namespace 1, into the page of PRPs, which nobody needs yet. */
static int identify(struct nvme *chip)
{
	struct command command = {
		.dword0 = cpu_to_le32(ADMIN_IDENTIFY),
		.namespace = cpu_to_le32(1),
		.prp = { cpu_to_le64(chip->list_handle) },
	};
	int err = submit(chip, 0, &command);

	if (!err)
		chip->blocks = le64_to_cpup(chip->list);
	return err;
}

/* --- moving blocks ---------------------------------------------------------------- */

/* The pages of a piece, behind those that are listed; only a first one begins later. */
static unsigned int add_prps(__le64 *pages, unsigned int count,
			     dma_addr_t address, size_t length)
{
	u64 page = ALIGN_DOWN((u64)address, NVME_PAGE);

	for (; page < (u64)address + length; page += NVME_PAGE)
		pages[count++] = cpu_to_le64(max_t(u64, page, address));
	return count;
}

/* From the second page on they are listed in the CMB. */
static int move_pages(struct nvme *chip, const struct nvme_transfer *transfer,
		      const __le64 *pages, unsigned int count)
{
	struct command command = {
		.dword0 = cpu_to_le32(transfer->write ? IO_WRITE : IO_READ),
		.namespace = cpu_to_le32(1),
		.prp = { pages[0] },
		.dword10 = { cpu_to_le32(lower_32_bits(transfer->block)),
			     cpu_to_le32(upper_32_bits(transfer->block)),
			     cpu_to_le32(transfer->count - 1) },
	};
	int err;

	mutex_lock(&chip->lock);
	if (count == 2)
		command.prp[1] = pages[1];
	if (count > 2) {
		memcpy(chip->list, pages + 1, (count - 1) * sizeof(*pages));
		command.prp[1] = cpu_to_le64(chip->list_handle);
	}
	err = submit(chip, 1, &command);
	mutex_unlock(&chip->lock);
	return err;
}

static int move_card_memory(struct nvme *chip, const struct client *client,
			    const struct nvme_transfer *transfer)
{
	__le64 pages[PRPS_MAX];
	unsigned int count = add_prps(pages, 0,
				      client->data_handle + transfer->offset,
				      transfer->count * NVME_BLOCK);

	return move_pages(chip, transfer, pages, count);
}

static int move_mapped(struct nvme *chip, const struct nvme_transfer *transfer,
		       struct sg_table *table)
{
	__le64 pages[PRPS_MAX];
	unsigned int count = 0;
	struct scatterlist *sg;
	int n;

	for_each_sgtable_dma_sg(table, sg, n)
		count = add_prps(pages, count, sg_dma_address(sg),
				 sg_dma_len(sg));
	return move_pages(chip, transfer, pages, count);
}

static int move_ram(struct nvme *chip, struct client *client,
		    const struct nvme_transfer *transfer)
{
	enum dma_data_direction direction = transfer->write ? DMA_TO_DEVICE :
							      DMA_FROM_DEVICE;
	unsigned int first = transfer->offset / PAGE_SIZE;
	unsigned int begin = offset_in_page(transfer->offset);
	size_t bytes = transfer->count * NVME_BLOCK;
	struct sg_table table;
	int err;

	err = sg_alloc_table_from_pages(&table, client->ram + first,
					DIV_ROUND_UP(begin + bytes, PAGE_SIZE),
					begin, bytes, GFP_KERNEL);
	if (err)
		return err;
	err = dma_map_sgtable(chip->dma, &table, direction, 0);
	if (!err) {
		err = move_mapped(chip, transfer, &table);
		dma_unmap_sgtable(chip->dma, &table, direction, 0);
	}
	sg_free_table(&table);
	return err;
}

/* --- the node --------------------------------------------------------------------- */

/* With @calls held: the client's controller, if it still is the one that is there. */
static struct nvme *chip_of(const struct client *client)
{
	struct nvme *chip = srcu_dereference(bound, &calls);

	return chip && READ_ONCE(client->chip) == chip ? chip : NULL;
}

static int move(struct client *client, const struct nvme_transfer *transfer)
{
	int section = srcu_read_lock(&calls);
	struct nvme *chip = chip_of(client);
	int err = -ENODEV;

	if (chip && (transfer->block >= chip->blocks ||
		     transfer->count > chip->blocks - transfer->block))
		err = -ENXIO;
	else if (chip && transfer->user)
		err = move_ram(chip, client, transfer);
	else if (chip)
		err = move_card_memory(chip, client, transfer);
	srcu_read_unlock(&calls, section);
	return err;
}

static int copy_ram(struct client *client, const struct nvme_transfer *transfer,
		    bool to_user)
{
	void __user *user = u64_to_user_ptr(transfer->user);
	size_t left = transfer->count * NVME_BLOCK;
	u32 offset = transfer->offset;

	while (left) {
		size_t length =
			min_t(size_t, left, PAGE_SIZE - offset_in_page(offset));
		void *ram = page_address(client->ram[offset / PAGE_SIZE]) +
			    offset_in_page(offset);

		if (to_user ? copy_to_user(user, ram, length) :
			      copy_from_user(ram, user, length))
			return -EFAULT;
		user += length;
		offset += length;
		left -= length;
	}
	return 0;
}

/* What may wait for user space is outside of what the removal waits for. */
static int move_user(struct client *client,
		     const struct nvme_transfer *transfer)
{
	int err = 0;

	mutex_lock(&client->lock);
	if (transfer->write)
		err = copy_ram(client, transfer, false);
	if (!err)
		err = move(client, transfer);
	if (!err && !transfer->write)
		err = copy_ram(client, transfer, true);
	mutex_unlock(&client->lock);
	return err;
}

static int check_transfer(const struct nvme_transfer *transfer)
{
	if (!transfer->count || transfer->reserved ||
	    transfer->offset % NVME_BLOCK)
		return -EINVAL;
	if (transfer->offset >= NVME_BUFFER_SIZE ||
	    transfer->count >
		    (NVME_BUFFER_SIZE - transfer->offset) / NVME_BLOCK)
		return -ENXIO;
	return 0;
}

static int transfer_call(struct client *client, const void __user *argument)
{
	struct nvme_transfer transfer;
	int err;

	if (copy_from_user(&transfer, argument, sizeof(transfer)))
		return -EFAULT;
	err = check_transfer(&transfer);
	if (err)
		return err;
	return transfer.user ? move_user(client, &transfer) :
			       move(client, &transfer);
}

static int blocks_call(const struct client *client, u64 __user *argument)
{
	int section = srcu_read_lock(&calls);
	struct nvme *chip = chip_of(client);
	u64 blocks = chip ? chip->blocks : 0;

	srcu_read_unlock(&calls, section);
	return chip ? put_user(blocks, argument) : -ENODEV;
}

static long nvme_ioctl(struct file *file, unsigned int command,
		       unsigned long argument)
{
	switch (command) {
	case NVME_TRANSFER:
		return transfer_call(file->private_data,
				     (const void __user *)argument);
	case NVME_BLOCKS:
		return blocks_call(file->private_data, (u64 __user *)argument);
	}
	return -ENOTTY;
}

static int nvme_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct client *client = file->private_data;
	int section = srcu_read_lock(&calls);
	struct nvme *chip = chip_of(client);
	int err = -ENODEV;

	if (chip)
		err = dma_mmap_coherent(chip->dma, vma, client->data,
					client->data_handle, NVME_BUFFER_SIZE);
	srcu_read_unlock(&calls, section);
	return err;
}

/* With clients_lock held. Whoever has the buffer mapped keeps its memory. */
static void free_data(struct client *client)
{
	dma_free_coherent(client->chip->dma, NVME_BUFFER_SIZE, client->data,
			  client->data_handle);
	list_del(&client->on_list);
	WRITE_ONCE(client->chip, NULL);
}

static void free_client(struct client *client)
{
	int n;

	for (n = 0; n < RAM_PAGES && client->ram[n]; n++)
		__free_page(client->ram[n]);
	kfree(client);
}

static struct client *alloc_client(void)
{
	struct client *client = kzalloc(sizeof(*client), GFP_KERNEL);
	int n;

	if (!client)
		return NULL;
	mutex_init(&client->lock);
	for (n = 0; n < RAM_PAGES; n++) {
		client->ram[n] = alloc_page(GFP_KERNEL);
		if (!client->ram[n]) {
			free_client(client);
			return NULL;
		}
	}
	return client;
}

static int alloc_data(struct client *client)
{
	int section = srcu_read_lock(&calls);
	struct nvme *chip = srcu_dereference(bound, &calls);
	int err = -ENODEV;

	if (!chip)
		goto unlock;
	err = -ENOMEM;
	client->data = dma_alloc_coherent(chip->dma, NVME_BUFFER_SIZE,
					  &client->data_handle, GFP_KERNEL);
	if (!client->data)
		goto unlock;
	err = 0;
	mutex_lock(&clients_lock);
	client->chip = chip;
	list_add(&client->on_list, &clients);
	mutex_unlock(&clients_lock);
unlock:
	srcu_read_unlock(&calls, section);
	return err;
}

static int nvme_open(struct inode *inode, struct file *file)
{
	struct client *client = alloc_client();
	int err;

	if (!client)
		return -ENOMEM;
	err = alloc_data(client);
	if (err)
		free_client(client);
	else
		file->private_data = client;
	return err;
}

static int nvme_release(struct inode *inode, struct file *file)
{
	struct client *client = file->private_data;

	mutex_lock(&clients_lock);
	if (client->chip)
		free_data(client);
	mutex_unlock(&clients_lock);
	free_client(client);
	return 0;
}

static const struct file_operations nvme_fops = {
	.owner = THIS_MODULE,
	.open = nvme_open,
	.release = nvme_release,
	.unlocked_ioctl = nvme_ioctl,
	.mmap = nvme_mmap,
};

static struct miscdevice nvme_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "nvme-cmb",
	.fops = &nvme_fops,
};

/* --- the controller comes and goes ------------------------------------------------ */

/* Where the CPU finds the CMB, once its registers are enabled. */
static int find_memory(struct nvme *chip, phys_addr_t *phys_addr, size_t *size)
{
	u32 location, extent;
	int bar;

	writeq(CMBMSC_CRE, chip->regs + REG_CMBMSC);
	location = readl(chip->regs + REG_CMBLOC);
	extent = readl(chip->regs + REG_CMBSZ);
	if ((extent & CMBSZ_SQS_LISTS_DS) != CMBSZ_SQS_LISTS_DS)
		return -ENODEV;
	bar = CMBLOC_BIR(location);
	*phys_addr = pci_resource_start(chip->pci, bar) +
		     CMBLOC_OFST(location) * CMBSZ_UNIT(extent);
	*size = CMBSZ_SZ(extent) * CMBSZ_UNIT(extent);
	chip->memory_addr = device_addr;
	if (!device_addr)
		chip->memory_addr = pci_bus_address(chip->pci, bar) +
				    CMBLOC_OFST(location) * CMBSZ_UNIT(extent);
	return 0;
}

static int declare_memory(struct nvme *chip)
{
	phys_addr_t phys_addr;
	size_t size;
	int err = find_memory(chip, &phys_addr, &size);

	if (!err)
		err = dma_declare_card_memory(chip->dma, phys_addr,
					      chip->memory_addr, size,
					      DMA_CARD_ONE_ADDRESS_SPACE);
	if (!err)
		err = dma_negotiate_mask(chip->dma, DMA_BIT_MASK(64), NULL);
	if (!err)
		writeq(chip->memory_addr | CMBMSC_CRE | CMBMSC_CMSE,
		       chip->regs + REG_CMBMSC);
	return err;
}

/* The controller writes its completions to RAM, where the CPU looks for them. */
static int alloc_queue(struct nvme *chip, struct queue *queue)
{
	init_completion(&queue->done);
	queue->phase = 1;
	queue->commands = dmam_alloc_coherent(chip->dma, NVME_PAGE,
					      &queue->commands_handle,
					      GFP_KERNEL);
	queue->results = dmam_alloc_attrs(chip->dma, NVME_PAGE,
					  &queue->results_handle, GFP_KERNEL,
					  DMA_CARD_ATTR_SYSTEM_RAM);
	return queue->commands && queue->results ? 0 : -ENOMEM;
}

static int alloc_queues(struct nvme *chip)
{
	int err = 0;
	int n;

	for (n = 0; n < QUEUES && !err; n++)
		err = alloc_queue(chip, &chip->queue[n]);
	if (err)
		return err;
	chip->list = dmam_alloc_coherent(chip->dma, NVME_PAGE,
					 &chip->list_handle, GFP_KERNEL);
	return chip->list ? 0 : -ENOMEM;
}

static int take_interrupt(struct nvme *chip)
{
	int err = pci_alloc_irq_vectors(chip->pci, 1, 1, PCI_IRQ_ALL_TYPES);

	if (err < 0)
		return err;
	err = request_irq(pci_irq_vector(chip->pci, 0), nvme_interrupt,
			  IRQF_SHARED, "nvme-cmb", chip);
	if (err)
		pci_free_irq_vectors(chip->pci);
	else
		chip->irq = pci_irq_vector(chip->pci, 0);
	return err;
}

static int start(struct nvme *chip)
{
	int ms;

	pci_set_master(chip->pci);
	writel((ENTRIES - 1) << 16 | (ENTRIES - 1), chip->regs + REG_AQA);
	writeq(chip->queue[0].commands_handle, chip->regs + REG_ASQ);
	writeq(chip->queue[0].results_handle, chip->regs + REG_ACQ);
	writel(CC_ENABLE, chip->regs + REG_CC);
	for (ms = 0; ms < READY_MS_MAX && !is_running(chip); ms++)
		usleep_range(1000, 2000);
	return is_running(chip) ? 0 : -ENODEV;
}

static void free_all_data(void)
{
	struct client *client, *next;

	mutex_lock(&clients_lock);
	list_for_each_entry_safe(client, next, &clients, on_list)
		free_data(client);
	mutex_unlock(&clients_lock);
}

/* What bring_up() has done, as far as it came; nobody calls any more. */
static void take_down(struct nvme *chip)
{
	stop(chip);
	writeq(0, chip->regs + REG_CMBMSC);
	if (chip->irq) {
		free_irq(chip->irq, chip);
		pci_free_irq_vectors(chip->pci);
	}
	dma_revoke_card_memory(chip->dma);
	free_all_data();
	dma_destroy_card_device(chip->dma);
}

static int bring_up(struct nvme *chip)
{
	int err;

	stop(chip);
	err = declare_memory(chip);
	if (!err)
		err = alloc_queues(chip);
	if (!err)
		err = take_interrupt(chip);
	if (!err)
		err = start(chip);
	if (!err)
		err = identify(chip);
	return err ?: create_queues(chip);
}

static int show(struct nvme *chip)
{
	int err;

	rcu_assign_pointer(bound, chip);
	err = misc_register(&nvme_node);
	if (err)
		rcu_assign_pointer(bound, NULL);
	return err;
}

static struct nvme *make_chip(struct pci_dev *pci)
{
	struct nvme *chip = devm_kzalloc(&pci->dev, sizeof(*chip), GFP_KERNEL);
	u64 capabilities;

	if (!chip)
		return ERR_PTR(-ENOMEM);
	chip->pci = pci;
	mutex_init(&chip->lock);
	chip->regs = pcim_iomap_table(pci)[0];
	capabilities = readq(chip->regs + REG_CAP);
	if (!(capabilities & CAP_CMBS))
		return ERR_PTR(-ENODEV);
	chip->stride = 4 << CAP_DSTRD(capabilities);
	chip->dma = dma_create_card_device(&pci->dev);
	if (IS_ERR(chip->dma))
		return ERR_CAST(chip->dma);
	/* PRPs are of pages, whatever lies side by side. */
	dma_set_max_seg_size(chip->dma, NVME_BUFFER_SIZE);
	return chip;
}

static int nvme_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct nvme *chip;
	int err = pcim_enable_device(pci);

	if (!err)
		err = pcim_iomap_regions(pci, BIT(0), "nvme-cmb");
	if (err)
		return err;
	if (rcu_access_pointer(bound))
		return -EBUSY;
	chip = make_chip(pci);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	pci_set_drvdata(pci, chip);
	err = bring_up(chip);
	if (!err)
		err = show(chip);
	if (err)
		take_down(chip);
	return err;
}

/* Processes may have the node open, and buffers mapped, for as long as they like. */
static void nvme_remove(struct pci_dev *pci)
{
	misc_deregister(&nvme_node);
	rcu_assign_pointer(bound, NULL);
	synchronize_srcu(&calls);
	take_down(pci_get_drvdata(pci));
}

/* (no table for depmod: on a machine of its own, the disk is the stock driver's) */
static const struct pci_device_id nvme_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0010) },
	{}
};

static struct pci_driver nvme_driver = {
	.name = "nvme-cmb",
	.id_table = nvme_ids,
	.probe = nvme_probe,
	.remove = nvme_remove,
};
module_pci_driver(nvme_driver);

MODULE_DESCRIPTION("An NVMe controller that is not ours works in its own memory");
MODULE_LICENSE("GPL");
