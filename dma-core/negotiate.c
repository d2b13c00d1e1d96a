// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mask negotiation: what the kernel knows, brought to the decision in mask.c, and
 * the decision brought to the device.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>

#include "caller.h"
#include "card-device.h"
#include "mask.h"
#include "region.h"
#include "trace.h"

static int set_masks(struct device *dev, u64 mask)
{
	u64 coherent = dev->coherent_dma_mask;
	int err = dma_set_coherent_mask(dev, mask);

	if (err)
		return err;
	err = dma_set_mask(dev, mask);
	if (err)
		dev->coherent_dma_mask = coherent;
	return err;
}

/* Under a mask that leaves RAM out, a mapping is no longer than what can be bounced. */
static bool has_bounce_buffers(struct device *parent)
{
	return dma_max_mapping_size(parent) != SIZE_MAX;
}

/* Once the masks are set. */
static void look_for_bounce_buffers(struct device *parent,
				    struct dma_mask_choice *chosen)
{
	if (chosen->bounce != DMA_BOUNCE_BUFFERS || has_bounce_buffers(parent))
		return;
	chosen->bounce = DMA_BOUNCE_ABSENT;
	dev_warn(parent,
		 "RAM lies above the mask %#llx, and there are no bounce buffers: mappings of it will fail\n",
		 chosen->mask);
}

/**
 * dma_negotiate_mask() - settle on the narrowest DMA mask that serves the machine
 * @dev: a device made by dma_create_card_device(), with its memory declared
 * @widest: the addresses that the device can put on its bus, such as
 *	DMA_BIT_MASK(40)
 * @choice: what was found and chosen; written on success only; may be NULL
 *
 * The mask has to cover the card memory declared for @dev, and shall cover the
 * machine's RAM, or what its IOMMU makes of it. The choice is set for @dev, as by
 * dma_set_mask_and_coherent(), and tells how wide the card's descriptors have to be.
 * Asked again after memory was declared, released or added to the machine, it
 * may differ; buffers allocated before keep their addresses.
 *
 * Context: process context, may sleep.
 * Return: 0; with a warning, -EINVAL when @dev is no card device or @widest is not of
 * the form 2^n - 1, n > 0; -ERANGE when the card's memory lies beyond @widest; -EIO
 * when the platform does not take so narrow a mask. After an error the masks are
 * what they were.
 */
int dma_negotiate_mask(struct device *dev, u64 widest,
		       struct dma_mask_choice *choice)
{
	struct card_device *card = expect_card_device(dev);
	struct dma_mask_choice chosen;
	struct card_mask_needs needs;
	int err;

	if (!card)
		return -EINVAL;
	needs.widest = widest;
	needs.system_ram =
		card_mask_covering(dma_get_required_mask(dev->parent));
	needs.card_memory = card_regions_mask(card);
	needs.translated = card_is_translated(card);

	err = card_mask_choose(&needs, &chosen);
	if (err == -EINVAL)
		CALLER_ERRED(dev->parent,
			     "%#llx is no DMA mask; 2^n - 1 with n above 0 is\n",
			     widest);
	else if (err)
		dev_err(dev->parent,
			"card memory needs the mask %#llx, the card can do %#llx\n",
			needs.card_memory, widest);
	if (err)
		return err;
	err = set_masks(dev, chosen.mask);
	if (err) {
		dev_err(dev->parent,
			"the platform does not take the mask %#llx\n",
			chosen.mask);
		return err;
	}

	look_for_bounce_buffers(dev->parent, &chosen);
	spin_lock_irq(&card->lock);
	card->choice = chosen;
	spin_unlock_irq(&card->lock);
	trace_dma_negotiate_mask(dev, &chosen);
	if (choice)
		*choice = chosen;
	return 0;
}
EXPORT_SYMBOL_GPL(dma_negotiate_mask);
