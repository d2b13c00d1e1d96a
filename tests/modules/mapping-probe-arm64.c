// SPDX-License-Identifier: GPL-2.0-only
/*
 * arm64: three bits of an entry choose one of the eight bytes in MAIR_EL1.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <asm/memory.h>
#include <asm/sysreg.h>

#include "mapping-probe.h"

/* Where the first table is; the lowest bit says that others may share it. */
#define TABLE_ADDRESS GENMASK_ULL(47, 6)

struct probe_type probe_type_of(pgprot_t prot)
{
	unsigned int entry = FIELD_GET(PTE_ATTRINDX_MASK, pgprot_val(prot));

	switch (read_sysreg(mair_el1) >> 8 * entry & 0xff) {
	case 0x00:
		return (struct probe_type){ PROBE_UNCACHED, "Device-nGnRnE" };
	case 0x04:
		return (struct probe_type){ PROBE_UNCACHED, "Device-nGnRE" };
	case 0x0c:
		return (struct probe_type){ PROBE_UNCACHED, "Device-GRE" };
	case 0x44:
		return (struct probe_type){ PROBE_WRITE_COMBINING,
					    "Normal-NC" };
	case 0xbb:
		return (struct probe_type){ PROBE_OTHER, "Normal-WT" };
	case 0xff:
		return (struct probe_type){ PROBE_WRITE_BACK, "Normal" };
	case 0xf0:
		return (struct probe_type){ PROBE_WRITE_BACK, "Normal-Tagged" };
	}
	return (struct probe_type){ PROBE_OTHER, "unknown" };
}

/* The kernel's half has a table of its own. */
pgd_t *probe_kernel_table(void)
{
	return (pgd_t *)phys_to_virt(read_sysreg(ttbr1_el1) & TABLE_ADDRESS);
}
