// SPDX-License-Identifier: GPL-2.0-only
/*
 * What really stands in a process's page table: an independent witness for the
 * tests, which believes neither vm_page_prot nor what a driver says of itself.
 *
 * Write "PID ADDRESS" to debugfs mapping-probe/query, read mapping-probe/answer:
 * a line about the VMA at that address and a line per page of it.
 *
 *	vma pages=8 present=8 struct_page=0 write-combining=8
 *	page=0 pfn=0xfd001 struct_page=0 attribute=write-combining
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include <asm/msr.h>

#include "compat.h"

static struct dentry *folder;
static DEFINE_MUTEX(query_lock);
static int queried_pid;
static unsigned long queried_address;

/* The memory type that the CPU takes from its PAT for a page table entry. */
static const char *cache_attribute(pte_t pte)
{
	static const char *const types[] = {
		"uncached",   "write-combining", "reserved",
		"reserved",   "write-through",   "write-protected",
		"write-back", "uncached-minus",
	};
	unsigned int entry = 0;
	u64 pat;

	if (pte_flags(pte) & _PAGE_PWT)
		entry |= 1;
	if (pte_flags(pte) & _PAGE_PCD)
		entry |= 2;
	if (pte_flags(pte) & _PAGE_PAT)
		entry |= 4;
	rdmsrq(MSR_IA32_CR_PAT, pat);
	return types[pat >> 8 * entry & 7];
}

static void show_vma(struct seq_file *seq, struct vm_area_struct *vma)
{
	unsigned int present = 0, with_page = 0, write_combining = 0;
	unsigned long address;
	pte_t pte;

	for (address = vma->vm_start; address < vma->vm_end;
	     address += PAGE_SIZE) {
		if (!read_pte(vma, address, &pte))
			continue;
		present++;
		with_page += pfn_valid(pte_pfn(pte));
		write_combining +=
			!strcmp(cache_attribute(pte), "write-combining");
	}
	seq_printf(seq,
		   "vma pages=%lu present=%u struct_page=%u write-combining=%u\n",
		   vma_pages(vma), present, with_page, write_combining);

	for (address = vma->vm_start; address < vma->vm_end;
	     address += PAGE_SIZE) {
		if (!read_pte(vma, address, &pte))
			continue;
		seq_printf(seq,
			   "page=%lu pfn=%#lx struct_page=%d attribute=%s\n",
			   (address - vma->vm_start) >> PAGE_SHIFT,
			   pte_pfn(pte), pfn_valid(pte_pfn(pte)),
			   cache_attribute(pte));
	}
}

static struct mm_struct *mm_of(int number)
{
	struct pid *pid = find_get_pid(number);
	struct task_struct *task = get_pid_task(pid, PIDTYPE_PID);
	struct mm_struct *mm = NULL;

	if (task) {
		mm = get_task_mm(task);
		put_task_struct(task);
	}
	put_pid(pid);
	return mm;
}

static int answer_show(struct seq_file *seq, void *unused)
{
	struct vm_area_struct *vma;
	struct mm_struct *mm;
	unsigned long address;
	int err = 0;

	mutex_lock(&query_lock);
	mm = mm_of(queried_pid);
	address = queried_address;
	mutex_unlock(&query_lock);
	if (!mm)
		return -ESRCH;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, address);
	if (vma)
		show_vma(seq, vma);
	else
		err = -EFAULT;
	mmap_read_unlock(mm);
	mmput(mm);
	return err;
}
DEFINE_SHOW_ATTRIBUTE(answer);

static ssize_t query_write(struct file *file, const char __user *text,
			   size_t count, loff_t *position)
{
	char line[64] = "";
	unsigned long address;
	int pid;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, count))
		return -EFAULT;
	if (sscanf(line, "%d %lx", &pid, &address) != 2)
		return -EINVAL;
	mutex_lock(&query_lock);
	queried_pid = pid;
	queried_address = address;
	mutex_unlock(&query_lock);
	return count;
}

static const struct file_operations query_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = query_write,
};

static int __init mapping_probe_init(void)
{
	folder = debugfs_create_dir("mapping-probe", NULL);
	debugfs_create_file("query", 0200, folder, NULL, &query_fops);
	debugfs_create_file("answer", 0400, folder, NULL, &answer_fops);
	return 0;
}

static void __exit mapping_probe_exit(void)
{
	debugfs_remove(folder);
}

module_init(mapping_probe_init);
module_exit(mapping_probe_exit);

MODULE_DESCRIPTION("Shows tests the page table entries of a process");
MODULE_LICENSE("GPL");
