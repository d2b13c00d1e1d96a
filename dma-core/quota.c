// SPDX-License-Identifier: GPL-2.0-only
/*
 * The quota: what an ordinary user may have of a device's buffers at a time, mapped or
 * exported.
 *
 * A buffer outlives its owner's free for as long as somebody has it mapped, or has its dma-buf;
 * who maps, leaves a child behind and has the buffer freed, again and again, would take all of
 * the card's memory from the others, for ever. So a buffer counts for the user who mapped or
 * exported it first, until its last mapping and dma-buf are gone, freed or not. Who has
 * CAP_SYS_RESOURCE is not held to it.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sizes.h>

#include "buffer.h"
#include "card-device.h"
#include "quota.h"
#include "region.h"

static unsigned int user_share = 75;
module_param(user_share, uint, 0644);
MODULE_PARM_DESC(user_share,
		 "Percent of a card's memory that an ordinary user may have mapped or exported (75)");

static unsigned int user_ram = 256;
module_param(user_ram, uint, 0644);
MODULE_PARM_DESC(user_ram,
		 "MiB of a device's buffers in system RAM that an ordinary user may have mapped or exported (256)");

static u64 quota_of_user(const struct card_device *card, bool on_card)
{
	const struct card_region *region;
	u64 bytes = 0;

	if (!on_card)
		return (u64)user_ram * SZ_1M;
	list_for_each_entry(region, &card->regions, on_card)
		bytes += region->window.size;
	return div_u64(bytes, 100) * min(user_share, 100U);
}

static bool is_charged(const struct card_buffer *buffer)
{
	return buffer->mappings || buffer->exports;
}

static u64 bytes_of_user(const struct card_device *card, bool on_card,
			 kuid_t user)
{
	const struct card_buffer *buffer;
	u64 bytes = 0;

	lockdep_assert_held(&card->lock);
	list_for_each_entry(buffer, &card->buffers, on_card)
		if (is_charged(buffer) && !buffer->region == !on_card &&
		    uid_eq(buffer->user, user))
			bytes += PAGE_ALIGN(buffer->size);
	return bytes;
}

/*
 * card_quota_charge() - count a mapping or a dma-buf of a buffer, which is about to be made
 * @uses: the buffer's mappings or exports, which is incremented
 *
 * The first of both charges the buffer to who makes it; the last to be gone ends it.
 *
 * Context: process context.
 * Return: 0, or -EDQUOT when he would have too much, with the figures in the log.
 */
int card_quota_charge(struct card_buffer *buffer, unsigned int *uses)
{
	const bool is_limited =
		!ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE);
	struct card_device *card = buffer->card;
	const kuid_t user = current_uid();
	u64 has = 0, may = U64_MAX;

	spin_lock_irq(&card->lock);
	if (is_limited && !is_charged(buffer)) {
		has = bytes_of_user(card, buffer->region, user);
		may = quota_of_user(card, buffer->region);
	}
	if (has + PAGE_ALIGN(buffer->size) <= may) {
		if (!is_charged(buffer))
			buffer->user = user;
		++*uses;
		spin_unlock_irq(&card->lock);
		return 0;
	}
	spin_unlock_irq(&card->lock);
	dev_warn_ratelimited(&card->dev,
			     "user %u has %llu bytes of buffers mapped or exported, and may have %llu: none of %zu bytes more; see user_share and user_ram of dma_core\n",
			     from_kuid_munged(&init_user_ns, user), has, may,
			     buffer->size);
	return -EDQUOT;
}

/* card_quota_uncharge() - of what came to nothing */
void card_quota_uncharge(struct card_buffer *buffer, unsigned int *uses)
{
	spin_lock_irq(&buffer->card->lock);
	--*uses;
	spin_unlock_irq(&buffer->card->lock);
}
