/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_PCI_H
#define SND_ONCARD_PCI_H

#include <linux/types.h>

bool oncard_pci_present(void);
int oncard_pci_register(void);
void oncard_pci_unregister(void);

#endif /* SND_ONCARD_PCI_H */
