/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameters of the module, checked.
 */
#ifndef SND_ONCARD_PARAMS_H
#define SND_ONCARD_PARAMS_H

#include <linux/sizes.h>
#include <linux/types.h>

/* A list page and one small buffer in each direction. */
#define ONCARD_MEMORY_MIN SZ_128K

/* A stream's buffer: what a client gets that asks for all; and what buffer_max= allows. */
#define ONCARD_BUFFER_DEFAULT SZ_1M
#define ONCARD_BUFFER_MIN     SZ_64K
#define ONCARD_BUFFER_MAX     SZ_256M

/* An open file's buffer on the card. */
#define ONCARD_COPY_SIZE     SZ_1M
#define ONCARD_COPY_SIZE_MAX SZ_1G

/* How user space gets at a buffer. */
enum oncard_mmap {
	ONCARD_MMAP_COHERENT, /* dma_map_coherent() in mmap() */
	ONCARD_MMAP_NOPAGE, /* a page per fault, the way of 2004 */
};

/* Where buffers lie. */
enum oncard_buffers {
	ONCARD_BUFFERS_CARD,
	ONCARD_BUFFERS_SYSTEM, /* in one piece */
	ONCARD_BUFFERS_SCATTERED, /* in system RAM, in as few pieces as there are */
};

/**
 * struct oncard_params - the module's parameters, checked
 * @mmap: how user space gets at a buffer
 * @buffers: where buffers lie
 * @phys_addr: of a range kept from the kernel, with @has_range
 * @has_range: use the range instead of a PCI card
 * @size: bytes of the range, or of simulated memory; 0: not given
 * @card_addr: at which a card sees its memory
 * @address_bits: address lines of a card
 * @copy_size: bytes of the buffer that an open file has
 * @buffer_max: bytes that a stream's buffer has at most; 0: not given
 */
struct oncard_params {
	enum oncard_mmap mmap;
	enum oncard_buffers buffers;
	phys_addr_t phys_addr;
	bool has_range;
	size_t size;
	u64 card_addr;
	unsigned int address_bits;
	size_t copy_size;
	size_t buffer_max;
};

extern struct oncard_params oncard_params;
extern unsigned long oncard_max_alloc_per_card;

/*
 * Whether buffers are in pieces, with a descriptor for each. A fault handler needs pages
 * that have a count each: those of dma_alloc_scattered() have, those of
 * dma_alloc_coherent() need not (since 6.2 it takes no __GFP_COMP).
 */
static inline bool oncard_is_scattered(void)
{
	return oncard_params.buffers == ONCARD_BUFFERS_SCATTERED ||
	       (oncard_params.buffers == ONCARD_BUFFERS_SYSTEM &&
		oncard_params.mmap == ONCARD_MMAP_NOPAGE);
}

static inline size_t oncard_buffer_max(void)
{
	return oncard_params.buffer_max ?: ONCARD_BUFFER_DEFAULT;
}

#endif /* SND_ONCARD_PARAMS_H */
