// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does wrong, on purpose, what the instrumented kernel is there to find: one kind of
 * mistake for each time that it is loaded. No other kernel survives all of them.
 */
#include <linux/debugobjects.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *kind = "";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind,
		 "bounds, shift, order, sleep, leak, dma, object or count");

static unsigned int sink;

/* What the compiler does not know. */
static unsigned int unknown(unsigned int value)
{
	OPTIMIZER_HIDE_VAR(value);
	return value;
}

static void read_out_of_bounds(void)
{
	u8 *buffer = kmalloc(unknown(16), GFP_KERNEL);

	if (buffer)
		WRITE_ONCE(sink, buffer[unknown(16)]);
	kfree(buffer);
}

static void shift_too_far(void)
{
	WRITE_ONCE(sink, 1U << unknown(40));
}

static void lock_in_two_orders(void)
{
	static DEFINE_MUTEX(first);
	static DEFINE_MUTEX(second);

	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_under_a_spinlock(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	might_sleep();
	spin_unlock(&lock);
}

static void leak(void)
{
	void *forgotten = kmalloc(unknown(16), GFP_KERNEL);

	WRITE_ONCE(sink, !forgotten);
}

static void unmap_less_than_was_mapped(void)
{
	struct platform_device *device;
	dma_addr_t handle;
	void *buffer;

	device = platform_device_register_simple("planted-splats", -1, NULL, 0);
	if (IS_ERR(device))
		return;
	buffer = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (buffer) {
		handle = dma_map_single(&device->dev, buffer, PAGE_SIZE,
					DMA_TO_DEVICE);
		if (!dma_mapping_error(&device->dev, handle))
			dma_unmap_single(&device->dev, handle, PAGE_SIZE / 2,
					 DMA_TO_DEVICE);
	}
	kfree(buffer);
	platform_device_unregister(device);
}

static void never(struct timer_list *timer)
{
}

static void free_a_running_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, never, 0);
	mod_timer(timer, jiffies + 1000 * HZ);
	kfree(timer);
}

static void drop_a_reference_too_many(void)
{
	refcount_t count = REFCOUNT_INIT(1);

	refcount_inc(&count);
	refcount_dec(&count);
	refcount_dec(&count);
}

static const struct {
	const char *name;
	void (*plant)(void);
} kinds[] = {
	{ "bounds", read_out_of_bounds },
	{ "shift", shift_too_far },
	{ "order", lock_in_two_orders },
	{ "sleep", sleep_under_a_spinlock },
	{ "leak", leak },
	{ "dma", unmap_less_than_was_mapped },
	{ "object", free_a_running_timer },
	{ "count", drop_a_reference_too_many },
};

static int __init planted_splats_init(void)
{
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		if (strcmp(kind, kinds[n].name))
			continue;
		pr_info("planted-splats: %s begins\n", kind);
		kinds[n].plant();
		pr_info("planted-splats: %s ends\n", kind);
		return 0;
	}
	pr_err("planted-splats: unknown kind '%s'\n", kind);
	return -EINVAL;
}

static void __exit planted_splats_exit(void)
{
}

module_init(planted_splats_init);
module_exit(planted_splats_exit);

MODULE_DESCRIPTION("Does wrong what an instrumented kernel finds");
MODULE_LICENSE("GPL");
