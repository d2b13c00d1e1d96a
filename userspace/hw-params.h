/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameters of a stream, taken exactly as asked for or refused: then with the
 * nearest that the device would have taken.
 */
#ifndef ONCARD_HW_PARAMS_H
#define ONCARD_HW_PARAMS_H

#include "stream.h"

/*
 * Narrows @params of the open stream @s down to what @config asks for, one after the
 * other; nothing is set on the device. Returns 0, or -1 with @why, which names the
 * first that does not go together with those before it.
 */
int hw_params_choose(struct stream *s, const struct stream_config *config,
		     snd_pcm_hw_params_t *params, struct refusal *why);

#endif
