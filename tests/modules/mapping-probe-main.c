// SPDX-License-Identifier: GPL-2.0-only
/*
 * What really stands in a process's page table: an independent witness for the
 * tests, which believes neither vm_page_prot nor what a driver says of itself.
 *
 * Write "PID ADDRESS" to debugfs mapping-probe/query, read mapping-probe/answer:
 * a line about the VMA at that address and a line per page of it.
 *
 *	vma pages=8 present=8 struct_page=0 write-combining=8 agree=8
 *	page=0 pfn=0xfd001 struct_page=0 attribute=write-combining type=Normal-NC
 *		kernel=write-combining linear=none (in the same line)
 *
 * attribute is the word for what the architecture calls type. kernel is what the kernel
 * made of the page where it mapped it for somebody, with ioremap() or vmap(); all
 * such mappings are looked for, and if two of them differ, both are named. linear is what
 * its own mapping of all RAM makes of it. A page agrees when the kernel's mapping is as the
 * user's: the first kind, or, of a page that has none, the linear one.
 */
#include <linux/bits.h>
#include <linux/debugfs.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#include "compat.h"
#include "mapping-probe.h"

/**
 * struct seen_page - a page of the VMA
 * @pfn: its frame
 * @type: by the user's entry
 * @kernel: by the kernel's, for somebody: a bit for each enum probe_attribute
 * @linear: by the kernel's of all RAM, likewise
 */
struct seen_page {
	unsigned long pfn;
	struct probe_type type;
	unsigned long kernel;
	unsigned long linear;
};

/**
 * struct seen - the VMA
 * @pages: how many
 * @present: of these, with an entry
 * @page: each of them; without an entry it has no type
 * @by_pfn: the number of a page, by its frame
 */
struct seen {
	unsigned long pages;
	unsigned long present;
	struct seen_page *page;
	struct xarray by_pfn;
};

static const char *const attribute_names[PROBE_ATTRIBUTES] = {
	[PROBE_WRITE_BACK] = "write-back",
	[PROBE_WRITE_COMBINING] = "write-combining",
	[PROBE_UNCACHED] = "uncached",
	[PROBE_OTHER] = "other",
};

static struct dentry *folder;
static DEFINE_MUTEX(query_lock);
static int queried_pid;
static unsigned long queried_address;

/* The kernel maps @count frames from @pfn on so: note it for those that are looked for. */
typedef void (*kernel_entry)(struct seen *seen, unsigned long pfn,
			     unsigned long count, pgprot_t prot);

static void note_kernel(struct seen *seen, unsigned long pfn,
			unsigned long count, pgprot_t prot)
{
	unsigned long at;
	void *number;

	xa_for_each_range(&seen->by_pfn, at, number, pfn, pfn + count - 1)
		seen->page[xa_to_value(number)]
			.kernel |= BIT(probe_type_of(prot).attribute);
}

static void note_linear(struct seen *seen, unsigned long pfn,
			unsigned long count, pgprot_t prot)
{
	unsigned long at;
	void *number;

	xa_for_each_range(&seen->by_pfn, at, number, pfn, pfn + count - 1)
		seen->page[xa_to_value(number)]
			.linear |= BIT(probe_type_of(prot).attribute);
}

/*
 * Entries of the kernel's table from @address up to @end. The kernel frees no table of
 * these ranges, or as good as none: this is for tests.
 */
static void walk_ptes(struct seen *seen, pmd_t *pmd, unsigned long address,
		      unsigned long end, kernel_entry note)
{
	pte_t *pte = pte_offset_kernel(pmd, address);

	for (; address < end; address += PAGE_SIZE, pte++) {
		pte_t entry = READ_ONCE(*pte);

		if (pte_present(entry))
			note(seen, pte_pfn(entry), 1, pte_pgprot(entry));
	}
}

static void walk_pmds(struct seen *seen, pud_t *pud, unsigned long address,
		      unsigned long end, kernel_entry note)
{
	pmd_t *pmd = pmd_offset(pud, address);
	unsigned long next;

	for (; address < end; address = next, pmd++) {
		pmd_t entry = READ_ONCE(*pmd);

		next = pmd_addr_end(address, end);
		if (pmd_none(entry))
			continue;
		if (pmd_leaf(entry))
			note(seen, pmd_pfn(entry), PMD_SIZE >> PAGE_SHIFT,
			     probe_pmd_prot(entry));
		else
			walk_ptes(seen, pmd, address, next, note);
	}
}

