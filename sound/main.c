// SPDX-License-Identifier: GPL-2.0-only
/*
 * snd-oncard: an ALSA driver for a card whose audio buffers lie in its own memory.
 *
 * The memory is BAR2 of a PCI card (QEMU's ivshmem); a physical range kept from
 * the kernel, with phys= and size=; or, where there is neither, RAM that is used
 * as if it had no pages.
 */
#include <linux/module.h>

#include "chip.h"
#include "debugfs.h"
#include "oncard.h"
#include "params.h"
#include "pci.h"
#include "platform.h"

static bool uses_pci;

/*
 * A card that is there and cannot be used is no reason to simulate one: the module waits
 * for it to be bound again, or for another.
 */
static int __init oncard_init(void)
{
	int err;

	if (oncard_params.has_range && !oncard_params.size) {
		pr_err(ONCARD_NAME
		       ": phys= without size=: say how many bytes the range has\n");
		return -EINVAL;
	}
	oncard_debugfs_init();
	uses_pci = !oncard_params.size && oncard_pci_present();
	if (uses_pci)
		err = oncard_pci_register();
	else
		err = oncard_platform_register();
	if (err)
		oncard_debugfs_exit();
	return err;
}

static void __exit oncard_exit(void)
{
	if (uses_pci)
		oncard_pci_unregister();
	else
		oncard_platform_unregister();
	oncard_chips_wait();
	oncard_debugfs_exit();
}

module_init(oncard_init);
module_exit(oncard_exit);

MODULE_DESCRIPTION("ALSA card with its DMA buffers in its own memory");
MODULE_AUTHOR("The oncard authors");
MODULE_VERSION(DMA_CORE_VERSION_STRING);
MODULE_LICENSE("GPL");
