/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_MAPPING_H
#define DMA_CORE_MAPPING_H

#include <linux/list.h>
#include <linux/mm_types.h>

struct card_buffer;
struct card_device;
struct card_view;
struct seq_file;

/**
 * struct card_mapping - a buffer, or a part of it, in a view
 * @view: which it is in
 * @in_view: in card_view.mappings
 * @buffer: what is mapped, referenced; NULL once it was revoked. Under
 *	card_device.lock, or card_device.revoke_lock while not revoked
 * @listed: in card_device.mappings or, once a revocation met it, among what that has
 *	met, and then among all that are revoked
 * @revoking: among those that a revocation is about, under card_device.revoke_mutex
 * @page: number of the first page of it in the process that called mmap(), as
 *	view_page() tells
 * @first_page: of the buffer, that lies there
 * @pages: how many
 * @attribute: of its first page, as it stands in the page table, for people
 */
struct card_mapping {
	struct card_view *view;
	struct list_head in_view;
	struct card_buffer *buffer;
	struct list_head listed;
	struct list_head revoking;
	unsigned long page;
	unsigned long first_page;
	unsigned long pages;
	const char *attribute;
};

struct card_mapping *card_mapping_new(struct card_buffer *buffer);
int card_mapping_fill(struct card_mapping *mapping, struct vm_area_struct *vma);
struct card_buffer *card_mapping_take_buffer(struct card_mapping *mapping);
void card_mapping_free(struct card_mapping *mapping);
bool card_mapping_is_away(const struct card_mapping *mapping);
vm_fault_t card_mapping_insert_page(const struct card_mapping *mapping,
				    struct vm_area_struct *vma,
				    unsigned long address, unsigned long page);
void card_mapping_list_revoked(struct card_mapping *mapping);
void card_mapping_unlist(struct card_mapping *mapping);
void card_mappings_show(struct seq_file *seq, struct card_device *card);
void card_revoked_show(struct seq_file *seq);

#endif /* DMA_CORE_MAPPING_H */
