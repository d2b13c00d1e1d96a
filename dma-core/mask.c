// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which DMA mask to take.
 *
 *	            0 ..... 4 GiB ............................ 2^64 - 1
 *	RAM         ##########  ####                                 preferred:
 *	            there are bounce buffers and IOMMUs for what lies above the mask
 *	card memory                    ####                          a must:
 *	            nobody brings the card to it
 *
 * The narrowest mask that covers both: each bit more costs wider descriptors, or
 * an IOMMU that hands out addresses which the card need not handle.
 */
#include "mask.h"

#define MASK_32 0xffffffffULL

/**
 * card_mask_covering() - the narrowest mask that lets an address through
 * @address: the address
 *
 * Context: any.
 * Return: the mask, all ones from its highest bit on; 0 for address 0.
 */
u64 card_mask_covering(u64 address)
{
	unsigned int shift;

	for (shift = 1; shift < 64; shift *= 2)
		address |= address >> shift;
	return address;
}

/*
 * The kernel's bounce buffers lie somewhere below 4 GiB, for devices with 32
 * bits; one with less may find them out of its reach.
 */
static enum dma_bounce bounce_under(u64 mask,
				    const struct card_mask_needs *needs)
{
	if (needs->translated || needs->system_ram <= mask)
		return DMA_BOUNCE_NONE;
	return mask >= MASK_32 ? DMA_BOUNCE_BUFFERS : DMA_BOUNCE_UNRELIABLE;
}

/**
 * card_mask_choose() - settle on a mask
 * @needs: what the mask has to satisfy
 * @choice: the mask and what follows from it; written on success only
 *
 * Context: any.
 * Return: 0; -EINVAL when @needs->widest is no mask, that is, 0 or with gaps;
 * -ERANGE when the card's memory does not lie under it.
 */
int card_mask_choose(const struct card_mask_needs *needs,
		     struct dma_mask_choice *choice)
{
	u64 mask;

	if (!needs->widest || needs->widest & (needs->widest + 1))
		return -EINVAL;
	if (needs->card_memory > needs->widest)
		return -ERANGE;
	mask = min(max(needs->system_ram, needs->card_memory), needs->widest);
	*choice = (struct dma_mask_choice){
		.widest = needs->widest,
		.system_ram = needs->system_ram,
		.card_memory = needs->card_memory,
		.translated = needs->translated,
		.mask = mask,
		.descriptor_bits = mask > MASK_32 ? 64 : 32,
		.bounce = bounce_under(mask, needs),
	};
	return 0;
}
