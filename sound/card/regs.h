/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register map and descriptor format of the oncard audio card. The one file
 * that the driver and the model share; Documentation/datasheet.md is its prose.
 *
 * All registers are 32 bits wide. Addresses in registers and descriptors are
 * the card's own or the bus's, never the CPU's.
 */
#ifndef ONCARD_REGS_H
#define ONCARD_REGS_H

#define ONCARD_ID_VALUE      0x44434e4f /* "ONCD", little-endian */
#define ONCARD_VERSION_VALUE 0x00010005

/* A pair is a playback and a capture, which hears it unless it is told otherwise. */
#define ONCARD_PAIRS   4
#define ONCARD_STREAMS (2 * ONCARD_PAIRS)

#define ONCARD_RATE_MIN        8000
#define ONCARD_RATE_MAX        768000
#define ONCARD_CHANNELS_MAX    32
#define ONCARD_DESCRIPTORS_MAX 65536

/* What a stream may move in a second: S32, 2 channels at 768 kHz, 32 at 48 kHz. */
#define ONCARD_STREAM_BYTES_PER_SECOND 6144000

/* And how many samples: of U8 and S16, 4 channels at 768 kHz, 32 at 96 kHz. */
#define ONCARD_STREAM_SAMPLES_PER_SECOND 3072000

/* Half as many where its channels lie one after the other, and of what is mixed. */
#define ONCARD_PLANAR_SAMPLES_PER_SECOND 1536000
#define ONCARD_MIX_SAMPLES_PER_SECOND    1536000

/* How many address lines a card may have. */
#define ONCARD_ADDRESS_BITS_MIN 24
#define ONCARD_ADDRESS_BITS_MAX 64

/* Global registers */
#define ONCARD_REG_ID             0x000
#define ONCARD_REG_VERSION        0x004
#define ONCARD_REG_MEMORY_BASE_LO 0x008
#define ONCARD_REG_MEMORY_BASE_HI 0x00c
#define ONCARD_REG_MEMORY_SIZE_LO 0x010
#define ONCARD_REG_MEMORY_SIZE_HI 0x014
#define ONCARD_REG_PAIRS          0x018
#define ONCARD_REG_ADDRESS_BITS   0x01c
#define ONCARD_REG_IRQ_STATUS     0x020 /* write 1 to clear */
#define ONCARD_REG_IRQ_ENABLE     0x024
#define ONCARD_REG_RUN            0x028 /* read only */
#define ONCARD_REG_RUN_SET \
	0x02c /* all streams set in one write start on one tick */
#define ONCARD_REG_RUN_CLEAR  0x030
#define ONCARD_REG_FETCHED_LO 0x038 /* descriptors fetched since power-on */
#define ONCARD_REG_FETCHED_HI 0x03c

/* The copy engine */
#define ONCARD_REG_ENGINE            0x040
#define ONCARD_REG_ENGINE_LIST_LO    0x040
#define ONCARD_REG_ENGINE_LIST_HI    0x044
#define ONCARD_REG_ENGINE_LIST_COUNT 0x048 /* descriptors */
#define ONCARD_REG_ENGINE_LIST_MODE  0x04c /* ONCARD_LIST_* */
#define ONCARD_REG_ENGINE_MEMORY_LO  0x050 /* the card's side, in its memory */
#define ONCARD_REG_ENGINE_MEMORY_HI  0x054
#define ONCARD_REG_ENGINE_DIRECTION  0x058
#define ONCARD_REG_ENGINE_CONTROL    0x05c
#define ONCARD_REG_ENGINE_STATUS     0x060 /* read only */
#define ONCARD_REG_ENGINE_ERROR      0x064 /* read only, ONCARD_ERROR_* */
#define ONCARD_REG_ENGINE_DONE_LO    0x068 /* read only, bytes */
#define ONCARD_REG_ENGINE_DONE_HI    0x06c
#define ONCARD_REG_ENGINE_END        0x070

#define ONCARD_ENGINE_TO_CARD   0 /* direction: into the card's memory */
#define ONCARD_ENGINE_FROM_CARD 1

#define ONCARD_ENGINE_START BIT(0)
#define ONCARD_ENGINE_ABORT BIT(1)

#define ONCARD_ENGINE_IDLE    0 /* never started, or aborted */
#define ONCARD_ENGINE_RUNNING 1
#define ONCARD_ENGINE_DONE    2
#define ONCARD_ENGINE_FAILED  3

#define ONCARD_ENGINE_BYTES_PER_USEC 1024U

#define ONCARD_IRQ_PERIOD(stream) (1U << (stream))
#define ONCARD_IRQ_ENGINE_DONE    BIT(8)
#define ONCARD_IRQ_ERROR(stream)  (1U << (16 + (stream)))
#define ONCARD_IRQ_ENGINE_ERROR   BIT(24)

