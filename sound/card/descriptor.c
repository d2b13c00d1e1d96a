// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the card reaches memory, its own and the system's, and how it reads a list of
 * descriptors: one by one, each checked before anything that it names is touched.
 */
#include "descriptor.h"

static u32 le32_at(const u8 *bytes)
{
	return bytes[0] | (u32)bytes[1] << 8 | (u32)bytes[2] << 16 |
	       (u32)bytes[3] << 24;
}

static u64 le64_at(const u8 *bytes)
{
	return le32_at(bytes) | (u64)le32_at(bytes + 4) << 32;
}

/* The card's own memory at @address, or NULL when not all of it lies there. */
u8 *oncard_local_memory(const struct oncard_card *card, u64 address, u32 length)
{
	u64 offset = address - card->memory_base;

	if (address < card->memory_base || offset >= card->memory_size ||
	    length > card->memory_size - offset)
		return NULL;
	return card->memory + offset;
}

/* False when nothing answers at @address. Either side may overlap the other. */
bool oncard_load(const struct oncard_card *card, bool local, u64 address,
		 void *to, u32 length)
{
	const u8 *from;

	if (!local)
		return !card->bus->read(card->host, address, to, length);
	from = oncard_local_memory(card, address, length);
	if (from)
		memmove(to, from, length);
	return from;
}

bool oncard_store(const struct oncard_card *card, bool local, u64 address,
		  const void *from, u32 length)
{
	u8 *to;

	if (!local)
		return !card->bus->write(card->host, address, from, length);
	to = oncard_local_memory(card, address, length);
	if (to)
		memmove(to, from, length);
	return to;
}

/* Whether the card has the address lines for @length bytes, at least 1, there. */
bool oncard_has_lines_for(const struct oncard_card *card, u64 address,
			  u32 length)
{
	u64 last = address + (length - 1);

	return last >= address &&
	       (card->address_bits == 64 || !(last >> card->address_bits));
}

u32 oncard_list_descriptor_bytes(const struct oncard_list *list)
{
	return list->mode & ONCARD_LIST_WIDE ? ONCARD_DESCRIPTOR_WIDE_BYTES :
					       ONCARD_DESCRIPTOR_NARROW_BYTES;
}

/* Begin with the first descriptor again; nothing is left of the current one. */
void oncard_list_rewind(struct oncard_list *list)
{
	list->next = 0;
	list->segment = 0;
	list->segment_left = 0;
	list->segment_local = false;
}

/*
 * Read the list's next descriptor, whose length must be in whole @unit bytes.
 * Returns ONCARD_ERROR_*.
 */
u32 oncard_list_fetch(struct oncard_card *card, struct oncard_list *list,
		      u32 unit)
{
	bool wide = list->mode & ONCARD_LIST_WIDE;
	u32 bytes = oncard_list_descriptor_bytes(list);
	u64 at = list->address + (u64)list->next * bytes;
	u8 descriptor[ONCARD_DESCRIPTOR_WIDE_BYTES];
	u32 length;

	if (list->next >= list->count)
		return ONCARD_ERROR_LENGTH;
	if (!oncard_has_lines_for(card, at, bytes))
		return ONCARD_ERROR_WIDTH;
	if (!oncard_load(card, list->mode & ONCARD_LIST_LOCAL, at, descriptor,
			 bytes))
		return ONCARD_ERROR_ADDRESS;

	length = le32_at(descriptor + (wide ? 8 : 4));
	list->segment = wide ? le64_at(descriptor) : le32_at(descriptor);
	list->segment_left = length & ONCARD_DESCRIPTOR_LENGTH_MASK;
	list->segment_local = length & ONCARD_DESCRIPTOR_LOCAL;
	if (!list->segment_left || list->segment_left % unit ||
	    (wide && le32_at(descriptor + 12)))
		return ONCARD_ERROR_DESCRIPTOR;
	if (!oncard_has_lines_for(card, list->segment, list->segment_left))
		return ONCARD_ERROR_WIDTH;

	list->next++;
	card->fetched++;
	return ONCARD_ERROR_NONE;
}
