// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test tone that a capture may hear: a sine, from a table of its first quarter.
 */
#include "stream.h"
#include "tone.h"

#define QUARTER      BIT(30) /* of a turn of 2^32 */
#define SEGMENT_BITS 24 /* of which a quarter has 64 */

/* 2^30 times the sine at the ends of the segments; the last once more, for what is behind. */
static const s32 quarter[] = {
	0,          26350943,   52686014,   78989349,   105245103,  131437462,
	157550647,  183568930,  209476638,  235258165,  260897982,  286380643,
	311690799,  336813204,  361732726,  386434353,  410903207,  435124548,
	459083786,  482766489,  506158392,  529245404,  552013618,  574449320,
	596538995,  618269338,  639627258,  660599890,  681174602,  701339000,
	721080937,  740388522,  759250125,  777654384,  795590213,  813046808,
	830013654,  846480531,  862437520,  877875009,  892783698,  907154608,
	920979082,  934248793,  946955747,  959092290,  970651112,  981625251,
	992008094,  1001793390, 1010975242, 1019548121, 1027506862, 1034846671,
	1041563127, 1047652185, 1053110176, 1057933813, 1062120190, 1065666786,
	1068571464, 1070832474, 1072448455, 1073418433, 1073741824, 1073741824,
};

static s32 sine(u32 phase)
{
	u32 at = phase & (QUARTER - 1);
	u32 segment;
	s32 from, value;

	if (phase & QUARTER)
		at = QUARTER - at;
	segment = at >> SEGMENT_BITS;
	at &= BIT(SEGMENT_BITS) - 1;
	from = quarter[segment];
	value = from +
		((s64)(quarter[segment + 1] - from) * at >> SEGMENT_BITS);
	return phase & 2 * QUARTER ? -value : value;
}

/**
 * oncard_tone() - the next frames of the test tone
 * @captured: who hears it
 * @samples: the frames, all channels the same
 * @frames: how many
 */
void oncard_tone(struct oncard_stream *captured, s32 *samples, u32 frames)
{
	const u32 step = div_u64((u64)ONCARD_TONE_HZ << 32, captured->rate);
	const u32 channels = oncard_stream_channels(captured);
	u32 channel;

	for (; frames; frames--) {
		s32 sample = sine(captured->tone_phase);

		for (channel = 0; channel < channels; channel++)
			*samples++ = sample;
		captured->tone_phase += step;
	}
}
