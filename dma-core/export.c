// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exports: a buffer of a card device as a dma-buf, for other devices and for processes
 * that are handed its file.
 *
 * An export holds a reference on the buffer, as a mapping does, up to a revocation. Importers
 * get addresses, and no pages: a card's memory has none, and what stands behind the rest is
 * not theirs.
 *
 * A revocation has to reach importers, so only those are let in that can be told of one,
 * by dynamic attachment; and for memory on the card, only those that say that they can do with
 * memory of another device. An importer that was told uses no address any more, once the
 * fences are signalled which it has put into the reservation: this is what dma-buf asks of
 * it. What it has not unmapped by then is unmapped for it, so that an IOMMU stops what would
 * come all the same.
 *
 * Order: card_device.revoke_mutex, then the dma-buf's reservation, then card_device.lock.
 */
#include <linux/dma-buf.h>
#include <linux/dma-direct.h>
#include <linux/dma-map-ops.h>
#include <linux/dma-mapping.h>
#include <linux/dma-resv.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "compat.h"
#include "export.h"
#include "map.h"
#include "merge.h"
#include "objects.h"
#include "quota.h"
#include "trace.h"

/* For how long the fences of all importers are waited for, and what is said after how long. */
#define FENCES_TIMEOUT (10 * HZ)
#define VUNMAP_NOTICE  (10 * HZ)

/**
 * struct card_export - a dma-buf
 * @kref: the dma-buf holds one, a revocation that works on it another
 * @card: the device, referenced
 * @owner: the module of the parent's driver, referenced while @buffer is; or NULL
 * @resv: the dma-buf's reservation, which outlives it here
 * @dmabuf: NULL once it is gone, under @resv's lock. Its file may be gone before: who has
 *	opened it by O_PATH holds the dma-buf, and no file
 * @listed: in card_device.exports, until the dma-buf ends or is revoked
 * @buffer: what is exported, referenced; NULL once it was revoked. Under card_device.lock
 * @offset: of the first byte, into the buffer
 * @size: bytes, whole pages
 * @is_vmapped: a part of the kernel has its address, under card_device.lock
 * @maps: what importers have mapped, under the reservation's lock
 * @count: of these
 * @pid: of the process that exported it, for people
 */
struct card_export {
	struct kref kref;
	struct card_device *card;
	struct module *owner;
	struct dma_resv resv;
	struct dma_buf *dmabuf;
	struct list_head listed;
	struct card_buffer *buffer;
	size_t offset;
	size_t size;
	bool is_vmapped;
	struct list_head maps;
	unsigned int count;
	pid_t pid;
};

/**
 * struct export_piece - what lies in one piece for the CPU
 * @handle: where the importer finds it
 * @length: bytes
 * @attrs: that it was mapped with
 */
struct export_piece {
	dma_addr_t handle;
	size_t length;
	unsigned long attrs;
};

/**
 * struct export_map - an importer's mapping
 * @table: which it was given
 * @listed: in card_export.maps
 * @dev: the importer
 * @dir: of the transfers
 * @is_own: the importer is the card device itself, and the memory the card's, which it
 *	finds at its own addresses
 * @count: pieces that are mapped; none any more, once it was revoked
 * @pieces: in the order of the buffer
 */
struct export_map {
	struct sg_table table;
	struct list_head listed;
	struct device *dev;
	enum dma_data_direction dir;
	bool is_own;
	unsigned int count;
	struct export_piece pieces[];
};

/* --- who holds the buffer --------------------------------------------------------- */

/* Referenced; NULL once the card was revoked. */
static struct card_buffer *export_get_buffer(struct card_export *export)
{
	struct card_device *card = export->card;
	struct card_buffer *buffer;

	spin_lock_irq(&card->lock);
	buffer = card->revoked ? NULL : export->buffer;
	if (buffer)
		kref_get(&buffer->kref);
	spin_unlock_irq(&card->lock);
	return buffer;
}

/* Takes the buffer off; the caller inherits its reference. NULL: it was taken already. */
static struct card_buffer *export_take_buffer(struct card_export *export)
{
	struct card_device *card = export->card;
	struct card_buffer *buffer;

