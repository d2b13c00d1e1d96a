/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DMA_CORE_STAND_IN_H
#define DMA_CORE_STAND_IN_H

#include <linux/mm_types.h>
#include <linux/types.h>

struct vm_fault;
struct xarray;

vm_fault_t card_stand_in_fault(struct xarray *stand_ins, struct vm_fault *vmf,
			       unsigned long number);
int card_stand_in_access(struct xarray *stand_ins, unsigned long number,
			 unsigned int offset, void *bytes, int length,
			 bool write);
void card_stand_ins_free(struct xarray *stand_ins);

#endif /* DMA_CORE_STAND_IN_H */