/* The clock that moves the streams, ns since power-on, and where it stood at their start */
#define ONCARD_REG_CLOCK_LO(pair)     (0x080 + 8 * (pair)) /* read only */
#define ONCARD_REG_CLOCK_HI(pair)     (0x084 + 8 * (pair))
#define ONCARD_REG_STARTED_LO(stream) (0x0a0 + 8 * (stream)) /* read only */
#define ONCARD_REG_STARTED_HI(stream) (0x0a4 + 8 * (stream))

/* Stream registers: playback of pair n is stream 2n, its capture 2n + 1 */
#define ONCARD_STREAM_STRIDE 0x40
#define ONCARD_REG_STREAM(stream, reg) \
	(0x100 + (reg) + ONCARD_STREAM_STRIDE * (stream))
#define ONCARD_STREAM_FORMAT     0x00
#define ONCARD_STREAM_RATE       0x04 /* Hz */
#define ONCARD_STREAM_BUFFER     0x08 /* frames */
#define ONCARD_STREAM_PERIOD     0x0c /* frames */
#define ONCARD_STREAM_LIST_LO    0x10
#define ONCARD_STREAM_LIST_HI    0x14
#define ONCARD_STREAM_LIST_COUNT 0x18 /* descriptors */
#define ONCARD_STREAM_LIST_MODE  0x1c
#define ONCARD_STREAM_POSITION   0x20 /* read only, frames within the buffer */
#define ONCARD_STREAM_ERROR      0x24 /* read only */
#define ONCARD_STREAM_CONTROL    0x28
#define ONCARD_STREAM_END_FROM   0x2c /* frame of the buffer */
#define ONCARD_STREAM_END        0x30 /* frames of data from there on */
#define ONCARD_STREAM_GAIN       0x34 /* 1 / 65536, at most 1 */
#define ONCARD_STREAM_SHIFT      0x38 /* of its pair, see ONCARD_SHIFT_NONE */
#define ONCARD_STREAM_SOURCE     0x3c /* what a capture hears, ONCARD_SOURCE_* */

#define ONCARD_FORMAT_CHANNELS_MASK 0x000000ff
#define ONCARD_FORMAT_SAMPLE_MASK   0x00000f00
#define ONCARD_FORMAT_U8            0x00000100
#define ONCARD_FORMAT_S16           0x00000200
#define ONCARD_FORMAT_S24           0x00000300 /* the lower three of four bytes */
#define ONCARD_FORMAT_S24_3         0x00000400 /* three bytes */
#define ONCARD_FORMAT_S32           0x00000500
#define ONCARD_FORMAT_FLOAT         0x00000600 /* IEEE 754, 1.0 is full scale */
#define ONCARD_FORMAT_SUBFRAME      0x00000700 /* IEC 60958, as they are */
#define ONCARD_FORMAT_BIG           0x00001000 /* most significant byte first */
#define ONCARD_FORMAT_PLANAR        0x00002000 /* one channel after the other */

#define ONCARD_GAIN_UNITY 0x00010000

#define ONCARD_SOURCE_PLAYBACK(pair) (pair)
#define ONCARD_SOURCE_MIX            ONCARD_PAIRS /* the sum of all playbacks */
#define ONCARD_SOURCE_TONE           (ONCARD_PAIRS + 1)
#define ONCARD_SOURCE_SILENCE        (ONCARD_PAIRS + 2)

/* The test tone: a sine at half of full scale, on all channels. */
#define ONCARD_TONE_HZ 1000

/* How far a pair's clock gets while the card's goes so far. */
#define ONCARD_SHIFT_NONE 100000
#define ONCARD_SHIFT_MIN  80000
#define ONCARD_SHIFT_MAX  120000

#define ONCARD_LIST_WIDE  BIT(0) /* 16-byte descriptors instead of 8-byte ones */
#define ONCARD_LIST_LOCAL BIT(1) /* the list itself lies in the card's memory */

#define ONCARD_CONTROL_RESET BIT(0)

#define ONCARD_NO_END 0xffffffff

#define ONCARD_ERROR_NONE       0
#define ONCARD_ERROR_CONFIG     1 /* registers describe nothing that can run */
#define ONCARD_ERROR_DESCRIPTOR 2 /* a descriptor is malformed */
#define ONCARD_ERROR_LENGTH     3 /* descriptors and buffer differ in length */
#define ONCARD_ERROR_ADDRESS    4 /* nothing answers at an address */
#define ONCARD_ERROR_WIDTH      5 /* an address has more bits than the card */

/*
 * Descriptors, little-endian:
 *
 *	narrow, 8 bytes:  u32 address; u32 length;
 *	wide, 16 bytes:   u64 address; u32 length; u32 zero;
 *
 * Bit 31 of the length says where the address leads: into the card's memory
 * when set, to the bus when clear.
 */
#define ONCARD_DESCRIPTOR_NARROW_BYTES 8
#define ONCARD_DESCRIPTOR_WIDE_BYTES   16
#define ONCARD_DESCRIPTOR_LOCAL        BIT(31)
#define ONCARD_DESCRIPTOR_LENGTH_MASK  0x7fffffff

#endif /* ONCARD_REGS_H */
