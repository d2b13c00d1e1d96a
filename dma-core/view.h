/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dma-core: what a process sees of a card. A view is what one mmap() made; it has a
 * mapping for each buffer in it.
 */
#ifndef DMA_CORE_VIEW_H
#define DMA_CORE_VIEW_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/xarray.h>

struct card_device;
struct file;

/**
 * struct card_view - the VMA that one mmap() made, and all that descend from it by
 *	fork(), splitting and moving
 * @kref: the file holds one, a revocation that works on it another
 * @card: the device, referenced
 * @file: which its VMAs map, and whose last reference is the last VMA's. This module
 *	stays loaded as long
 * @outer_file: that mmap() was called for, referenced: the VMAs held it
 * @outer_ops: vm_ops that the driver had set before the first mapping, or NULL
 * @outer_data: vm_private_data that belongs to @outer_ops
 * @vma: that mmap() is about, until anything is done to it; for @mapper in that mmap()
 * @mapper: who called mmap(), to be compared only
 * @mm: of the process that called mmap(), grabbed
 * @pid: of that process, for people
 * @mappings: the buffers in it; none is added once mmap() has returned
 * @page_of_file: number of the page at which the file's page 0 would lie in the
 *	process that called mmap(), modulo 2^64; see view_page()
 * @is_located: whether @page_of_file is known
 * @is_mixed: its buffers have different cache attributes
 * @was_away: a buffer whose memory was away was mapped, and left no entries
 * @is_linked: a revocation saw a VMA of it in the address space, under
 *	card_device.revoke_mutex
 * @is_closed: the last VMA is gone, under card_device.lock
 * @stand_ins: pages in place of the buffers', by view_page(), once the card was revoked
 */
struct card_view {
	struct kref kref;
	struct card_device *card;
	struct file *file;
	struct file *outer_file;
	const struct vm_operations_struct *outer_ops;
	void *outer_data;
	struct vm_area_struct *vma;
	const struct task_struct *mapper;
	struct mm_struct *mm;
	pid_t pid;
	struct list_head mappings;
	unsigned long page_of_file;
	bool is_located;
	bool is_mixed;
	bool was_away;
	bool is_linked;
	bool is_closed;
	struct xarray stand_ins;
};

bool card_view_is_of(const struct file *file);
bool card_view_is_intact(const struct vm_area_struct *vma);
struct card_view *card_view_new(struct card_device *card,
				struct vm_area_struct *vma);
void card_view_install(struct card_view *view, struct vm_area_struct *vma);
void card_view_put(struct card_view *view);

#endif /* DMA_CORE_VIEW_H */