	spin_lock_irq(&card->lock);
	buffer = export->buffer;
	export->buffer = NULL;
	list_del_init(&export->listed);
	if (buffer)
		buffer->exports--;
	spin_unlock_irq(&card->lock);
	return buffer;
}

static void export_let_go(struct card_export *export)
{
	struct card_buffer *buffer = export_take_buffer(export);

	if (!buffer)
		return;
	trace_dma_card_export_end(&export->card->dev, buffer->ops->name,
				  buffer->handle, export->size);
	card_buffer_put(buffer);
	module_put(export->owner);
}

static void export_free(struct kref *kref)
{
	struct card_export *export =
		container_of(kref, struct card_export, kref);

	dma_resv_fini(&export->resv);
	put_device(&export->card->dev);
	kfree(export);
	card_object_destroyed(CARD_OBJECT_EXPORT, 1);
}

static void export_put(struct card_export *export)
{
	kref_put(&export->kref, export_free);
}

/* --- importers -------------------------------------------------------------------- */

/* The device that does the DMA. */
static struct device *transferring(struct device *dev)
{
	return to_card_device(dev) ? dev->parent : dev;
}

static void refuse(const struct card_export *export, struct device *importer,
		   const char *why)
{
	dev_err_ratelimited(&export->card->dev,
			    "its dma-buf cannot be used by %s: %s\n",
			    dev_name(importer), why);
}

static int export_attach(struct dma_buf *dmabuf,
			 struct dma_buf_attachment *attachment)
{
	struct card_export *export = dmabuf->priv;
	struct card_buffer *buffer = export_get_buffer(export);
	int err = 0;

	if (!buffer)
		return -ENODEV;
	if (!dma_buf_attach_revocable(attachment)) {
		refuse(export, attachment->dev,
		       "the card may go, and it could not be told so; attach by dma_buf_dynamic_attach(), with a move_notify()");
		err = -EOPNOTSUPP;
	} else if (!buffer->ops->has_pages(buffer) && !attachment->peer2peer) {
		refuse(export, attachment->dev,
		       "it is memory on a card, which the importer has to say that it can use: allow_peer2peer");
		err = -EOPNOTSUPP;
	}
	card_buffer_put(buffer);
	return err;
}

/* Who has pinned a buffer expects to keep it, and not to be told to let go. */
static int export_pin(struct dma_buf_attachment *attachment)
{
	struct card_export *export = attachment->dmabuf->priv;

	if (core_pins_mapped)
		return card_is_revoked(export->card) ? -ENODEV : 0;
	dev_err_ratelimited(attachment->dev,
			    "a dma-buf of %s cannot be pinned: the card may go at any moment\n",
			    dev_name(&export->card->dev));
	return -EOPNOTSUPP;
}

static void export_unpin(struct dma_buf_attachment *attachment)
{
}

/* How many bytes from @at on lie in one piece for the CPU. */
static size_t piece_length(const struct card_export *export,
			   const struct card_buffer *buffer, size_t at)
{
	const unsigned long pfn = buffer->ops->pfn(buffer, export->offset + at);
	size_t length = PAGE_SIZE;

	while (at + length < export->size &&
	       buffer->ops->pfn(buffer, export->offset + at + length) ==
		       pfn + PHYS_PFN(length))
		length += PAGE_SIZE;
	return length;
}

static unsigned int count_pieces(const struct card_export *export,
				 const struct card_buffer *buffer)
{
	unsigned int count = 0;
	size_t at;

	for (at = 0; at < export->size; count++)
		at += piece_length(export, buffer, at);
	return count;
}

static void unmap_pieces(struct export_map *map)
{
	while (map->count--) {
		const struct export_piece *piece = &map->pieces[map->count];

		if (!map->is_own)
			dma_unmap_phys(map->dev, piece->handle, piece->length,
				       map->dir, piece->attrs);
	}
	map->count = 0;
}

/*
 * Whether a device would find something else at an address of RAM than what the CPU does:
 * a copy of it, or what is in caches that it does not watch.
 */
static bool is_apart(struct device *dev, phys_addr_t phys_addr,
		     dma_addr_t handle)
{
	if (!dev_is_dma_coherent(dev))
		return true;
	return !card_is_device_translated(dev) &&
	       dma_to_phys(dev, handle) != phys_addr;
}

