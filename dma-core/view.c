// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views: what one mmap() made of a card's memory in a process, and all VMAs that
 * descend from it by fork(), splitting and moving.
 *
 * A view has a file of its own, in the card's address space (space.c), which takes the place
 * of the driver's in the VMA. Each VMA holds that file, whatever a driver does to it after
 * the call: when the last one is gone, the file is released, and the view lets go of
 * its buffers. As the VMAs would have, it holds the driver's file so long.
 *
 * A driver's subsystem may have set vm_ops and vm_private_data before it called
 * us (ALSA counts its mappings that way); its open and close are called through.
 * Not for a child's copy, though: that must not keep the parent from freeing its buffer
 * for as long as the child lives, and needs not, since the buffer outlives its owner's
 * free.
 */
#include <linux/anon_inodes.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "buffer.h"
#include "card-device.h"
#include "compat.h"
#include "mapping.h"
#include "stand-in.h"
#include "trace.h"
#include "view.h"

static const struct vm_operations_struct view_vm_ops;

static void view_free(struct kref *kref)
{
	struct card_view *view = container_of(kref, struct card_view, kref);
	struct card_mapping *mapping, *next;

	list_for_each_entry_safe(mapping, next, &view->mappings, in_view)
		card_mapping_free(mapping);
	card_stand_ins_free(&view->stand_ins);
	mmdrop(view->mm);
	put_device(&view->card->dev);
	kfree(view);
}

void card_view_put(struct card_view *view)
{
	kref_put(&view->kref, view_free);
}

static void close_mapping(struct card_mapping *mapping)
{
	struct card_device *card = mapping->view->card;
	struct card_buffer *buffer = card_mapping_take_buffer(mapping);

	spin_lock_irq(&card->lock);
	card_mapping_unlist(mapping);
	spin_unlock_irq(&card->lock);
	if (!buffer)
		return;
	trace_dma_card_unmap(&card->dev, buffer->ops->name, buffer->handle,
			     buffer->size);
	card_buffer_put(buffer);
}

/* The last VMA is gone, and its entries before it. */
static int view_release(struct inode *inode, struct file *file)
{
	struct card_view *view = file->private_data;
	struct card_mapping *mapping;

	spin_lock_irq(&view->card->lock);
	view->is_closed = true;
	spin_unlock_irq(&view->card->lock);
	list_for_each_entry(mapping, &view->mappings, in_view)
		close_mapping(mapping);
	fput(view->outer_file);
	card_view_put(view);
	return 0;
}

/* (no mmap: remap_file_pages() is refused) */
static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.release = view_release,
};

/* card_view_is_of() - whether @file is that of a view */
bool card_view_is_of(const struct file *file)
{
	return file->f_op == &view_fops;
}

/* card_view_is_intact() - whether the VMA of a view still has its operations */
bool card_view_is_intact(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &view_vm_ops;
}

/* (vm_private_data may be the driver's: nothing keeps him from setting it) */
static struct card_view *view_of(const struct vm_area_struct *vma)
{
	return vma->vm_file->private_data;
}

/* A page of the VMA, by where it lay in the process that called mmap(). */
static void locate(struct card_view *view, const struct vm_area_struct *vma)
{
	/* who sees that it is located sees where */
	if (smp_load_acquire(&view->is_located))
		return;
	view->page_of_file = PHYS_PFN(vma->vm_start) - vma->vm_pgoff;
	/* (faults that meet here write the same) */
	smp_store_release(&view->is_located, true);
}

/*
 * The number of a page of the VMA, which stays the same in whatever VMA it comes to lie:
 * cutting, copying and moving keep the page of the file. Before any of that has happened it
 * is seen which page of the file lies where. (Not by the call that maps: drivers narrow
 * and move the VMA around that, and change vm_pgoff after it.)
 */
static unsigned long view_page(struct card_view *view,
			       const struct vm_area_struct *vma,
			       unsigned long page_of_vma)
{
	locate(view, vma);
	return view->page_of_file + vma->vm_pgoff + page_of_vma;
}

/* The mapping that a page belongs to, or NULL. */
static struct card_mapping *find_mapping(struct card_view *view,
					 unsigned long page)
{
	struct card_mapping *mapping;

	list_for_each_entry(mapping, &view->mappings, in_view)
		if (page - mapping->page < mapping->pages)
			return mapping;
	return NULL;
}

/*
 * The driver's own open or close finds its own file and vm_private_data in the VMA. What an
 * open puts there is of this VMA, and stays.
 */
