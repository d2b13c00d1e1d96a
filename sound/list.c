// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of descriptors, as the card reads them. See Documentation/datasheet.md.
 */
#include "list.h"
#include "oncard.h"
#include "params.h"

/**
 * oncard_descriptor_bytes() - how long this machine's descriptors have to be
 * @chip: the card, its mask negotiated
 *
 * Context: any.
 * Return: ONCARD_DESCRIPTOR_NARROW_BYTES or ONCARD_DESCRIPTOR_WIDE_BYTES.
 */
unsigned int oncard_descriptor_bytes(const struct oncard *chip)
{
	return chip->mask.descriptor_bits > 32 ? ONCARD_DESCRIPTOR_WIDE_BYTES :
						 ONCARD_DESCRIPTOR_NARROW_BYTES;
}

/**
 * oncard_list_mode() - what the card has to know of a list to read it
 * @chip: the card, its mask negotiated
 *
 * Context: any.
 * Return: ONCARD_LIST_*, for a list from dma_alloc_coherent().
 */
u32 oncard_list_mode(const struct oncard *chip)
{
	bool on_card = oncard_params.buffers == ONCARD_BUFFERS_CARD;
	bool wide = oncard_descriptor_bytes(chip) ==
		    ONCARD_DESCRIPTOR_WIDE_BYTES;

	return (on_card ? ONCARD_LIST_LOCAL : 0) |
	       (wide ? ONCARD_LIST_WIDE : 0);
}

/**
 * oncard_write_descriptor() - write one entry of a list
 * @chip: the card, its mask negotiated
 * @list: the list
 * @index: of the entry
 * @address: DMA address of a piece of memory
 * @length: its bytes, with ONCARD_DESCRIPTOR_LOCAL when it lies on the card
 *
 * Context: any.
 */
void oncard_write_descriptor(const struct oncard *chip, void *list,
			     unsigned int index, dma_addr_t address, u32 length)
{
	unsigned int bytes = oncard_descriptor_bytes(chip);
	void *entry = list + index * bytes;

	if (bytes == ONCARD_DESCRIPTOR_WIDE_BYTES) {
		((__le64 *)entry)[0] = cpu_to_le64(address);
		((__le32 *)entry)[2] = cpu_to_le32(length);
		((__le32 *)entry)[3] = 0;
	} else {
		((__le32 *)entry)[0] = cpu_to_le32(address);
		((__le32 *)entry)[1] = cpu_to_le32(length);
	}
}
