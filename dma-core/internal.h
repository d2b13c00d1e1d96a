/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside dma-core: region, buffer, mapping, and who holds whom.
 *
 *	view: mapping --> buffer --> region --> card device --> parent
 *
 * Each arrow is a reference; the object on the right outlives the one on the
 * left. A view, which holds the mappings of one mmap(), refers to the card device itself:
 * once that was revoked, the mappings have no buffer any more, and the device is an empty
 * shell. The owner's dma_alloc_coherent() is one more
 * reference on the buffer, the declaration one more on the region,
 * dma_create_card_device() one more on the device.
 */
#ifndef DMA_CORE_INTERNAL_H
#define DMA_CORE_INTERNAL_H

#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include <dma-core/card-memory.h>
#include "card-pages.h"
#include "window.h"

struct inode;
struct seq_file;

/*
 * Rule 8: a caller's mistake is a warning with a trace, once, and an errno, and
 * a line that names it every time.
 */
#define CALLER_ERRED(dev, ...)                                \
	do {                                                  \
		static bool warned;                           \
		card_caller_erred(dev, &warned, __VA_ARGS__); \
	} while (0)

__printf(3, 4) void card_caller_erred(struct device *dev, bool *warned,
				      const char *format, ...);

/**
 * struct card_counters - what happened on a card device since its creation
 * @allocated: buffers handed out
 * @freed: buffers whose memory went back
 * @deferred: buffers their owner freed while they were mapped, or exported
 * @exhausted: requests that card memory could not serve
 * @fallen_back: of those, requests served from system RAM as the owner allowed
 * @mapped: user mappings made
 * @unmapped: user mappings that let go of their buffer
 * @revoked: of those, mappings that were taken away
 * @exported: dma-bufs made
 * @reclaimed: buffers their owner had not freed when the revoked card was destroyed
 * @lists: scatterlists mapped
 * @entries: their entries
 * @segments: what these became
 * @longest_run: the most entries that became one segment, where they were joined here
 */
struct card_counters {
	u64 allocated;
	u64 freed;
	u64 deferred;
	u64 exhausted;
	u64 fallen_back;
	u64 mapped;
	u64 unmapped;
	u64 revoked;
	u64 exported;
	u64 reclaimed;
	u64 lists;
	u64 entries;
	u64 segments;
	u64 longest_run;
};

/**
 * struct card_span - addresses that some ranges lie between
 * @first: of the lowest one; above @last while there is none
 * @last: of the highest one
 */
struct card_span {
	u64 first;
	u64 last;
};

/**
 * struct card_device - a device whose DMA API serves card memory
 * @dev: what drivers hold
 * @choice: of the last dma_negotiate_mask(), under @lock; all 0 before
 * @declared: memory was declared once; system RAM is no longer a matter of course
 * @lock: guards @revoked, @allocating, @regions, @buffers, @owned, @mappings, @exports,
 *	@counters and the lists' members
 * @revoke_lock: held for reading while pages are put into user space, and for writing
 *	to set @revoked and @suspended
 * @revoke_mutex: held by who revokes, suspends or resumes
 * @awaits_mmap: he waits for an mmap() that is under way
 * @revoked: the card is gone; nothing is allocated or mapped any more
 * @suspended: no user reaches card memory, until it is resumed
 * @resumed: woken when it is no more, or @revoked
 * @allocating: allocations on their way that have seen @revoked unset
 * @idle: woken when there is nothing allocating and no buffer, once @revoked
 * @regions: declared memory, in order of declaration
 * @phys_span: from the first to the last byte of it, for the CPU; read without @lock
 * @handle_span: the same for the card, of what has one address space with the bus
 * @buffers: every buffer whose memory is not given back yet
 * @mappings: every user mapping that no revocation has met
 * @exports: every dma-buf that no revocation has met
 * @vunmapped: woken when the kernel's use of a dma-buf has ended
 * @owned: buffers not yet freed by their owner, by their CPU address
 * @counters: what debugfs shows
 * @limited: allocations of the parent's that are to lie below @limit, under @lock
 * @limit: for the parent's coherent mask, meanwhile; otherwise U64_MAX
 * @alike: what the parent's platform is asked about masks for; nothing else
 * @debugfs: this device's folder
 * @space: its address space is that of all user mappings
 */