static int map_piece(const struct card_export *export, struct export_map *map,
		     phys_addr_t phys_addr, size_t length)
{
	struct export_piece *piece = &map->pieces[map->count];
	bool is_ram = pfn_valid(PHYS_PFN(phys_addr));

	piece->length = length;
	piece->attrs = is_ram ? DMA_ATTR_SKIP_CPU_SYNC : DMA_ATTR_MMIO;
	piece->handle = dma_map_phys(map->dev, phys_addr, length, map->dir,
				     piece->attrs);
	if (dma_mapping_error(map->dev, piece->handle)) {
		refuse(export, map->dev,
		       "there is no way for it to the memory, or none below its DMA mask");
		return -EIO;
	}
	map->count++;
	if (!is_ram ||
	    !is_apart(transferring(map->dev), phys_addr, piece->handle))
		return 0;
	refuse(export, map->dev,
	       "its transfers would go through bounce buffers, or past the caches");
	return -EOPNOTSUPP;
}

static void list_own_piece(const struct card_export *export,
			   const struct card_buffer *buffer,
			   struct export_map *map)
{
	map->pieces[map->count++] = (struct export_piece){
		.handle = buffer->handle + export->offset,
		.length = export->size,
	};
}

static int map_pieces(const struct card_export *export,
		      const struct card_buffer *buffer, struct export_map *map)
{
	size_t at = 0, length;
	int err = 0;

	if (map->is_own) {
		list_own_piece(export, buffer, map);
		return 0;
	}
	for (; at < export->size && !err; at += length) {
		length = piece_length(export, buffer, at);
		err = map_piece(export, map,
				PFN_PHYS(buffer->ops->pfn(buffer,
							  export->offset + at)),
				length);
	}
	if (err)
		unmap_pieces(map);
	return err;
}

/* In whole pages, and at least one. */
static struct segment_limits limits_of(struct device *dev)
{
	const u64 longest = min_t(u64, dma_get_max_seg_size(dev), UINT_MAX) &
			    PAGE_MASK;

	return (struct segment_limits){
		.size_max = max_t(u64, longest, PAGE_SIZE),
		.boundary_mask = dma_get_seg_boundary(dev) | ~PAGE_MASK,
	};
}

static unsigned int count_segments(const struct export_map *map,
				   const struct segment_limits *limits)
{
	unsigned int n, count = 0;

	for (n = 0; n < map->count; n++) {
		u64 address = map->pieces[n].handle;
		u64 left = map->pieces[n].length;

		for (; left; count++) {
			u64 length = segment_longest(limits, address, left);

			address += length;
			left -= length;
		}
	}
	return count;
}

/* Addresses for the importer, and no pages: whoever takes one of them gets none. */
static void list_segments(struct export_map *map,
			  const struct segment_limits *limits)
{
	struct scatterlist *sg = map->table.sgl;
	unsigned int n;

	for (n = 0; n < map->count; n++) {
		u64 address = map->pieces[n].handle;
		u64 left = map->pieces[n].length;

		while (left) {
			u64 length = segment_longest(limits, address, left);

			sg_set_page(sg, NULL, 0, 0);
			sg_dma_address(sg) = address;
			sg_dma_len(sg) = length;
			address += length;
			left -= length;
			sg = sg_next(sg);
		}
	}
}

static int make_table(struct export_map *map)
{
	const struct segment_limits limits = limits_of(map->dev);
	int err = sg_alloc_table(&map->table, count_segments(map, &limits),
				 GFP_KERNEL);

	if (!err)
		list_segments(map, &limits);
	return err;
}

static struct export_map *map_new(const struct card_export *export,
				  const struct card_buffer *buffer,
				  struct device *dev,
				  enum dma_data_direction dir)
{
	struct export_map *map;
	int err;

	map = kvzalloc(struct_size(map, pieces, count_pieces(export, buffer)),
		       GFP_KERNEL);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->dev = dev;
	map->dir = dir;
	map->is_own = buffer->region && dev == &export->card->dev;
	err = map_pieces(export, buffer, map);
	if (err)
		goto free_map;
	err = make_table(map);
	if (!err)
		return map;
	unmap_pieces(map);
free_map:
	kvfree(map);
	return ERR_PTR(err);
}

/* For a while. Who makes it so looks for maps after that. */
static bool is_away(const struct card_buffer *buffer)
{
	return READ_ONCE(buffer->card->suspended) && buffer->region;
}

