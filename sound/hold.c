// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who uses a card's memory, or the device that does DMA for it, holds the card where it is.
 */
#include <linux/srcu.h>

#include "hold.h"
#include "oncard.h"

/**
 * oncard_chip_enter() - hold the card where it is
 * @chip: the card
 * @held: for oncard_chip_exit()
 *
 * Until oncard_chip_exit(), the card's memory and the device that does DMA for it stay.
 * As drm_dev_enter(); never held while waiting for user space.
 *
 * Context: any.
 * Return: whether the card is still there; if not, there is no oncard_chip_exit().
 */
bool oncard_chip_enter(struct oncard *chip, int *held)
{
	*held = srcu_read_lock(&chip->in_use);
	if (!READ_ONCE(chip->gone)) {
		__release(&chip->in_use); /* as far as sparse is concerned */
		return true;
	}
	srcu_read_unlock(&chip->in_use, *held);
	return false;
}

/**
 * oncard_chip_exit() - undo oncard_chip_enter()
 * @chip: the card
 * @held: from there
 *
 * Context: as oncard_chip_enter().
 */
void oncard_chip_exit(struct oncard *chip, int held)
{
	__acquire(&chip->in_use);
	srcu_read_unlock(&chip->in_use, held);
}
