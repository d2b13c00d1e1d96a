/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: a stream's transfers, shared by stream.c and card.c.
 */
#ifndef ONCARD_STREAM_H
#define ONCARD_STREAM_H

#include "card.h"

bool oncard_stream_valid(const struct oncard_stream *stream);
void oncard_stream_reset(struct oncard_stream *stream);
void oncard_stream_end(struct oncard_stream *stream, u32 frames);
u32 oncard_stream_samples_per_second(const struct oncard_stream *stream);
u32 oncard_stream_channels(const struct oncard_stream *stream);
u32 oncard_stream_frame_bytes(const struct oncard_stream *stream);
u32 oncard_stream_transfer(struct oncard_card *card, u32 index, u8 *bytes,
			   u32 frames);

#endif /* ONCARD_STREAM_H */
