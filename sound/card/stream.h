/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside the model: a stream's transfers, shared by stream.c and card.c.
 */
#ifndef ONCARD_STREAM_H
#define ONCARD_STREAM_H

#include "card.h"

/**
 * struct oncard_frame - a frame on the wire from playback to capture
 * @sample: left-justified; a mono stream puts its one sample on both, and a
 *	mono capture takes the first
 */
struct oncard_frame {
	s32 sample[ONCARD_CHANNELS_MAX];
};

u32 oncard_stream_frame_bytes(const struct oncard_stream *stream);
bool oncard_stream_valid(const struct oncard_stream *stream);
void oncard_stream_reset(struct oncard_stream *stream);
bool oncard_stream_transfer(struct oncard_card *card, u32 index,
			    struct oncard_frame *wire, u32 frames);

#endif /* ONCARD_STREAM_H */
