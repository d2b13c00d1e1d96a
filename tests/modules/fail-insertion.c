// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets a driver's mmap() fail half-way, on any kernel that has kretprobes: the Nth page
 * that a process inserts into one of its VMAs is reported as if there had been no
 * memory for its page table. N is written to the parameter "fail", by that process.
 */
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>

static struct task_struct *victim;
static unsigned int to_go;

static int set_fail(const char *text, const struct kernel_param *param)
{
	victim = current;
	return param_set_uint(text, param);
}

static const struct kernel_param_ops fail_ops = {
	.set = set_fail,
	.get = param_get_uint,
};
module_param_cb(fail, &fail_ops, &to_go, 0600);
MODULE_PARM_DESC(fail,
		 "Which insertion of the writing process fails next (0: none)");

static bool fails_now(void)
{
	return current == victim && to_go && !--to_go;
}

static int after_insertion(struct kretprobe_instance *instance,
			   struct pt_regs *regs)
{
	if (fails_now())
		regs_set_return_value(regs,
				      (__force unsigned long)VM_FAULT_OOM);
	return 0;
}

static int after_entry(struct kretprobe_instance *instance,
		       struct pt_regs *regs)
{
	if (fails_now())
		regs_set_return_value(regs, -ENOMEM);
	return 0;
}

static struct kretprobe insertion = {
	.kp.symbol_name = "vmf_insert_pfn_prot",
	.handler = after_insertion,
};

/* dma-core's own, for pages in a row whose attribute it knows */
static struct kretprobe entry = {
	.kp.symbol_name = "dma_core:fill_in_a_row",
	.handler = after_entry,
};

static struct kretprobe *probes[] = { &insertion, &entry };

static int __init fail_insertion_init(void)
{
	return register_kretprobes(probes, ARRAY_SIZE(probes));
}

static void __exit fail_insertion_exit(void)
{
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
}

module_init(fail_insertion_init);
module_exit(fail_insertion_exit);

MODULE_DESCRIPTION("Lets the insertion of a page into a VMA fail");
MODULE_LICENSE("GPL");