/* The reservation is locked: a revocation comes before this, or finds the map. */
static struct sg_table *export_map_dma_buf(struct dma_buf_attachment *attachment,
					   enum dma_data_direction dir)
{
	struct card_export *export = attachment->dmabuf->priv;
	struct card_buffer *buffer;
	struct export_map *map;
	int err;

	dma_resv_assert_held(attachment->dmabuf->resv);
	buffer = export_get_buffer(export);
	if (!buffer)
		return ERR_PTR(-ENODEV);
	err = is_away(buffer) ? -EAGAIN : buffer->ops->load_pfns(buffer);
	map = err ? ERR_PTR(err) :
		    map_new(export, buffer, attachment->dev, dir);
	card_buffer_put(buffer);
	if (IS_ERR(map))
		return ERR_CAST(map);
	list_add_tail(&map->listed, &export->maps);
	export->count++;
	return &map->table;
}

static void export_unmap_dma_buf(struct dma_buf_attachment *attachment,
				 struct sg_table *table,
				 enum dma_data_direction dir)
{
	struct card_export *export = attachment->dmabuf->priv;
	struct export_map *map = container_of(table, struct export_map, table);

	dma_resv_assert_held(attachment->dmabuf->resv);
	list_del(&map->listed);
	export->count--;
	unmap_pieces(map);
	sg_free_table(&map->table);
	kvfree(map);
}

/* --- the CPU ---------------------------------------------------------------------- */

/* The core has seen that the VMA does not reach beyond the dma-buf. */
static int export_mmap(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct card_export *export = dmabuf->priv;
	struct card_buffer *buffer = export_get_buffer(export);

	if (!buffer)
		return -ENODEV;
	return card_mapping_create_of(buffer, vma,
				      PHYS_PFN(export->offset) + vma->vm_pgoff);
}

/* (called once for all who ask, until the last of them has let go) */
static int export_vmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct card_export *export = dmabuf->priv;
	struct card_device *card = export->card;
	int err = -ENODEV;

	spin_lock_irq(&card->lock);
	if (!card->revoked && export->buffer) {
		iosys_map_set_vaddr(map,
				    export->buffer->cpu_addr + export->offset);
		export->is_vmapped = true;
		err = 0;
	}
	spin_unlock_irq(&card->lock);
	return err;
}

static void export_vunmap(struct dma_buf *dmabuf, struct iosys_map *map)
{
	struct card_export *export = dmabuf->priv;
	struct card_device *card = export->card;

	spin_lock_irq(&card->lock);
	export->is_vmapped = false;
	wake_up_all(&card->vunmapped);
	spin_unlock_irq(&card->lock);
}

/* All of it is coherent. But write-combined stores may be under way when they end. */
static int export_begin_cpu_access(struct dma_buf *dmabuf,
				   enum dma_data_direction dir)
{
	struct card_export *export = dmabuf->priv;

	return card_is_revoked(export->card) ? -ENODEV : 0;
}

static int export_end_cpu_access(struct dma_buf *dmabuf,
				 enum dma_data_direction dir)
{
	struct card_export *export = dmabuf->priv;

	/* before whatever tells the importer to begin */
	wmb();
	return card_is_revoked(export->card) ? -ENODEV : 0;
}

static void export_release(struct dma_buf *dmabuf)
{
	struct card_export *export = dmabuf->priv;

	dma_resv_lock(&export->resv, NULL);
	export->dmabuf = NULL;
	dma_resv_unlock(&export->resv);
	export_let_go(export);
	export_put(export);
}

static const struct dma_buf_ops export_ops = {
	.attach = export_attach,
	.pin = export_pin,
	.unpin = export_unpin,
	.map_dma_buf = export_map_dma_buf,
	.unmap_dma_buf = export_unmap_dma_buf,
	.release = export_release,
	.begin_cpu_access = export_begin_cpu_access,
	.end_cpu_access = export_end_cpu_access,
	.mmap = export_mmap,
	.vmap = export_vmap,
	.vunmap = export_vunmap,
};

/* --- exporting -------------------------------------------------------------------- */

#define EXPORT_FLAGS (O_ACCMODE | O_CLOEXEC)