static void walk_puds(struct seen *seen, p4d_t *p4d, unsigned long address,
		      unsigned long end, kernel_entry note)
{
	pud_t *pud = pud_offset(p4d, address);
	unsigned long next;

	for (; address < end; address = next, pud++) {
		pud_t entry = READ_ONCE(*pud);

		next = pud_addr_end(address, end);
		if (pud_none(entry))
			continue;
		if (pud_leaf(entry))
			note(seen, pud_pfn(entry), PUD_SIZE >> PAGE_SHIFT,
			     probe_pud_prot(entry));
		else
			walk_pmds(seen, pud, address, next, note);
	}
}

static void walk_kernel(struct seen *seen, unsigned long address,
			unsigned long end, kernel_entry note)
{
	pgd_t *pgd = pgd_offset_pgd(probe_kernel_table(), address);
	unsigned long next, below;

	for (; address < end; pgd++) {
		below = pgd_addr_end(address, end);
		for (; address < below; address = next) {
			p4d_t *p4d;

			next = p4d_addr_end(address, below);
			if (pgd_none(*pgd))
				continue;
			p4d = p4d_offset(pgd, address);
			if (!p4d_none(*p4d))
				walk_puds(seen, p4d, address, next, note);
		}
	}
}

/* RAM only has an address there, and not all of that an entry. */
static void look_at_linear(struct seen *seen)
{
	unsigned long n, address;

	for (n = 0; n < seen->pages; n++) {
		if (!seen->page[n].type.name || !pfn_valid(seen->page[n].pfn))
			continue;
		address = (unsigned long)__va(PFN_PHYS(seen->page[n].pfn));
		walk_kernel(seen, address, address + PAGE_SIZE, note_linear);
	}
}

static int look_at_user(struct seen *seen, struct vm_area_struct *vma)
{
	unsigned long n;
	pgprot_t prot;
	int err;

	for (n = 0; n < seen->pages; n++) {
		struct seen_page *page = &seen->page[n];

		if (!read_entry(vma, vma->vm_start + (n << PAGE_SHIFT),
				&page->pfn, &prot))
			continue;
		page->type = probe_type_of(prot);
		seen->present++;
		err = xa_err(xa_store(&seen->by_pfn, page->pfn, xa_mk_value(n),
				      GFP_KERNEL));
		if (err)
			return err;
	}
	return 0;
}

static unsigned long kernels_attributes(const struct seen_page *page)
{
	return page->kernel ?: page->linear;
}

static void show_attributes(struct seq_file *seq, const char *name,
			    unsigned long attributes)
{
	const char *before = "=";
	unsigned int n;

	seq_puts(seq, name);
	for_each_set_bit(n, &attributes, PROBE_ATTRIBUTES) {
		seq_printf(seq, "%s%s", before, attribute_names[n]);
		before = "+";
	}
	if (!attributes)
		seq_puts(seq, "=none");
}

static void show_seen(struct seq_file *seq, const struct seen *seen)
{
	unsigned long n, with_page = 0, write_combining = 0, agree = 0;
	const struct seen_page *page;

	for (n = 0; n < seen->pages; n++) {
		page = &seen->page[n];
		if (!page->type.name)
			continue;
		with_page += pfn_valid(page->pfn);
		write_combining += page->type.attribute ==
				   PROBE_WRITE_COMBINING;
		agree += kernels_attributes(page) == BIT(page->type.attribute);
	}
	seq_printf(seq,
		   "vma pages=%lu present=%lu struct_page=%lu write-combining=%lu agree=%lu\n",
		   seen->pages, seen->present, with_page, write_combining,
		   agree);
	for (n = 0; n < seen->pages; n++) {
		page = &seen->page[n];
		if (!page->type.name)
			continue;
		seq_printf(seq,
			   "page=%lu pfn=%#lx struct_page=%d attribute=%s type=%s",
			   n, page->pfn, pfn_valid(page->pfn),
			   attribute_names[page->type.attribute],
			   page->type.name);
		show_attributes(seq, " kernel", page->kernel);
		show_attributes(seq, " linear", page->linear);
		seq_putc(seq, '\n');
	}
}

static int show_vma(struct seq_file *seq, struct vm_area_struct *vma)
{
	struct seen seen = { .pages = vma_pages(vma) };
	int err;

	seen.page = kvcalloc(seen.pages, sizeof(*seen.page), GFP_KERNEL);
	if (!seen.page)
		return -ENOMEM;
	xa_init(&seen.by_pfn);
	err = look_at_user(&seen, vma);
	if (!err) {
		walk_kernel(&seen, VMALLOC_START, VMALLOC_END, note_kernel);
		look_at_linear(&seen);
		show_seen(seq, &seen);
	}
	xa_destroy(&seen.by_pfn);
	kvfree(seen.page);
	return err;
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
	int err;

	mutex_lock(&query_lock);
	mm = mm_of(queried_pid);
	address = queried_address;
	mutex_unlock(&query_lock);
	if (!mm)
		return -ESRCH;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, address);
	err = vma ? show_vma(seq, vma) : -EFAULT;
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
