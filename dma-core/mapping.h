/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dma-core: a mapping, between what VMAs do to it (mapping.c) and its
 * revocation (revoke.c).
 */
#ifndef DMA_CORE_MAPPING_H
#define DMA_CORE_MAPPING_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include <linux/xarray.h>

struct card_buffer;
struct card_device;

/**
 * struct card_mapping - one mmap() of a buffer
 * @kref: its VMAs hold one, a revocation that works on it another
 * @vmas: VMAs that share it
 * @card: the device, referenced
 * @buffer: what is mapped, referenced; NULL once it was revoked. Under
 *	card_device.lock, or card_device.revoke_lock while not revoked
 * @listed: in card_device.mappings or, once a revocation met it, among what that has
 *	met, and then among all that are revoked
 * @revoking: among those that a revocation is about, under card_device.revoke_mutex
 * @space: of the file that its VMAs map, whose inode is referenced
 * @file_page: of that file, the VMAs' first page: see note_file_page()
 * @first_page: of the buffer, that mmap() asked for
 * @pages: that mmap() asked for
 * @mm: of the process that called mmap(), grabbed
 * @pid: of that process, for people
 * @outer_ops: vm_ops that the caller of dma_map_coherent() had set, or NULL
 * @outer_data: vm_private_data that belongs to @outer_ops
 * @stand_ins: pages in place of the buffer's, by number, once it was revoked
 */
struct card_mapping {
	struct kref kref;
	refcount_t vmas;
	struct card_device *card;
	struct card_buffer *buffer;
	struct list_head listed;
	struct list_head revoking;
	struct address_space *space;
	unsigned long file_page;
	unsigned long first_page;
	unsigned long pages;
	struct mm_struct *mm;
	pid_t pid;
	const struct vm_operations_struct *outer_ops;
	void *outer_data;
	struct xarray stand_ins;
};

/* mapping.c */
struct card_buffer *card_mapping_take_buffer(struct card_mapping *mapping);
void card_mapping_put(struct card_mapping *mapping);
void card_mappings_locate(struct mm_struct *mm);

/* revoke.c */
vm_fault_t card_stand_in_fault(struct card_mapping *mapping,
			       struct vm_fault *vmf, unsigned long page);
int card_stand_in_access(struct card_mapping *mapping, unsigned long page,
			 unsigned int offset, void *bytes, int length,
			 bool write);
void card_stand_ins_free(struct card_mapping *mapping);
void card_mapping_unlist(struct card_mapping *mapping);

#endif /* DMA_CORE_MAPPING_H */