/* Whole pages; but the last one of a buffer may be the part of a page that it is. */
static int check_part(struct device *dev, const struct card_buffer *buffer,
		      size_t offset, size_t bytes)
{
	if (!bytes || offset > buffer->size || bytes > buffer->size - offset) {
		CALLER_ERRED(dev,
			     "dma-buf of %zu bytes from byte %zu of a buffer: some of its %zu bytes are allowed\n",
			     bytes, offset, buffer->size);
		return -ENXIO;
	}
	if (offset_in_page(offset) ||
	    (offset_in_page(bytes) && bytes != buffer->size - offset)) {
		CALLER_ERRED(dev,
			     "dma-buf of %zu bytes from byte %zu of a buffer of %zu: whole pages, or all up to its end, are allowed\n",
			     bytes, offset, buffer->size);
		return -EINVAL;
	}
	return 0;
}

/* Of whoever is bound, and so may make DMA calls. */
static struct module *driver_module(const struct card_device *card)
{
	const struct device_driver *driver =
		READ_ONCE(card->dev.parent->driver);

	return driver ? driver->owner : NULL;
}

/*
 * Takes over the caller's reference on the buffer, if it succeeds, and what it is charged
 * for.
 */
static struct card_export *export_new(struct card_device *card,
				      struct card_buffer *buffer, size_t offset,
				      size_t bytes)
{
	struct module *owner = driver_module(card);
	struct card_export *export;

	if (!try_module_get(owner))
		return ERR_PTR(-ENODEV);
	export = kzalloc(sizeof(*export), GFP_KERNEL_ACCOUNT);
	if (!export) {
		module_put(owner);
		return ERR_PTR(-ENOMEM);
	}
	card_object_created(CARD_OBJECT_EXPORT);
	get_device(&card->dev);
	kref_init(&export->kref);
	dma_resv_init(&export->resv);
	export->card = card;
	export->owner = owner;
	export->offset = offset;
	export->size = PAGE_ALIGN(bytes);
	export->pid = task_tgid_nr(current);
	INIT_LIST_HEAD(&export->listed);
	INIT_LIST_HEAD(&export->maps);
	export->buffer = buffer;
	trace_dma_card_export(&card->dev, buffer->ops->name, buffer->handle,
			      export->size);
	return export;
}

/* From here on a revocation finds it. */
static int export_list(struct card_export *export)
{
	struct card_device *card = export->card;
	int err = -ENODEV;

	spin_lock_irq(&card->lock);
	if (!card->revoked) {
		list_add_tail(&export->listed, &card->exports);
		card->counters.exported++;
		err = 0;
	}
	spin_unlock_irq(&card->lock);
	return err;
}

static struct dma_buf *make_dma_buf(struct card_export *export, int flags)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;
	int err;

	info.ops = &export_ops;
	info.size = export->size;
	info.flags = flags;
	info.priv = export;
	info.resv = &export->resv;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf)) {
		export_let_go(export);
		export_put(export);
		return dmabuf;
	}
	export->dmabuf = dmabuf;
	err = export_list(export);
	if (!err)
		return dmabuf;
	dma_buf_put(dmabuf);
	return ERR_PTR(err);
}

/**
 * dma_export_coherent() - make a dma-buf of a coherent buffer
 * @dev: the card device that the buffer was allocated for
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @offset: of the first byte to share, into the buffer: whole pages
 * @bytes: how many: whole pages, or all up to the buffer's end
 * @flags: O_RDONLY, O_WRONLY or O_RDWR for who maps its file, and O_CLOEXEC
 *
 * Another device that attaches to it gets addresses of its own of the memory, on the card or in
 * system RAM, in segments within its limits, without pages. It has to attach by
 * dma_buf_dynamic_attach(), with a function that is told when the card is gone and, for
 * memory on the card, with allow_peer2peer. Its file can be mapped, as by
 * dma_map_coherent(). What lies behind the last byte in its page is shared, too.
 *
 * The dma-buf holds the buffer, this module and that of the driver of @dev's parent, until it
 * is released, or dma_revoke_card_memory() takes the buffer from it. dma_free_coherent() is
 * legal meanwhile, and deferred.
 *
 * Context: process context, may sleep; not within dma_revoke_card_memory() for @dev.
 * Return: the dma-buf, to be put by dma_buf_put(); ERR_PTR() of -EOPNOTSUPP where the kernel
 * was built without DMA_SHARED_BUFFER; with a warning, -EINVAL when @dev is no card device,
 * there is no such buffer, a flag is unknown or the part is not of whole pages, and -ENXIO when
 * it is empty or reaches beyond the buffer; -EDQUOT when an ordinary user would have more of
 * the card's buffers than he may, as by dma_map_coherent(); -ENODEV once the card was revoked;
 * -ENOMEM, or an errno of dma_buf_export().
 */
