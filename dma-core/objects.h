/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_OBJECTS_H
#define DMA_CORE_OBJECTS_H

struct seq_file;

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

void card_object_created(enum card_object kind);
void card_object_destroyed(enum card_object kind, unsigned long count);
void card_objects_show(struct seq_file *seq);

#endif /* DMA_CORE_OBJECTS_H */
