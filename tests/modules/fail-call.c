// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets calls of a kernel function fail without being made, on any kernel that has kprobes:
 * the Nth that modprobe makes once this module is loaded, and those after it (busybox's
 * modprobe tries again, by another system call). Before one fails, it waits
 * for somebody to write 1 to the parameter "go", or for a time: whoever can open what is
 * there by then, has opened it.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/string.h>

static char *function = "misc_register";
module_param(function, charp, 0400);
MODULE_PARM_DESC(function, "Which function fails");

static unsigned int nth = 1;
module_param(nth, uint, 0400);
MODULE_PARM_DESC(nth, "From which call of it on");

static long value = -ENOMEM;
module_param(value, long, 0400);
MODULE_PARM_DESC(value, "What it returns");

static unsigned int wait_ms = 2000;
module_param(wait_ms, uint, 0400);
MODULE_PARM_DESC(wait_ms, "How long it waits for go, at most");

static bool go;
module_param(go, bool, 0600);
MODULE_PARM_DESC(go, "Somebody has opened something");

static unsigned int failed;
module_param(failed, uint, 0400);
MODULE_PARM_DESC(failed, "How many calls failed");

static unsigned int calls;

/* What is called in place of the function. */
static noinline long fails(void)
{
	return value;
}

static void wait_for_go(void)
{
	/* (a breakpoint comes as an NMI does) */
	u64 end = ktime_get_mono_fast_ns() + (u64)wait_ms * NSEC_PER_MSEC;

	while (!READ_ONCE(go) && ktime_get_mono_fast_ns() < end)
		cpu_relax();
}

static int before_call(struct kprobe *called, struct pt_regs *regs)
{
	if (strcmp(current->comm, "modprobe") || ++calls < nth)
		return 0;
	wait_for_go();
	failed++;
	instruction_pointer_set(regs, (unsigned long)fails);
	return 1;
}

NOKPROBE_SYMBOL(before_call);

/* With one, the kernel lets the handler before it say where to go on. */
static void after_call(struct kprobe *called, struct pt_regs *regs,
		       unsigned long flags)
{
}

static struct kprobe probe = {
	.pre_handler = before_call,
	.post_handler = after_call,
};

static int __init fail_call_init(void)
{
	probe.symbol_name = function;
	return register_kprobe(&probe);
}

static void __exit fail_call_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(fail_call_init);
module_exit(fail_call_exit);

MODULE_DESCRIPTION("Lets a call of a kernel function fail");
MODULE_LICENSE("GPL");
