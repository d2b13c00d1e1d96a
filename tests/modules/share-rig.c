// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two drivers that share a buffer: one of a card with memory (QEMU's ivshmem), which exports
 * it as a dma-buf, and one of a DMA engine that is not ours (QEMU's edu), which imports
 * it and transfers by the addresses that it was given. share-rig.h says what their nodes,
 * /dev/share-exporter and /dev/share-importer, can be told.
 */
#include <linux/completion.h>
#include <linux/dma-buf.h>
#include <linux/dma-fence.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/iosys-map.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

#include <dma-core/card-memory.h>

#include "compat.h"
#include "edu.h"
#include "share-rig.h"

static char *memory = "card";
module_param(memory, charp, 0444);
MODULE_PARM_DESC(memory, "Where the buffer lies: card, system or scattered");

/* No transfer and no wait is under it but the ones that belong to it. */
static DEFINE_MUTEX(lock);

/* --- the exporter ----------------------------------------------------------------- */

#define CARD_BAR  2
#define CARD_ADDR 0x40000000

static struct pci_dev *card;
static struct device *dma;
static void *buffer;
static dma_addr_t handle;

static bool is_scattered(void)
{
	return sysfs_streq(memory, "scattered");
}

static int alloc_buffer(void)
{
	if (buffer)
		return -EBUSY;
	if (is_scattered())
		buffer = dma_alloc_scattered(dma, SHARE_BUFFER_SIZE, &handle,
					     GFP_KERNEL);
	else
		buffer = dma_alloc_coherent(dma, SHARE_BUFFER_SIZE, &handle,
					    GFP_KERNEL);
	return buffer ? 0 : -ENOMEM;
}

static int free_buffer(void)
{
	if (!buffer)
		return -ENOENT;
	if (is_scattered())
		dma_free_scattered(dma, SHARE_BUFFER_SIZE, buffer, handle);
	else
		dma_free_coherent(dma, SHARE_BUFFER_SIZE, buffer, handle);
	buffer = NULL;
	return 0;
}

static int export_part(const void __user *argument)
{
	struct share_part part;

	if (copy_from_user(&part, argument, sizeof(part)))
		return -EFAULT;
	if (!buffer)
		return -ENOENT;
	return dma_export_coherent_fd(dma, buffer + part.foreign, handle,
				      part.offset, part.bytes, part.flags);
}

static int make_sgtable(void)
{
	struct sg_table table;
	int err;

	err = dma_get_sgtable(dma, &table, buffer, handle, SHARE_BUFFER_SIZE);
	if (!err)
		sg_free_table(&table);
	return err;
}

static long exporter_call(unsigned int command, void __user *argument)
{
	switch (command) {
	case SHARE_ALLOC:
		return alloc_buffer();
	case SHARE_FREE:
		return free_buffer();
	case SHARE_EXPORT:
		return export_part(argument);
	case SHARE_REVOKE:
		dma_revoke_card_memory(dma);
		return 0;
	case SHARE_SGTABLE:
		return make_sgtable();
	case SHARE_SUSPEND:
		dma_suspend_card_memory(dma);
		return 0;
	case SHARE_RESUME:
		dma_resume_card_memory(dma);
		return 0;
	}
	return -ENOTTY;
}

static long exporter_ioctl(struct file *file, unsigned int command,
			   unsigned long argument)
{
	long result = -ENODEV;

	mutex_lock(&lock);
	if (dma)
		result = exporter_call(command, (void __user *)argument);
	mutex_unlock(&lock);
	return result;
}

static ssize_t exporter_read(struct file *file, char __user *to, size_t count,
			     loff_t *position)
{
	ssize_t result = -ENOENT;

	mutex_lock(&lock);
	if (buffer)
		result = simple_read_from_buffer(to, count, position, buffer,
						 SHARE_BUFFER_SIZE);
	mutex_unlock(&lock);
	return result;
}

static const struct file_operations exporter_fops = {
	.owner = THIS_MODULE,
	.read = exporter_read,
	.unlocked_ioctl = exporter_ioctl,
};

static struct miscdevice exporter_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "share-exporter",
	.fops = &exporter_fops,
};

static int exporter_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct device *dev;
	int err;

	if (card)
		return -EBUSY;
	err = pcim_enable_device(pci);
	if (!err)
		err = dma_set_mask_and_coherent(&pci->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	dev = dma_create_card_device(&pci->dev);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (sysfs_streq(memory, "card"))
		err = dma_declare_card_memory(dev,
					      pci_resource_start(pci, CARD_BAR),
					      CARD_ADDR,
					      pci_resource_len(pci, CARD_BAR),
					      0);
	if (err) {
		dma_destroy_card_device(dev);
		return err;
	}
	mutex_lock(&lock);
	card = pci;
	dma = dev;
	mutex_unlock(&lock);
	return 0;
}

