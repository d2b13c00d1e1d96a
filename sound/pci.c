// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card on PCI: QEMU's ivshmem, whose BAR2 is the card's memory.
 */
#include <linux/module.h>
#include <linux/pci.h>

#include "board.h"
#include "chip.h"
#include "oncard.h"
#include "params.h"
#include "pci.h"

#define MEMORY_BAR 2

/*
 * No MODULE_DEVICE_TABLE(): an ivshmem device may be shared memory of quite another
 * kind. Who loads this module says that it is the card.
 */
static const struct pci_device_id oncard_pci_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT_QUMRANET, 0x1110) },
	{}
};

static int oncard_pci_probe(struct pci_dev *pci, const struct pci_device_id *id)
{
	struct oncard_memory memory = {
		.phys_addr = pci_resource_start(pci, MEMORY_BAR),
		.size = pci_resource_len(pci, MEMORY_BAR),
		.card_addr = oncard_params.card_addr,
		.address_bits = oncard_params.address_bits,
	};
	struct oncard *chip;
	int err;

	err = pcim_enable_device(pci);
	if (err)
		return err;
	err = pci_request_region(pci, MEMORY_BAR, ONCARD_NAME);
	if (err) {
		dev_err(&pci->dev, "BAR%d, the card's memory, is in use\n",
			MEMORY_BAR);
		return err;
	}
	pci_set_master(pci);
	err = oncard_chip_probe(&pci->dev, &memory, &chip);
	if (err)
		goto release_region;
	pci_set_drvdata(pci, chip);
	return 0;

release_region:
	pci_release_region(pci, MEMORY_BAR);
	return err;
}

static void oncard_pci_remove(struct pci_dev *pci)
{
	oncard_chip_remove(pci_get_drvdata(pci));
	pci_release_region(pci, MEMORY_BAR);
}

static struct pci_driver oncard_pci_driver = {
	.name = ONCARD_NAME,
	.id_table = oncard_pci_ids,
	.probe = oncard_pci_probe,
	.remove = oncard_pci_remove,
	.driver.pm = pm_sleep_ptr(&oncard_pm_ops),
};

bool oncard_pci_present(void)
{
	return pci_dev_present(oncard_pci_ids);
}

/* A registration may fail when it has bound cards already: they are let in after it. */
int oncard_pci_register(void)
{
	int err = pci_register_driver(&oncard_pci_driver);

	if (err)
		return err;
	oncard_chips_admit();
	err = driver_attach(&oncard_pci_driver.driver);
	WARN_ON_ONCE(err); /* (no probe's errno comes here) */
	return 0;
}

void oncard_pci_unregister(void)
{
	pci_unregister_driver(&oncard_pci_driver);
}
