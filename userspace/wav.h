/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * WAV files, as a source of frames. What the card does not take is refused and
 * never converted.
 */
#ifndef ONCARD_WAV_H
#define ONCARD_WAV_H

#include "args.h"
#include "source.h"

/*
 * Opens @path as @source; @source->file_frames says how long it is. Returns 0,
 * or -1 with @why: EX_NOINPUT if it cannot be opened, EX_DATAERR if the card
 * does not take what is in it.
 */
int wav_open(struct source *source, const char *path, struct refusal *why);

/*
 * All @count frames that @source gives next, in memory of their own; NULL with
 * @why.
 */
void *source_load(struct source *source, uint64_t count, struct refusal *why);

#endif