static void call_outer(struct vm_area_struct *vma, struct card_view *view,
		       void (*call)(struct vm_area_struct *vma))
{
	void *const data = vma->vm_private_data;
	void *outer_data;

	if (!call || vma->vm_mm != view->mm)
		return;
	vma->vm_file = view->outer_file;
	if (data == view)
		vma->vm_private_data = view->outer_data;
	outer_data = vma->vm_private_data;
	call(vma);
	if (vma->vm_private_data == outer_data)
		vma->vm_private_data = data;
	vma->vm_file = view->file;
}

/*
 * A VMA that comes of moving is opened elsewhere than where its pages lay; the old one is
 * still there. One of a child lies where its parent's does.
 */
static const struct vm_area_struct *unmoved(struct card_view *view,
					    struct vm_area_struct *vma)
{
	const struct card_mapping *mapping;
	struct vm_area_struct *old;

	if (vma->vm_mm != view->mm)
		return vma;
	mapping =
		list_first_entry(&view->mappings, struct card_mapping, in_view);
	old = find_vma(view->mm, PFN_PHYS(mapping->page));
	return old && old->vm_file == view->file ? old : vma;
}

static void view_open(struct vm_area_struct *vma)
{
	struct card_view *view = view_of(vma);

	view->vma = NULL;
	if (!view->is_located)
		locate(view, unmoved(view, vma));
	if (view->outer_ops)
		call_outer(vma, view, view->outer_ops->open);
}

static int view_may_split(struct vm_area_struct *vma, unsigned long address)
{
	struct card_view *view = view_of(vma);

	view->vma = NULL;
	locate(view, vma);
	return 0;
}

static void view_close(struct vm_area_struct *vma)
{
	struct card_view *view = view_of(vma);

	view->vma = NULL;
	if (view->outer_ops)
		call_outer(vma, view, view->outer_ops->close);
}

/*
 * Entries get their cache attribute from vm_page_prot where the architecture makes them anew
 * (arm64), which is that of the buffer that was mapped last, and not that of a stand-in.
 * They come back by faults.
 */
static int view_mprotect(struct vm_area_struct *vma, unsigned long start,
			 unsigned long end, unsigned long flags)
{
	struct card_view *view = view_of(vma);

	if (view->is_mixed || card_is_revoked(view->card))
		zap_special_vma_range(vma, start, end - start);
	return 0;
}

static bool is_suspended(const struct card_device *card)
{
	return READ_ONCE(card->suspended) && !card_is_revoked(card);
}

/*
 * Who touches memory that is away waits until it is back, with no lock held, or until there
 * is a signal for him; then he touches it once more.
 */
static vm_fault_t wait_until_back(struct vm_fault *vmf,
				  struct card_device *card)
{
	struct file *file;

	if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY))
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	/* It holds the card and this module: the VMA may go meanwhile. */
	file = get_file(vmf->vma->vm_file);
	release_fault_lock(vmf);
	/* (the kernel's own touch would be made again at once, whatever signal there is) */
	if (vmf->flags & FAULT_FLAG_INTERRUPTIBLE &&
	    vmf->flags & FAULT_FLAG_USER)
		wait_event_interruptible(card->resumed, !is_suspended(card));
	else
		wait_event_killable(card->resumed, !is_suspended(card));
	fput(file);
	return VM_FAULT_RETRY;
}

/* How many pages come back with the one that was touched. */
#define PAGES_AT_A_TIME 512

static vm_fault_t put_back(const struct card_mapping *mapping,
			   struct vm_fault *vmf, unsigned long page)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long address = vmf->address & PAGE_MASK;
	vm_fault_t fault =
		card_mapping_insert_page(mapping, vma, address, page);
	unsigned long pages = min3(mapping->pages - page,
				   PHYS_PFN(vma->vm_end - address),
				   (unsigned long)PAGES_AT_A_TIME);

	/* Those that are there already stay as they are. */
	while (fault == VM_FAULT_NOPAGE && --pages) {
		address += PAGE_SIZE;
		fault = card_mapping_insert_page(mapping, vma, address, ++page);
	}
	return fault;
}

/* Not for a live mapping, which is complete, if its memory never was away. */
static vm_fault_t view_fault(struct vm_fault *vmf)
{
	struct card_view *view = view_of(vmf->vma);
	unsigned long page =
		view_page(view, vmf->vma, vmf->pgoff - vmf->vma->vm_pgoff);
	struct card_mapping *mapping = find_mapping(view, page);
	struct card_device *card = view->card;
	vm_fault_t fault = 0;
	bool is_away = false;

	if (!mapping)
		return VM_FAULT_SIGBUS;
	down_read(&card->revoke_lock);
	if (card->revoked)
		fault = card_stand_in_fault(&view->stand_ins, vmf, page);
	else if (card_mapping_is_away(mapping))
		is_away = true;
	else
		fault = put_back(mapping, vmf, page - mapping->page);
	up_read(&card->revoke_lock);
	return is_away ? wait_until_back(vmf, card) : fault;
}

