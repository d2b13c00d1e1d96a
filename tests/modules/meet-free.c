// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a page fault meet a free, on any kernel that has kretprobes: dma_coherent_page() has
 * its page, and does not return before the buffer was freed on another processor. Then it
 * is seen whether somebody still has the page.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>

#define WAIT_NS (5 * NSEC_PER_SEC)

static bool armed;
module_param(armed, bool, 0600);
MODULE_PARM_DESC(armed, "The next call waits");

static bool waiting;
module_param(waiting, bool, 0400);
MODULE_PARM_DESC(waiting, "It does");

static bool freed;
module_param(freed, bool, 0400);
MODULE_PARM_DESC(freed, "A buffer was freed meanwhile");

static int count = -1;
module_param(count, int, 0400);
MODULE_PARM_DESC(count, "References on the page after that");

static int has_page(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct page *page = (struct page *)regs_return_value(regs);
	u64 end = ktime_get_ns() + WAIT_NS;

	if (!page || !xchg(&armed, false))
		return 0;
	WRITE_ONCE(waiting, true);
	while (!READ_ONCE(freed) && ktime_get_ns() < end)
		cpu_relax();
	WRITE_ONCE(count, page_count(page));
	return 0;
}

static int has_freed(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if (READ_ONCE(waiting))
		WRITE_ONCE(freed, true);
	return 0;
}

static struct kretprobe page = {
	.kp.symbol_name = "dma_core:dma_coherent_page",
	.handler = has_page,
};

static struct kretprobe give_back = {
	.kp.symbol_name = "dma_core:scattered_give_back",
	.handler = has_freed,
};

static struct kretprobe *probes[] = { &page, &give_back };

static int __init meet_free_init(void)
{
	return register_kretprobes(probes, ARRAY_SIZE(probes));
}

static void __exit meet_free_exit(void)
{
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
}

module_init(meet_free_init);
module_exit(meet_free_exit);

MODULE_DESCRIPTION("Lets a page fault meet a free");
MODULE_LICENSE("GPL");
