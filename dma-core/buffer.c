// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: an allocation lives until its owner has freed it and its last mapping
 * is gone, in whichever order these come. A revocation takes the mappings away, and
 * what the owner has not freed when the card device is destroyed, after a revocation,
 * is taken back from him.
 *
 * card->owned finds a buffer by its CPU address, which is unique in the kernel; a
 * handle is not, because the card's own addresses and the bus's may coincide.
 */
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "internal.h"
#include "trace.h"

/* What of a request for DMA memory holds for the bookkeeping, too. */
#define ALLOCATION_GFP (GFP_KERNEL | GFP_ATOMIC | __GFP_NOWARN | __GFP_NORETRY)

/* Card memory, or the system RAM that takes its place. */
int card_memory_alloc(struct card_device *card, struct card_buffer *buffer,
		      gfp_t gfp, unsigned long attrs)
{
	unsigned long irq;
	int err;

	if (!READ_ONCE(card->declared))
		return card_system_alloc(card, buffer, gfp, attrs);
	err = card_region_alloc(card, buffer);
	if (!err || !card_allows_system(card))
		return err;
	err = card_system_alloc(card, buffer, gfp, attrs);
	if (!err) {
		spin_lock_irqsave(&card->lock, irq);
		card->counters.fallen_back++;
		spin_unlock_irqrestore(&card->lock, irq);
	}
	return err;
}

/* Allocating callers may be atomic, with interrupts off. */
static int remember_owned(struct card_device *card, struct card_buffer *buffer,
			  gfp_t gfp)
{
	unsigned long irq;
	void *old;

	xa_lock_irqsave(&card->owned, irq);
	old = __xa_store(&card->owned, (unsigned long)buffer->cpu_addr, buffer,
			 gfp);
	xa_unlock_irqrestore(&card->owned, irq);
	return xa_err(old);
}

/* Whether an allocation may go on: not for a card that is gone. */
static bool begin_allocating(struct card_device *card)
{
	unsigned long irq;
	bool may;

	spin_lock_irqsave(&card->lock, irq);
	may = !card->revoked;
	if (may)
		card->allocating++;
	spin_unlock_irqrestore(&card->lock, irq);
	return may;
}

/* @buffer is there, or NULL. */
static void end_allocating(struct card_device *card, struct card_buffer *buffer)
{
	unsigned long irq;

	spin_lock_irqsave(&card->lock, irq);
	card->allocating--;
	if (buffer) {
		list_add_tail(&buffer->on_card, &card->buffers);
		card->counters.allocated++;
	}
	if (card->revoked)
		wake_up(&card->idle);
	spin_unlock_irqrestore(&card->lock, irq);
}

/*
 * card_buffer_alloc() - a buffer for a caller of the DMA API
 * @take: gives it memory and ops
 */
void *card_buffer_alloc(struct card_device *card, size_t size,
			dma_addr_t *handle, gfp_t gfp, unsigned long attrs,
			card_buffer_take take)
{
	struct card_buffer *buffer;
	void *cpu_addr;

	if (WARN_ONCE(!size || size > SIZE_MAX - PAGE_SIZE,
		      "%s: buffer of %zu bytes\n", dev_name(&card->dev), size))
		return NULL;
	buffer = kzalloc(sizeof(*buffer), gfp & ALLOCATION_GFP);
	if (!buffer)
		return NULL;
	if (!begin_allocating(card))
		goto free_buffer;
	kref_init(&buffer->kref);
	buffer->card = card;
	buffer->size = size;
	if (take(card, buffer, gfp, attrs))
		goto end_allocating;
	if (remember_owned(card, buffer, gfp & ALLOCATION_GFP))
		goto give_back;

	card_object_created(CARD_OBJECT_BUFFER);
	get_device(&card->dev);
	trace_dma_card_alloc(&card->dev, buffer->ops->name, buffer->handle,
			     size);
	/* (a revoked card's buffer may be taken back as soon as it is listed) */
	*handle = buffer->handle;
	cpu_addr = buffer->cpu_addr;
	end_allocating(card, buffer);
	return cpu_addr;

give_back:
	buffer->ops->give_back(buffer);
end_allocating:
	end_allocating(card, NULL);
free_buffer:
	kfree(buffer);
	return NULL;
}

