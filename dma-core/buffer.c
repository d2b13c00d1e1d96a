// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers: an allocation lives until its owner has freed it and its last mapping and its
 * last dma-buf are gone, in whichever order these come. A revocation takes these away, and
 * what the owner has not freed when the card device is destroyed, after a revocation,
 * is taken back from him.
 *
 * card->owned finds a buffer by its CPU address, which is unique in the kernel; a
 * handle is not, because the card's own addresses and the bus's may coincide. It is a tree
 * whose nodes are in the buffers: whoever allocates may be atomic, and what is remembered
 * needs no memory of its own.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "attribute.h"
#include "buffer.h"
#include "caller.h"
#include "card-device.h"
#include "objects.h"
#include "quota.h"
#include "trace.h"

/* Of the caller's gfp flags, those that also apply to the allocation of our own structure. */
#define ALLOCATION_GFP (GFP_KERNEL | GFP_ATOMIC | __GFP_NOWARN | __GFP_NORETRY)

/* --- what is owned; with card_device.lock held ---------------------------------------- */

static struct card_buffer *owned_of(const struct rb_node *node)
{
	return rb_entry(node, struct card_buffer, owned);
}

static bool is_below(struct rb_node *node, const struct rb_node *other)
{
	return owned_of(node)->cpu_addr < owned_of(other)->cpu_addr;
}

static int compare_cpu_addr(const void *cpu_addr, const struct rb_node *node)
{
	const void *other = owned_of(node)->cpu_addr;

	if (cpu_addr == other)
		return 0;
	return cpu_addr < other ? -1 : 1;
}

static struct card_buffer *find_owned(struct card_device *card,
				      const void *cpu_addr, dma_addr_t handle)
{
	struct rb_node *node;

	lockdep_assert_held(&card->lock);
	node = rb_find(cpu_addr, &card->owned, compare_cpu_addr);
	return node && owned_of(node)->handle == handle ? owned_of(node) : NULL;
}

static void remember_owned(struct card_device *card, struct card_buffer *buffer)
{
	lockdep_assert_held(&card->lock);
	list_add_tail(&buffer->on_card, &card->buffers);
	rb_add(&buffer->owned, &card->owned, is_below);
	card->counters.allocated++;
}

/* The owner's share is dropped by who calls this. */
static void disown(struct card_device *card, struct card_buffer *buffer)
{
	lockdep_assert_held(&card->lock);
	rb_erase(&buffer->owned, &card->owned);
	buffer->freed = true;
	if (buffer->mappings || buffer->exports)
		card->counters.deferred++;
}

/* --- allocating ------------------------------------------------------------------------ */

/* Whether an allocation may go on: not for a card that is gone. */
static bool begin_allocating(struct card_device *card)
{
	unsigned long flags;
	bool may;

	spin_lock_irqsave(&card->lock, flags);
	may = !card->revoked;
	if (may)
		card->allocating++;
	spin_unlock_irqrestore(&card->lock, flags);
	return may;
}

/* @buffer is there, or NULL. */
static void end_allocating(struct card_device *card, struct card_buffer *buffer)
{
	unsigned long flags;

	spin_lock_irqsave(&card->lock, flags);
	card->allocating--;
	if (buffer)
		remember_owned(card, buffer);
	if (card->revoked)
		wake_up(&card->idle);
	spin_unlock_irqrestore(&card->lock, flags);
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

	if (!size || size > SIZE_MAX - PAGE_SIZE) {
		CALLER_ERRED(&card->dev, "no buffer has %zu bytes\n", size);
		return NULL;
	}
	buffer = kzalloc(sizeof(*buffer), (gfp & ALLOCATION_GFP) | GFP_CHARGED);
	if (!buffer)
		return NULL;
	if (!begin_allocating(card))
		goto free_buffer;
	kref_init(&buffer->kref);
	buffer->card = card;
	buffer->size = size;
	if (take(card, buffer, gfp, attrs))
		goto end_allocating;

	if (!buffer->attribute)
		buffer->attribute =
			card_kernel_attribute(buffer->cpu_addr,
					      buffer->ops->pgprot(buffer,
								  PAGE_KERNEL));
	card_object_created(CARD_OBJECT_BUFFER);
	get_device(&card->dev);
	trace_dma_card_alloc(&card->dev, buffer->ops->name, buffer->handle,
			     size);
	/* (a revoked card's buffer may be taken back as soon as it is listed) */
	*handle = buffer->handle;
	cpu_addr = buffer->cpu_addr;
	end_allocating(card, buffer);
	return cpu_addr;

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
	unsigned long flags;

	trace_dma_card_give_back(&card->dev, buffer->ops->name, buffer->handle,
				 buffer->size);
	buffer->ops->give_back(buffer);
	spin_lock_irqsave(&card->lock, flags);
	list_del(&buffer->on_card);
	card->counters.freed++;
	if (card->revoked)
		wake_up(&card->idle);
	spin_unlock_irqrestore(&card->lock, flags);
	kfree(buffer);
	card_object_destroyed(CARD_OBJECT_BUFFER, 1);
	put_device(&card->dev);
}