struct dma_buf *dma_export_coherent(struct device *dev, void *cpu_addr,
				    dma_addr_t handle, size_t offset,
				    size_t bytes, int flags)
{
	struct card_device *card = expect_card_device(dev);
	struct card_buffer *buffer;
	struct card_export *export;
	int err;

	if (!card)
		return ERR_PTR(-EINVAL);
	if (flags & ~EXPORT_FLAGS) {
		CALLER_ERRED(dev,
			     "dma-buf with flags %#x: an access mode and O_CLOEXEC are allowed\n",
			     flags);
		return ERR_PTR(-EINVAL);
	}
	if (card_is_revoked(card))
		return ERR_PTR(-ENODEV);
	buffer = card_buffer_get(card, cpu_addr, handle, 0);
	if (!buffer)
		return ERR_PTR(card_is_revoked(card) ? -ENODEV : -EINVAL);
	err = check_part(dev, buffer, offset, bytes);
	if (!err)
		err = card_quota_charge(buffer, &buffer->exports);
	if (err)
		goto put_buffer;
	export = export_new(card, buffer, offset, bytes);
	if (!IS_ERR(export))
		return make_dma_buf(export, flags & O_ACCMODE);
	err = PTR_ERR(export);
	card_quota_uncharge(buffer, &buffer->exports);
put_buffer:
	card_buffer_put(buffer);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(dma_export_coherent);

/**
 * dma_export_coherent_fd() - a file descriptor of a new dma-buf of a coherent buffer
 * @dev: the card device that the buffer was allocated for
 * @cpu_addr: as dma_alloc_coherent() returned it
 * @handle: as dma_alloc_coherent() stored it
 * @offset: of the first byte to share, into the buffer: whole pages
 * @bytes: how many: whole pages, or all up to the buffer's end
 * @flags: O_RDONLY, O_WRONLY or O_RDWR for who maps its file, and O_CLOEXEC
 *
 * What a driver's ioctl returns; dma_export_coherent() says the rest.
 *
 * Context: process context, may sleep.
 * Return: the descriptor, in the calling process; -EMFILE when that has too many, or an errno
 * of dma_export_coherent().
 */
int dma_export_coherent_fd(struct device *dev, void *cpu_addr,
			   dma_addr_t handle, size_t offset, size_t bytes,
			   int flags)
{
	struct dma_buf *dmabuf = dma_export_coherent(dev, cpu_addr, handle,
						     offset, bytes, flags);
	int fd;

	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	fd = dma_buf_fd(dmabuf, flags & O_CLOEXEC);
	if (fd < 0)
		dma_buf_put(dmabuf);
	return fd;
}
EXPORT_SYMBOL_GPL(dma_export_coherent_fd);

/* --- revoking --------------------------------------------------------------------- */

/* All that there are now: those which are added meanwhile are not met. */
static void take_exports(struct card_device *card, struct list_head *exports)
{
	spin_lock_irq(&card->lock);
	list_splice_init(&card->exports, exports);
	spin_unlock_irq(&card->lock);
}

/* The next one, referenced; back in the card's list. */
static struct card_export *next_export(struct card_device *card,
				       struct list_head *exports)
{
	struct card_export *export;

	spin_lock_irq(&card->lock);
	export = list_first_entry_or_null(exports, struct card_export, listed);
	if (export) {
		list_move_tail(&export->listed, &card->exports);
		kref_get(&export->kref);
	}
	spin_unlock_irq(&card->lock);
	return export;
}

/* What is not, is always within reach. */
static bool is_of_card_memory(const struct card_export *export)
{
	struct card_device *card = export->card;
	bool is;

	spin_lock_irq(&card->lock);
	is = export->buffer && export->buffer->region;
	spin_unlock_irq(&card->lock);
	return is;
}

static bool is_vmapped(struct card_export *export)
{
	bool is;

	spin_lock_irq(&export->card->lock);
	is = export->is_vmapped;
	spin_unlock_irq(&export->card->lock);
	return is;
}

/* A part of the kernel that has the address cannot be stopped from using it. */
static void wait_for_vunmap(struct card_export *export)
{
	struct card_device *card = export->card;

	while (!wait_event_timeout(card->vunmapped, !is_vmapped(export),
				   VUNMAP_NOTICE))
		dev_err(&card->dev,
			"revoking waits for who has called dma_buf_vmap() for its dma-buf of %zu bytes\n",
			export->size);
}

static void tell_importers(struct card_export *export)
{
	dma_resv_lock(&export->resv, NULL);
	if (export->dmabuf)
		dma_buf_invalidate_mappings(export->dmabuf);
	dma_resv_unlock(&export->resv);
}

/* Before any of them is waited for: the time that they have is the same for all. */
static void tell_all_importers(struct card_device *card, bool of_card_memory)
{
	struct card_export *export;
	LIST_HEAD(exports);

	take_exports(card, &exports);
	while ((export = next_export(card, &exports))) {
		if (!of_card_memory || is_of_card_memory(export))
			tell_importers(export);
		export_put(export);
	}
}

static void wait_for_fences(struct card_export *export, unsigned long deadline)
{
	long left = max_t(long, deadline - jiffies, 0);

	left = dma_resv_wait_timeout(&export->resv, DMA_RESV_USAGE_BOOKKEEP,
				     false, left);
	if (left <= 0)
		dev_err(&export->card->dev,
			"the importers of its dma-buf of %zu bytes did not come to an end in %u s; it is taken away from them\n",
			export->size, FENCES_TIMEOUT / HZ);
}

static void unmap_left(struct card_export *export)
{
	struct export_map *map;

	dma_resv_lock(&export->resv, NULL);
	list_for_each_entry(map, &export->maps, listed)
		unmap_pieces(map);
	dma_resv_unlock(&export->resv);
}

/*
 * card_exports_revoke() - take the buffers away from all importers
 *
 * None is exported any more, nor mapped.
 *
 * Context: process context, may sleep; card_device.revoked is set.
 */
void card_exports_revoke(struct card_device *card)
{
	const unsigned long deadline = jiffies + FENCES_TIMEOUT;
	struct card_export *export;
	LIST_HEAD(exports);

	tell_all_importers(card, false);
	take_exports(card, &exports);
	while ((export = next_export(card, &exports))) {
		wait_for_fences(export, deadline);
		unmap_left(export);
		wait_for_vunmap(export);
		export_let_go(export);
		export_put(export);
	}
}

/*
 * card_exports_move() - tell importers that card memory is away for a while, or is back
 *
 * While it is away, what they have mapped of it is unmapped. Once it is back, they may have
 * mapped it anew.
 *
 * Context: process context, may sleep, with card_device.revoke_mutex held;
 * card_device.suspended says which.
 */
void card_exports_move(struct card_device *card)
{
	const unsigned long deadline = jiffies + FENCES_TIMEOUT;
	struct card_export *export;
	LIST_HEAD(exports);

	tell_all_importers(card, true);
	if (!READ_ONCE(card->suspended))
		return;
	take_exports(card, &exports);
	while ((export = next_export(card, &exports))) {
		if (is_of_card_memory(export)) {
			wait_for_fences(export, deadline);
			unmap_left(export);
		}
		export_put(export);
	}
}

/* For debugfs: a line per dma-buf. */
void card_exports_show(struct seq_file *seq, struct card_device *card)
{
	const struct card_export *export;

	spin_lock_irq(&card->lock);
	list_for_each_entry(export, &card->exports, listed)
		seq_printf(seq,
			   "memory=%s handle=%pad offset=%zu size=%zu maps=%u vmapped=%d freed=%d pid=%d\n",
			   export->buffer->ops->name, &export->buffer->handle,
			   export->offset, export->size,
			   READ_ONCE(export->count), export->is_vmapped,
			   export->buffer->freed, export->pid);
	spin_unlock_irq(&card->lock);
}

IMPORT_NS_DMA_BUF;