/* Through the kernel's mapping of the same bytes. */
static int buffer_access(const struct card_buffer *buffer, size_t offset,
			 void *bytes, int length, bool write)
{
	void *memory = buffer->cpu_addr + offset;

	if (write)
		memcpy(memory, bytes, length);
	else
		memcpy(bytes, memory, length);
	return length;
}

/* ptrace and /proc/pid/mem; a page at a time, as they ask for it */
static int view_access(struct vm_area_struct *vma, unsigned long address,
		       void *bytes, int length, int write)
{
	struct card_view *view = view_of(vma);
	unsigned int offset = offset_in_page(address);
	unsigned long page =
		view_page(view, vma, PHYS_PFN(address - vma->vm_start));
	struct card_mapping *mapping = find_mapping(view, page);
	struct card_device *card = view->card;
	size_t into_buffer;

	if (!(vma->vm_flags & (write ? VM_WRITE : VM_READ)))
		return -EACCES;
	if (!mapping)
		return -EFAULT;
	length = min_t(int, length, PAGE_SIZE - offset);
	into_buffer = PFN_PHYS(mapping->first_page + page - mapping->page);
	down_read(&card->revoke_lock);
	if (card->revoked)
		length = card_stand_in_access(&view->stand_ins, page, offset,
					      bytes, length, write);
	else if (card_mapping_is_away(mapping))
		length = -EAGAIN;
	else
		length = buffer_access(mapping->buffer, into_buffer + offset,
				       bytes, length, write);
	up_read(&card->revoke_lock);
	return length;
}

static const struct vm_operations_struct view_vm_ops = {
	.open = view_open,
	.may_split = view_may_split,
	.close = view_close,
	.mprotect = view_mprotect,
	.fault = view_fault,
	.access = view_access,
};

/* "[dma-core:%pD]", which would take longer than a page's mapping. */
static void name_view(char *name, size_t size, const struct file *outer)
{
	static const char begin[] = "[dma-core:";
	struct name_snapshot of_outer;
	size_t length;

	take_dentry_name_snapshot(&of_outer, outer->f_path.dentry);
	length = min_t(size_t, of_outer.name.len, size - sizeof(begin) - 1);
	memcpy(name, begin, sizeof(begin) - 1);
	name += sizeof(begin) - 1;
	memcpy(name, of_outer.name.name, length);
	memcpy(name + length, "]", sizeof("]"));
	release_dentry_name_snapshot(&of_outer);
}

/* The name that /proc/PID/maps shows tells whose file it was. */
static struct file *view_file(struct card_view *view, const struct file *outer)
{
	struct file *file;
	char name[64];

	name_view(name, sizeof(name), outer);
	file = anon_inode_getfile(name, &view_fops, view, O_RDWR);
	if (!IS_ERR(file))
		file->f_mapping = view->card->space->i_mapping;
	return file;
}

/*
 * card_view_new() - a view for the VMA that an mmap() is about
 *
 * The VMA is as it was until card_view_install(). Who does not come so far puts the
 * file.
 *
 * Context: process context with the mmap lock held for writing, may sleep.
 * Return: the view, or ERR_PTR() of -ENOMEM, or -ENFILE as for any open file.
 */
struct card_view *card_view_new(struct card_device *card,
				struct vm_area_struct *vma)
{
	struct card_view *view = kzalloc(sizeof(*view), GFP_KERNEL_ACCOUNT);
	struct file *file;

	if (!view)
		return ERR_PTR(-ENOMEM);
	kref_init(&view->kref);
	INIT_LIST_HEAD(&view->mappings);
	xa_init_flags(&view->stand_ins, XA_FLAGS_ACCOUNT);
	view->card = card;
	view->pid = task_tgid_nr(current);
	file = view_file(view, vma->vm_file);
	if (IS_ERR(file)) {
		kfree(view);
		return ERR_CAST(file);
	}
	view->file = file;
	view->outer_file = get_file(vma->vm_file);
	view->outer_ops = vma->vm_ops;
	view->outer_data = vma->vm_private_data;
	view->mm = vma->vm_mm;
	mmgrab(view->mm);
	get_device(&card->dev);
	return view;
}

/* card_view_install() - make a VMA the view's, which holds its file from now on */
void card_view_install(struct card_view *view, struct vm_area_struct *vma)
{
	vma_set_file(vma, view->file);
	fput(view->file);
	view->vma = vma;
	view->mapper = current;
	vma->vm_private_data = view;
	vma->vm_ops = &view_vm_ops;
}
