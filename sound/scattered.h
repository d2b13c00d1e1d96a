/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_SCATTERED_H
#define SND_ONCARD_SCATTERED_H

#include <linux/types.h>

struct oncard;
struct oncard_buffer;

int oncard_scattered_create(struct oncard *chip);
void oncard_scattered_destroy(struct oncard *chip);
int oncard_scattered_alloc(struct oncard *chip, struct oncard_buffer *buffer,
			   size_t bytes);
void oncard_scattered_free(struct oncard *chip, struct oncard_buffer *buffer);

#endif /* SND_ONCARD_SCATTERED_H */