struct card_device {
	struct device dev;
	struct dma_mask_choice choice;
	bool declared;
	spinlock_t lock; /* the lists, and what is counted */
	struct rw_semaphore revoke_lock;
	struct mutex revoke_mutex; /* one revocation at a time */
	bool awaits_mmap;
	bool revoked;
	bool suspended;
	wait_queue_head_t resumed;
	unsigned int allocating;
	wait_queue_head_t idle;
	struct list_head regions;
	struct card_span phys_span;
	struct card_span handle_span;
	struct list_head buffers;
	struct list_head mappings;
	struct list_head exports;
	wait_queue_head_t vunmapped;
	struct rb_root owned;
	struct card_counters counters;
	unsigned int limited;
	u64 limit;
	struct device alike;
	struct dentry *debugfs;
	struct inode *space;
};

/**
 * struct card_region - memory on a card
 * @kref: the declaration and each buffer
 * @card: the device it was declared for
 * @on_card: in card_device.regions while declared
 * @on_machine: among all regions, for the overlap check
 * @window: where the CPU and the card see it; the only translation between the two
 * @cpu_addr: the kernel's mapping of it
 * @flags: DMA_CARD_MEMORY_*
 * @attribute: of the kernel's mapping, as it is, for people
 * @asked: protection that was asked for a user mapping of it, the last one
 * @given: what its entries have: the architecture may make another attribute of that, the
 *	same for all of the memory; both under card_device.lock
 * @pages: which pages are free, under card_device.lock
 * @metadata: what @pages keeps its books in
 */
struct card_region {
	struct kref kref;
	struct card_device *card;
	struct list_head on_card;
	struct list_head on_machine;
	struct card_window window;
	void *cpu_addr;
	unsigned int flags;
	const char *attribute;
	pgprot_t asked;
	pgprot_t given;
	struct card_pages pages;
	void *metadata;
};

struct card_buffer;

/**
 * struct card_buffer_ops - where a buffer's memory comes from
 * @name: for debugfs and trace events
 * @give_back: return the memory; the last thing that happens to a buffer
 * @load_pfns: make @pfn work; may sleep
 * @pfn: the page frame that holds byte @offset
 * @get_sgtable: fill in a table of the first @size bytes, as the card sees them
 * @has_pages: whether a struct page that may be used stands behind the memory
 * @pgprot: what gives a mapping the kernel mapping's attribute
 */
struct card_buffer_ops {
	const char *name;
	void (*give_back)(struct card_buffer *buffer);
	int (*load_pfns)(struct card_buffer *buffer);
	unsigned long (*pfn)(const struct card_buffer *buffer, size_t offset);
	int (*get_sgtable)(struct card_buffer *buffer, struct sg_table *table,
			   size_t size);
	bool (*has_pages)(const struct card_buffer *buffer);
	pgprot_t (*pgprot)(const struct card_buffer *buffer, pgprot_t prot);
};

/**
 * struct card_buffer - one allocation
 * @kref: the owner, each mapping and each dma-buf
 * @card: the device it was allocated for, referenced
 * @ops: card memory or system RAM
 * @on_card: in card_device.buffers
 * @owned: in card_device.owned, until it is @freed
 * @cpu_addr: the kernel's address
 * @handle: the card's address
 * @size: bytes asked for
 * @attribute: of the kernel's mapping, as it is, for people
 * @mappings: how many user mappings hold it, or are being made, under card_device.lock
 * @exports: how many dma-bufs do, likewise
 * @user: who mapped or exported it first, while there are @mappings or @exports
 * @freed: the owner freed it, under card_device.lock
 * @region: card memory only
 * @attrs: system RAM only, as allocated
 * @pages: system RAM only, its page frames once @ops->load_pfns was called; where it
 *	is scattered, its segments
 * @frames: its page frames one by one, where it is scattered, or lies in several segments
 *	once @ops->load_pfns was called; system RAM only
 */
struct card_buffer {
	struct kref kref;
	struct card_device *card;
	const struct card_buffer_ops *ops;
	struct list_head on_card;
	struct rb_node owned;
	void *cpu_addr;
	dma_addr_t handle;
	size_t size;
	const char *attribute;
	unsigned int mappings;
	unsigned int exports;
	kuid_t user;
	bool freed;
	struct card_region *region;
	unsigned long attrs;
	struct sg_table pages;
	struct page **frames;
};

/* What is counted over all card devices, also of those that are gone. */
enum card_object {
	CARD_OBJECT_DEVICE,
	CARD_OBJECT_REGION,
	CARD_OBJECT_BUFFER,
	CARD_OBJECT_MAPPING,
	CARD_OBJECT_STAND_IN,
	CARD_OBJECT_EXPORT,
	CARD_OBJECTS,
};

