/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/lifetime: what the module lifetime-node and its clients agree on.
 *
 * The node owns buffers in slots. It writes a pattern that is the owner's (a number
 * that each allocation has for itself) into the first half of each page; clients may
 * write words into the second half, with the owner's number in them. What is in a
 * page of another owner's is a violation, and so is what changes in memory that
 * nobody owns.
 *
 * mmap() of page P of slot S: at the offset of page S * LIFETIME_SLOT_PAGES + P.
 */
#ifndef LIFETIME_NODE_H
#define LIFETIME_NODE_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LIFETIME_SLOTS      32
#define LIFETIME_SLOT_PAGES 256 /* of which a buffer may be */
#define LIFETIME_NAME_BYTES 48

#define LIFETIME_WORDS 512 /* in a page of 4096 bytes */
#define LIFETIME_HALF  (LIFETIME_WORDS / 2)

/* The owner's pattern: magic, owner, page of the buffer, word of the page. */
#define LIFETIME_PATTERN 0xc3ULL

/* A client's word: magic, owner, what the client likes. */
#define LIFETIME_WORD 0x5aULL

#define LIFETIME_OWNER_MAX 0xffffff

static inline __u64 lifetime_pattern(__u32 owner, __u32 page, __u32 word)
{
	return LIFETIME_PATTERN << 56 | (__u64)owner << 32 | page << 16 | word;
}

static inline __u64 lifetime_word(__u32 owner, __u32 client)
{
	return LIFETIME_WORD << 56 | (__u64)owner << 32 | client;
}

static inline __u32 lifetime_owner(__u64 word)
{
	return word >> 32 & LIFETIME_OWNER_MAX;
}

/**
 * struct lifetime_slot - what to do where
 * @slot: below LIFETIME_SLOTS
 * @pages: of the buffer to allocate; 1 to LIFETIME_SLOT_PAGES
 */
struct lifetime_slot {
	__u32 slot;
	__u32 pages;
};

/**
 * struct lifetime_revoked - what a revocation found
 * @last_owner: the highest number of an owner whose buffer is gone
 * @unused: 0
 * @revoke_ns: how long dma_revoke_card_memory() took
 * @destroy_ns: how long dma_destroy_card_device() took
 */
struct lifetime_revoked {
	__u32 last_owner;
	__u32 unused;
	__u64 revoke_ns;
	__u64 destroy_ns;
};

/**
 * struct lifetime_counters - since the module was loaded
 * @allocated: buffers
 * @freed: of these, by clients
 * @abandoned: of these, by revocations
 * @mapped: successful calls of mmap()
 * @revoked: revocations
 * @checks: buffers looked at
 * @violations: words that were not as their owner had left them
 * @device: the card device's name, in dma-core's debugfs
 */
struct lifetime_counters {
	__u64 allocated;
	__u64 freed;
	__u64 abandoned;
	__u64 mapped;
	__u64 revoked;
	__u64 checks;
	__u64 violations;
	char device[LIFETIME_NAME_BYTES];
};

/*
 * LIFETIME_ALLOC: -EEXIST where there is a buffer, -ENOMEM, -ENODEV while the card
 *	is being replaced
 * LIFETIME_FREE, LIFETIME_CHECK: -ENOENT where there is none, -ENODEV
 * LIFETIME_REVOKE: the card goes, with all its buffers, and another one comes, with
 *	the same memory
 */
#define LIFETIME_ALLOC  _IOW('L', 1, struct lifetime_slot)
#define LIFETIME_FREE   _IOW('L', 2, struct lifetime_slot)
#define LIFETIME_CHECK  _IOW('L', 3, struct lifetime_slot)
#define LIFETIME_REVOKE _IOR('L', 4, struct lifetime_revoked)
#define LIFETIME_QUERY  _IOR('L', 5, struct lifetime_counters)

#endif /* LIFETIME_NODE_H */
