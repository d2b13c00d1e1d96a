// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86: three bits of an entry choose one of the eight types in the page attribute table.
 */
#include <linux/bits.h>
#include <asm/io.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "compat.h"
#include "mapping-probe.h"

static const struct probe_type types[] = {
	{ PROBE_UNCACHED, "uncached" },
	{ PROBE_WRITE_COMBINING, "write-combining" },
	{ PROBE_OTHER, "reserved" },
	{ PROBE_OTHER, "reserved" },
	{ PROBE_OTHER, "write-through" },
	{ PROBE_OTHER, "write-protected" },
	{ PROBE_WRITE_BACK, "write-back" },
	{ PROBE_UNCACHED, "uncached-minus" },
};

struct probe_type probe_type_of(pgprot_t prot)
{
	unsigned int entry = 0;
	u64 pat;

	if (pgprot_val(prot) & _PAGE_PWT)
		entry |= BIT(0);
	if (pgprot_val(prot) & _PAGE_PCD)
		entry |= BIT(1);
	if (pgprot_val(prot) & _PAGE_PAT)
		entry |= BIT(2);
	rdmsrq(MSR_IA32_CR_PAT, pat);
	return types[pat >> 8 * entry & 7];
}

/* The kernel's half of the address space is in every process's table. */
pgd_t *probe_kernel_table(void)
{
	return __va(read_cr3_pa());
}