static void buffer_destroy(struct kref *kref)
{
	struct card_buffer *buffer =
		container_of(kref, struct card_buffer, kref);
	struct card_device *card = buffer->card;
	unsigned long irq;

	trace_dma_card_give_back(&card->dev, buffer->ops->name, buffer->handle,
				 buffer->size);
	buffer->ops->give_back(buffer);
	spin_lock_irqsave(&card->lock, irq);
	list_del(&buffer->on_card);
	card->counters.freed++;
	if (card->revoked)
		wake_up(&card->idle);
	spin_unlock_irqrestore(&card->lock, irq);
	kfree(buffer);
	card_object_destroyed(CARD_OBJECT_BUFFER, 1);
	put_device(&card->dev);
}

void card_buffer_put(struct card_buffer *buffer)
{
	kref_put(&buffer->kref, buffer_destroy);
}

static struct card_buffer *owned_buffer(struct card_device *card,
					void *cpu_addr, dma_addr_t handle)
{
	struct card_buffer *buffer;

	buffer = xa_load(&card->owned, (unsigned long)cpu_addr);
	return buffer && buffer->handle == handle ? buffer : NULL;
}

/*
 * card_buffer_get() - the live buffer that a caller describes, referenced
 * Return: NULL, after a warning, when there is no such buffer.
 */
struct card_buffer *card_buffer_get(struct card_device *card, void *cpu_addr,
				    dma_addr_t handle, size_t size)
{
	struct card_buffer *buffer;
	unsigned long irq;

	xa_lock_irqsave(&card->owned, irq);
	buffer = owned_buffer(card, cpu_addr, handle);
	if (buffer && size <= buffer->size)
		kref_get(&buffer->kref);
	else
		buffer = NULL;
	xa_unlock_irqrestore(&card->owned, irq);
	WARN_ONCE(!buffer, "%s: no buffer of %zu bytes at %pad\n",
		  dev_name(&card->dev), size, &handle);
	return buffer;
}

static void free_by_owner(struct card_device *card, struct card_buffer *buffer)
{
	unsigned int mappings;
	unsigned long irq;

	spin_lock_irqsave(&card->lock, irq);
	buffer->freed = true;
	mappings = buffer->mappings;
	if (mappings)
		card->counters.deferred++;
	spin_unlock_irqrestore(&card->lock, irq);
	trace_dma_card_free(&card->dev, buffer->ops->name, buffer->handle,
			    buffer->size, mappings);
	card_buffer_put(buffer);
}

/* The dma_free_coherent() of a card device; one that comes too late does nothing. */
void card_buffer_free(struct card_device *card, size_t size, void *cpu_addr,
		      dma_addr_t handle)
{
	struct card_buffer *buffer;
	unsigned long irq;

	xa_lock_irqsave(&card->owned, irq);
	buffer = owned_buffer(card, cpu_addr, handle);
	if (buffer && buffer->size == size)
		__xa_erase(&card->owned, (unsigned long)cpu_addr);
	else
		buffer = NULL;
	xa_unlock_irqrestore(&card->owned, irq);
	if (buffer)
		free_by_owner(card, buffer);
	else
		WARN_ONCE(!card_is_revoked(card),
			  "%s: freeing what was not allocated: %zu bytes at %pad\n",
			  dev_name(&card->dev), size, &handle);
}

/* Any of them, taken from its owner; NULL when there is none. */
static struct card_buffer *take_owned(struct card_device *card)
{
	struct card_buffer *buffer;
	unsigned long address = 0;

	xa_lock_irq(&card->owned);
	buffer = xa_find(&card->owned, &address, ULONG_MAX, XA_PRESENT);
	if (buffer)
		__xa_erase(&card->owned, address);
	xa_unlock_irq(&card->owned);
	return buffer;
}

static bool is_allocating(struct card_device *card)
{
	bool is;

	spin_lock_irq(&card->lock);
	is = card->allocating;
	spin_unlock_irq(&card->lock);
	return is;
}

static bool has_buffers(struct card_device *card)
{
	bool has;

	spin_lock_irq(&card->lock);
	has = !list_empty(&card->buffers);
	spin_unlock_irq(&card->lock);
	return has;
}

/*
 * card_buffers_reclaim() - take back all buffers of a card that was revoked
 *
 * Buffers that are still there after their owner's share was dropped are held by
 * calls that run, and by closes that have not yet come to their end; neither waits for
 * a user.
 *
 * Context: process context, may sleep.
 */
void card_buffers_reclaim(struct card_device *card)
{
	struct card_buffer *buffer;

	wait_event(card->idle, !is_allocating(card));
	while ((buffer = take_owned(card))) {
		spin_lock_irq(&card->lock);
		card->counters.reclaimed++;
		spin_unlock_irq(&card->lock);
		free_by_owner(card, buffer);
	}
	wait_event(card->idle, !has_buffers(card));
}