static void exporter_remove(struct pci_dev *pci)
{
	struct device *dev = dma;

	mutex_lock(&lock);
	dma_revoke_card_memory(dev);
	if (buffer)
		free_buffer();
	dma = NULL;
	card = NULL;
	mutex_unlock(&lock);
	dma_destroy_card_device(dev);
}

static const struct pci_device_id exporter_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static struct pci_driver exporter_driver = {
	.name = "share-exporter",
	.id_table = exporter_ids,
	.probe = exporter_probe,
	.remove = exporter_remove,
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};

/* --- the importer ----------------------------------------------------------------- */

#define EDU_TIMEOUT (10 * HZ)

static struct pci_dev *edu;
static void __iomem *regs;
static void *staged;
static dma_addr_t staged_handle;
static DECLARE_COMPLETION(copied);

static struct dma_buf_attachment *attachment;
static struct sg_table *table;
static bool is_lazy, is_eager;
static unsigned int notified;

static irqreturn_t edu_interrupt(int irq, void *data)
{
	u32 status = readl(regs + EDU_IRQ_STATUS);

	if (!status)
		return IRQ_NONE;
	writel(status, regs + EDU_IRQ_ACK);
	complete(&copied);
	return IRQ_HANDLED;
}

static int transfer(dma_addr_t address, size_t length, bool to_memory)
{
	writeq(to_memory ? EDU_MEMORY : address, regs + EDU_DMA_SOURCE);
	writeq(to_memory ? address : EDU_MEMORY, regs + EDU_DMA_TARGET);
	writeq(length, regs + EDU_DMA_COUNT);
	reinit_completion(&copied);
	writeq(EDU_DMA_RUN | EDU_DMA_IRQ | (to_memory ? EDU_DMA_TO_MEMORY : 0),
	       regs + EDU_DMA_COMMAND);
	return wait_for_completion_timeout(&copied, EDU_TIMEOUT) ? 0 :
								   -ETIMEDOUT;
}

static void unmap_locked(void)
{
	if (table)
		dma_buf_unmap_attachment(attachment, table, DMA_BIDIRECTIONAL);
	table = NULL;
}

static void map_locked(void)
{
	struct sg_table *made =
		dma_buf_map_attachment(attachment, DMA_BIDIRECTIONAL);

	if (IS_ERR(made))
		return;
	table = made;
	notified = 0;
}

/**
 * struct remap - an eager importer's work on a dma-buf that it was told of
 * @fence: signalled when it is done
 * @lock: of the fence
 * @work: the work
 */
struct remap {
	struct dma_fence fence;
	spinlock_t lock;
	struct work_struct work;
};

static const char *remap_name(struct dma_fence *fence)
{
	return "share-importer";
}

static const struct dma_fence_ops remap_ops = {
	.get_driver_name = remap_name,
	.get_timeline_name = remap_name,
};

static void remap(struct work_struct *work)
{
	struct remap *remap = container_of(work, struct remap, work);

	dma_resv_lock(attachment->dmabuf->resv, NULL);
	map_locked();
	dma_resv_unlock(attachment->dmabuf->resv);
	dma_fence_signal(&remap->fence);
	dma_fence_put(&remap->fence);
}

/* Who tells us waits for the fence, if he waits for any: it is mapped anew by then. */
static void remap_later(void)
{
	struct dma_resv *resv = attachment->dmabuf->resv;
	struct remap *remap_it = kzalloc(sizeof(*remap_it), GFP_KERNEL);

	if (!remap_it || dma_resv_reserve_fences(resv, 1)) {
		kfree(remap_it);
		return;
	}
	spin_lock_init(&remap_it->lock);
	dma_fence_init(&remap_it->fence, &remap_ops, &remap_it->lock,
		       dma_fence_context_alloc(1), 1);
	dma_resv_add_fence(resv, &remap_it->fence, DMA_RESV_USAGE_BOOKKEEP);
	INIT_WORK(&remap_it->work, remap);
	schedule_work(&remap_it->work);
}

/* With the reservation locked. */
static void importer_notify(struct dma_buf_attachment *ours)
{
	notified++;
	if (!is_lazy)
		unmap_locked();
	if (is_eager)
		remap_later();
}

static const struct dma_buf_attach_ops dynamic_ops = {
	.invalidate_mappings = importer_notify,
};

static const struct dma_buf_attach_ops peer_to_peer_ops = {
	.allow_peer2peer = true,
	.invalidate_mappings = importer_notify,
};

