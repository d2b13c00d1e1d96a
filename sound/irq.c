// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which interrupts raise the card's line.
 */
#include <linux/spinlock.h>

#include "board.h"
#include "irq.h"
#include "oncard.h"

/**
 * oncard_enable_interrupts() - change which interrupts raise the card's line
 * @chip: the card
 * @clear: ONCARD_IRQ_* not to raise it any more
 * @set: ONCARD_IRQ_* to raise it, after that
 *
 * Context: any.
 */
void oncard_enable_interrupts(struct oncard *chip, u32 clear, u32 set)
{
	unsigned long flags;

	spin_lock_irqsave(&chip->lock, flags);
	chip->irq_enable = (chip->irq_enable & ~clear) | set;
	oncard_board_write(chip->board, ONCARD_REG_IRQ_ENABLE,
			   chip->irq_enable);
	spin_unlock_irqrestore(&chip->lock, flags);
}