/* debugfs.c */
void card_object_created(enum card_object kind);
void card_object_destroyed(enum card_object kind, unsigned long count);

/* device.c */
struct card_device *to_card_device(struct device *dev);
struct card_device *expect_card_device(struct device *dev);
bool card_is_revoked(const struct card_device *card);
struct device *card_allocating_parent(struct card_device *card);
void card_allocating_below(struct card_device *card, u64 limit);
void card_allocated_below(struct card_device *card);
bool card_is_system_ram(struct device *dev, phys_addr_t phys_addr, size_t size);

/* negotiate.c */
bool card_is_device_translated(struct device *dev);
bool card_is_translated(const struct card_device *card);

/* sg.c */
int card_map_sg(struct device *dev, struct scatterlist *list, int entries,
		enum dma_data_direction dir, unsigned long attrs);
void card_unmap_sg(struct device *dev, struct scatterlist *list, int entries,
		   enum dma_data_direction dir, unsigned long attrs);
void card_sync_sg_for_cpu(struct device *dev, struct scatterlist *list,
			  int entries, enum dma_data_direction dir);
void card_sync_sg_for_device(struct device *dev, struct scatterlist *list,
			     int entries, enum dma_data_direction dir);

/* region.c */
u64 region_free_bytes(const struct card_region *region);
u64 region_longest_bytes(struct card_region *region);
void card_spans_reset(struct card_device *card);
bool card_regions_may_have(const struct card_device *card, u64 first, u64 last);
bool card_has_one_address_space(const struct card_device *card);
u64 card_regions_mask(struct card_device *card);
int card_regions_to_device(struct card_device *card, phys_addr_t phys_addr,
			   size_t size, dma_addr_t *device_addr);
bool card_regions_hold_device(struct card_device *card, dma_addr_t device_addr,
			      size_t size);
bool card_handle_is_clear(struct card_device *card, dma_addr_t handle,
			  size_t size);
u64 card_limit_below(struct card_device *card, dma_addr_t handle, size_t size);
bool card_allows_system(struct card_device *card);
int card_region_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp);

/* system.c */
int card_system_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs);

/* buffer.c */
typedef int (*card_buffer_take)(struct card_device *card,
				struct card_buffer *buffer, gfp_t gfp,
				unsigned long attrs);
int card_memory_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs);
void *card_buffer_alloc(struct card_device *card, size_t size,
			dma_addr_t *handle, gfp_t gfp, unsigned long attrs,
			card_buffer_take take);
void card_buffer_free(struct card_device *card, size_t size, void *cpu_addr,
		      dma_addr_t handle);
struct card_buffer *card_buffer_get(struct card_device *card, void *cpu_addr,
				    dma_addr_t handle, size_t size);
void card_buffer_put(struct card_buffer *buffer);
void card_buffers_reclaim(struct card_device *card);

/* quota.c */
/* To who asks for it; where that is too much for him, nobody is killed for it. */
#define GFP_CHARGED (__GFP_ACCOUNT | __GFP_RETRY_MAYFAIL)

int card_quota_charge(struct card_buffer *buffer, unsigned int *uses);
void card_quota_uncharge(struct card_buffer *buffer, unsigned int *uses);

/* mapping.c */
int card_mapping_create(struct card_device *card, struct vm_area_struct *vma,
			void *cpu_addr, dma_addr_t handle, size_t size);
int card_mapping_create_of(struct card_buffer *buffer,
			   struct vm_area_struct *vma,
			   unsigned long first_page);
void card_mappings_show(struct seq_file *seq, struct card_device *card);

/* export.c */
#if IS_ENABLED(CONFIG_DMA_SHARED_BUFFER)
void card_exports_revoke(struct card_device *card);
void card_exports_move(struct card_device *card);
void card_exports_show(struct seq_file *seq, struct card_device *card);
#else
static inline void card_exports_revoke(struct card_device *card)
{
}

static inline void card_exports_move(struct card_device *card)
{
}

static inline void card_exports_show(struct seq_file *seq,
				     struct card_device *card)
{
}
#endif

/* revoke.c */
void card_revoked_show(struct seq_file *seq);

/* debugfs.c */
void card_debugfs_init(void);
void card_debugfs_exit(void);
void card_debugfs_add(struct card_device *card);
void card_debugfs_remove(struct card_device *card);

#endif /* DMA_CORE_INTERNAL_H */