void card_buffer_put(struct card_buffer *buffer)
{
	kref_put(&buffer->kref, buffer_destroy);
}

/*
 * card_buffer_get() - the live buffer that a caller describes, referenced
 * @size: of it, at the most to the end of its last page
 * Return: NULL, after a warning, when there is no such buffer.
 */
struct card_buffer *card_buffer_get(struct card_device *card, void *cpu_addr,
				    dma_addr_t handle, size_t size)
{
	struct card_buffer *buffer;
	unsigned long flags;
	size_t has;

	spin_lock_irqsave(&card->lock, flags);
	buffer = find_owned(card, cpu_addr, handle);
	has = buffer ? buffer->size : 0;
	if (buffer && size <= PAGE_ALIGN(has))
		kref_get(&buffer->kref);
	else
		buffer = NULL;
	spin_unlock_irqrestore(&card->lock, flags);
	/* (once it was revoked, they are taken from whoever did not free them) */
	if (!buffer && !card_is_revoked(card))
		CALLER_ERRED(&card->dev,
			     "no buffer of %zu bytes at %pad (CPU %p): %zu bytes were allocated there and are not freed\n",
			     size, &handle, cpu_addr, has);
	return buffer;
}

static void free_by_owner(struct card_buffer *buffer)
{
	trace_dma_card_free(&buffer->card->dev, buffer->ops->name,
			    buffer->handle, buffer->size,
			    READ_ONCE(buffer->mappings));
	card_buffer_put(buffer);
}

/* The dma_free_coherent() of a card device; one that comes too late does nothing. */
void card_buffer_free(struct card_device *card, size_t size, void *cpu_addr,
		      dma_addr_t handle)
{
	struct card_buffer *buffer;
	unsigned long flags;
	size_t has;

	spin_lock_irqsave(&card->lock, flags);
	buffer = find_owned(card, cpu_addr, handle);
	has = buffer ? buffer->size : 0;
	if (buffer && has == size)
		disown(card, buffer);
	else
		buffer = NULL;
	spin_unlock_irqrestore(&card->lock, flags);
	if (buffer)
		free_by_owner(buffer);
	else if (!card_is_revoked(card))
		CALLER_ERRED(&card->dev,
			     "freeing what was not allocated: %zu bytes at %pad (CPU %p): %zu bytes were allocated there and are not freed\n",
			     size, &handle, cpu_addr, has);
}

/* Any of them, taken from its owner; NULL when there is none. */
static struct card_buffer *take_owned(struct card_device *card)
{
	struct rb_node *node;

	spin_lock_irq(&card->lock);
	node = rb_first(&card->owned);
	if (node) {
		disown(card, owned_of(node));
		card->counters.reclaimed++;
	}
	spin_unlock_irq(&card->lock);
	return node ? owned_of(node) : NULL;
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
 * Buffers that are left when the owner's reference was dropped are referenced by calls in
 * flight, or by a close of a VMA in progress. Both end without user space, so that the wait
 * is bounded.
 *
 * Context: process context, may sleep.
 */
void card_buffers_reclaim(struct card_device *card)
{
	struct card_buffer *buffer;

	wait_event(card->idle, !is_allocating(card));
	while ((buffer = take_owned(card)))
		free_by_owner(buffer);
	wait_event(card->idle, !has_buffers(card));
}
