/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: memory as the card reaches it, and lists of descriptors, for
 * whatever on the card works through one.
 */
#ifndef ONCARD_DESCRIPTOR_H
#define ONCARD_DESCRIPTOR_H

#include "card.h"

u8 *oncard_local_memory(const struct oncard_card *card, u64 address,
			u32 length);
bool oncard_load(const struct oncard_card *card, bool local, u64 address,
		 void *to, u32 length);
bool oncard_store(const struct oncard_card *card, bool local, u64 address,
		  const void *from, u32 length);
bool oncard_has_lines_for(const struct oncard_card *card, u64 address,
			  u32 length);

u32 oncard_list_descriptor_bytes(const struct oncard_list *list);
void oncard_list_rewind(struct oncard_list *list);
u32 oncard_list_fetch(struct oncard_card *card, struct oncard_list *list,
		      u32 unit);

#endif /* ONCARD_DESCRIPTOR_H */
