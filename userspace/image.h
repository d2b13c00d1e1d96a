/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds a sound in an image of the card's memory, as the host reads it from
 * outside of the VM.
 *
 * The ring buffer lies in it page-aligned and holds the last buffer-full: after
 * a wrap, the start of the ring holds later frames than its end.
 *
 *	image  |..........|  newer frames  |  older frames  |..........|
 *	                  ^ a page         ^ where the program wrote last
 */
#ifndef ONCARD_IMAGE_H
#define ONCARD_IMAGE_H

#include "pcm-spec.h"

#define IMAGE_PAGE 4096

struct image_run {
	size_t offset; /* bytes into the image */
	uint64_t frame; /* of the sound */
	uint64_t frames; /* how many in a row; 0: nothing found */
};

/*
 * The longest run of frames of the sound (@frames, @count of them) in @image. A
 * run begins and ends with a frame that is not silent, and is found if it
 * contains a page's first frame that is not part of a constant stretch: any run
 * of two pages does, if the sound does not stand still.
 */
struct image_run image_find(const struct pcm_spec *spec, const void *image,
			    size_t size, const void *frames, uint64_t count);

#endif