static int attach(const void __user *argument)
{
	struct dma_buf_attachment *made;
	struct share_attach how;
	struct dma_buf *dmabuf;

	if (copy_from_user(&how, argument, sizeof(how)))
		return -EFAULT;
	if (attachment)
		return -EBUSY;
	dmabuf = dma_buf_get(how.fd);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	if (how.how == SHARE_STATIC)
		made = dma_buf_attach(dmabuf, &edu->dev);
	else
		made = dma_buf_dynamic_attach(dmabuf, &edu->dev,
					      how.how == SHARE_DYNAMIC ?
						      &dynamic_ops :
						      &peer_to_peer_ops,
					      &edu);
	if (IS_ERR(made)) {
		dma_buf_put(dmabuf);
		return PTR_ERR(made);
	}
	attachment = made;
	is_lazy = how.how == SHARE_PEER_TO_PEER_LAZY;
	is_eager = how.how == SHARE_PEER_TO_PEER_EAGER;
	notified = 0;
	return 0;
}

/* (Where the core is debugged, it has scrambled the pages.) */
static bool has_page(struct scatterlist *sg)
{
	return !IS_ENABLED(CONFIG_DMABUF_DEBUG) && sg_page(sg);
}

static void describe(struct share_map *map)
{
	struct scatterlist *sg;
	u64 last;
	int n;

	for_each_sgtable_dma_sg(table, sg, n) {
		last = sg_dma_address(sg) + sg_dma_len(sg) - 1;
		map->segments++;
		map->pages += has_page(sg);
		map->longest = max_t(u64, map->longest, sg_dma_len(sg));
		map->total += sg_dma_len(sg);
		map->crossing += (sg_dma_address(sg) ^ last) >= map->boundary;
	}
}

static int map(void __user *argument)
{
	struct sg_table *made;
	struct share_map map;

	if (copy_from_user(&map, argument, sizeof(map)))
		return -EFAULT;
	if (!attachment || table)
		return -EINVAL;
	dma_set_max_seg_size(&edu->dev, map.size_max);
	dma_set_seg_boundary(&edu->dev, map.boundary - 1);
	dma_resv_lock(attachment->dmabuf->resv, NULL);
	/* What is pinned could not be taken away. */
	if (!core_pins_mapped && dma_buf_pin(attachment) != -EOPNOTSUPP)
		made = ERR_PTR(-EPROTO);
	else
		made = dma_buf_map_attachment(attachment, DMA_BIDIRECTIONAL);
	if (!IS_ERR(made)) {
		table = made;
		notified = 0;
	}
	dma_resv_unlock(attachment->dmabuf->resv);
	if (IS_ERR(made))
		return PTR_ERR(made);
	describe(&map);
	return copy_to_user(argument, &map, sizeof(map)) ? -EFAULT : 0;
}

/* Where byte @offset is, and how many follow it there. */
static dma_addr_t find(u64 offset, size_t *length)
{
	struct scatterlist *sg;
	int n;

	for_each_sgtable_dma_sg(table, sg, n) {
		if (offset < sg_dma_len(sg)) {
			*length =
				min_t(size_t, *length, sg_dma_len(sg) - offset);
			return sg_dma_address(sg) + offset;
		}
		offset -= sg_dma_len(sg);
	}
	*length = 0;
	return 0;
}

static int copy_piece(dma_addr_t address, void __user *user, size_t length,
		      bool to_memory)
{
	int err;

	if (to_memory && copy_from_user(staged, user, length))
		return -EFAULT;
	err = transfer(to_memory ? staged_handle : address, length, false);
	if (!err)
		err = transfer(to_memory ? address : staged_handle, length,
			       true);
	if (!err && !to_memory && copy_to_user(user, staged, length))
		err = -EFAULT;
	return err;
}

static int copy(const void __user *argument)
{
	struct share_copy copy;
	int err = 0;

	if (copy_from_user(&copy, argument, sizeof(copy)))
		return -EFAULT;
	/* As an importer has to: once it was told, no address is used any more. */
	if (!table || notified)
		return -ENODEV;
	while (copy.length && !err) {
		size_t length = min_t(size_t, copy.length, EDU_BLOCK_MAX);
		dma_addr_t address = find(copy.offset, &length);

		if (!length)
			return -ENXIO;
		err = copy_piece(address, u64_to_user_ptr(copy.user), length,
				 copy.to_memory);
		copy.user += length;
		copy.offset += length;
		copy.length -= length;
	}
	return err;
}

