// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stand-ins: the zeroed pages that a process finds where a card was revoked. Each
 * view has its own, so that nobody reads what another wrote.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/xarray.h>

#include "objects.h"
#include "stand-in.h"

/* Charged to who touches it. */
static struct page *new_stand_in(struct xarray *stand_ins, unsigned long number)
{
	struct page *page =
		alloc_page(GFP_HIGHUSER | __GFP_ZERO | __GFP_ACCOUNT);
	void *old;

	if (!page)
		return NULL;
	old = xa_cmpxchg(stand_ins, number, NULL, page, GFP_KERNEL);
	if (!old) {
		card_object_created(CARD_OBJECT_STAND_IN);
		return page;
	}
	__free_page(page);
	return xa_is_err(old) ? NULL : old;
}

/* The page that takes the place of page @number; NULL without memory. */
static struct page *stand_in(struct xarray *stand_ins, unsigned long number)
{
	return xa_load(stand_ins, number) ?: new_stand_in(stand_ins, number);
}

/*
 * card_stand_in_fault() - let a fault find the stand-in of page @number
 *
 * Never with the cache attribute of the card's memory: it is RAM like any other.
 */
vm_fault_t card_stand_in_fault(struct xarray *stand_ins, struct vm_fault *vmf,
			       unsigned long number)
{
	struct page *found = stand_in(stand_ins, number);

	if (!found)
		return VM_FAULT_OOM;
	return vmf_insert_pfn_prot(vmf->vma, vmf->address, page_to_pfn(found),
				   vm_get_page_prot(vmf->vma->vm_flags));
}

/*
 * card_stand_in_access() - ptrace's view of the same page
 * Return: how many bytes, up to the page's end; -ENOMEM.
 */
int card_stand_in_access(struct xarray *stand_ins, unsigned long number,
			 unsigned int offset, void *bytes, int length,
			 bool write)
{
	struct page *found = stand_in(stand_ins, number);
	void *memory;

	if (!found)
		return -ENOMEM;
	length = min_t(int, length, PAGE_SIZE - offset);
	memory = kmap_local_page(found);
	if (write)
		memcpy(memory + offset, bytes, length);
	else
		memcpy(bytes, memory + offset, length);
	kunmap_local(memory);
	return length;
}

/* card_stand_ins_free() - give all of them back, once no VMA has them */
void card_stand_ins_free(struct xarray *stand_ins)
{
	unsigned long number, count = 0;
	struct page *page;

	xa_for_each(stand_ins, number, page) {
		__free_page(page);
		count++;
	}
	xa_destroy(stand_ins);
	card_object_destroyed(CARD_OBJECT_STAND_IN, count);
}
