// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a card device is, and what is asked of it by all that serves it.
 */
#include <linux/iommu.h>

#include "caller.h"
#include "card-device.h"

/* What tells a card device from any other. */
const struct device_type card_device_type = {
	.name = "dma_card",
};

/* The card device that @dev is, for a caller who has to know that it is one. */
struct card_device *expect_card_device(struct device *dev)
{
	struct card_device *card = to_card_device(dev);

	if (!card)
		CALLER_ERRED(dev,
			     "not a device made by dma_create_card_device()\n");
	return card;
}

/* Whether an IOMMU gives it addresses of its own; one that passes through does not. */
bool card_is_device_translated(struct device *dev)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(dev);

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

bool card_is_translated(const struct card_device *card)
{
	return card_is_device_translated(card->dev.parent);
}