/* By the kernel's address. */
static int peek(const void __user *argument)
{
	struct share_copy copy;
	struct iosys_map map;
	int err;

	if (copy_from_user(&copy, argument, sizeof(copy)))
		return -EFAULT;
	if (!attachment || copy.offset >= attachment->dmabuf->size ||
	    copy.length > attachment->dmabuf->size - copy.offset)
		return -EINVAL;
	err = dma_buf_vmap_unlocked(attachment->dmabuf, &map);
	if (err)
		return err;
	if (copy_to_user(u64_to_user_ptr(copy.user), map.vaddr + copy.offset,
			 copy.length))
		err = -EFAULT;
	dma_buf_vunmap_unlocked(attachment->dmabuf, &map);
	return err;
}

static int unmap(void)
{
	if (!table)
		return -EINVAL;
	dma_resv_lock(attachment->dmabuf->resv, NULL);
	unmap_locked();
	dma_resv_unlock(attachment->dmabuf->resv);
	return 0;
}

static int detach(void)
{
	struct dma_buf *dmabuf;

	if (!attachment)
		return -EINVAL;
	dmabuf = attachment->dmabuf;
	if (table)
		unmap();
	dma_buf_detach(dmabuf, attachment);
	dma_buf_put(dmabuf);
	attachment = NULL;
	return 0;
}

static long importer_call(unsigned int command, void __user *argument)
{
	switch (command) {
	case SHARE_ATTACH:
		return attach(argument);
	case SHARE_MAP:
		return map(argument);
	case SHARE_COPY:
		return copy(argument);
	case SHARE_UNMAP:
		return unmap();
	case SHARE_DETACH:
		return detach();
	case SHARE_NOTIFIED:
		return notified;
	case SHARE_PEEK:
		return peek(argument);
	}
	return -ENOTTY;
}

static long importer_ioctl(struct file *file, unsigned int command,
			   unsigned long argument)
{
	long result = -ENODEV;

	mutex_lock(&lock);
	if (edu)
		result = importer_call(command, (void __user *)argument);
	mutex_unlock(&lock);
	return result;
}

static int importer_close(struct inode *inode, struct file *file)
{
	mutex_lock(&lock);
	detach();
	mutex_unlock(&lock);
	return 0;
}

static const struct file_operations importer_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = importer_ioctl,
	.release = importer_close,
};

static struct miscdevice importer_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "share-importer",
	.fops = &importer_fops,
};

static int importer_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	int err;

	if (edu)
		return -EBUSY;
	err = pcim_enable_device(pci);
	if (!err)
		err = pcim_iomap_regions(pci, BIT(0), "share-importer");
	if (!err)
		err = dma_set_mask_and_coherent(&pci->dev, DMA_BIT_MASK(64));
	if (err)
		return err;
	regs = pcim_iomap_table(pci)[0];
	staged = dmam_alloc_coherent(&pci->dev, SZ_4K, &staged_handle,
				     GFP_KERNEL);
	if (!staged)
		return -ENOMEM;
	pci_set_master(pci);
	err = pci_alloc_irq_vectors(pci, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err < 0)
		return err;
	err = devm_request_irq(&pci->dev, pci_irq_vector(pci, 0), edu_interrupt,
			       IRQF_SHARED, "share-importer", &edu);
	if (!err)
		edu = pci;
	return err;
}

static void importer_remove(struct pci_dev *pci)
{
	devm_free_irq(&pci->dev, pci_irq_vector(pci, 0), &edu);
	pci_free_irq_vectors(pci);
	edu = NULL;
}

static const struct pci_device_id importer_ids[] = { { PCI_DEVICE(0x1234,
								  0x11e8) },
						     {} };

static struct pci_driver importer_driver = {
	.name = "share-importer",
	.id_table = importer_ids,
	.probe = importer_probe,
	.remove = importer_remove,
	.driver.suppress_bind_attrs = true,
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};

/* --- both ------------------------------------------------------------------------- */

static int register_nodes(void)
{
	int err = misc_register(&exporter_node);

	if (err)
		return err;
	err = misc_register(&importer_node);
	if (err)
		misc_deregister(&exporter_node);
	return err;
}

static int __init share_rig_init(void)
{
	int err = pci_register_driver(&exporter_driver);

	if (err)
		return err;
	err = pci_register_driver(&importer_driver);
	if (err)
		goto unregister_exporter;
	err = dma && edu ? register_nodes() : -ENODEV;
	if (!err)
		return 0;
	pci_unregister_driver(&importer_driver);
unregister_exporter:
	pci_unregister_driver(&exporter_driver);
	return err;
}

static void __exit share_rig_exit(void)
{
	misc_deregister(&importer_node);
	misc_deregister(&exporter_node);
	pci_unregister_driver(&importer_driver);
	pci_unregister_driver(&exporter_driver);
}

module_init(share_rig_init);
module_exit(share_rig_exit);

IMPORT_NS_DMA_BUF;
MODULE_DESCRIPTION("A card shares its memory with a DMA engine that is not ours");
MODULE_LICENSE("GPL");
