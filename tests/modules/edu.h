/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of QEMU's edu device, in its BAR0, and its memory. */
#ifndef EDU_H
#define EDU_H

#include <linux/bits.h>
#include <linux/sizes.h>

#define EDU_ID            0x00
#define EDU_ID_MASK       0x0000ffff
#define EDU_ID_VALUE      0x000000ed
#define EDU_IRQ_STATUS    0x24
#define EDU_IRQ_ACK       0x64
#define EDU_DMA_SOURCE    0x80
#define EDU_DMA_TARGET    0x88
#define EDU_DMA_COUNT     0x90
#define EDU_DMA_COMMAND   0x98
#define EDU_DMA_RUN       BIT(0)
#define EDU_DMA_TO_MEMORY BIT(1)
#define EDU_DMA_IRQ       BIT(2)
#define EDU_MEMORY        0x40000
#define EDU_BLOCK_MAX     (SZ_4K - 1) /* it refuses its memory's last byte */

#endif /* EDU_H */
