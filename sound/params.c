// SPDX-License-Identifier: GPL-2.0
/*
 * The module's own parameters. Each is checked as it is set, so that a value
 * that is not understood stops insmod with a message that lists what is.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "oncard.h"

#define CARD_ADDR_DEFAULT 0x80000000ULL

struct oncard_params oncard_params = {
	.mmap = ONCARD_MMAP_COHERENT,
	.buffers = ONCARD_BUFFERS_CARD,
	.card_addr = CARD_ADDR_DEFAULT,
};

static const char *const mmap_names[] = {
	[ONCARD_MMAP_COHERENT] = "coherent",
	[ONCARD_MMAP_NOPAGE] = "nopage",
};

static const char *const buffers_names[] = {
	[ONCARD_BUFFERS_CARD] = "card",
	[ONCARD_BUFFERS_SYSTEM] = "system",
};

/* Both choices have two names; one message fits all. */
static int set_choice(const char *parameter, const char *const names[2],
		      const char *value)
{
	int choice = __sysfs_match_string(names, 2, value);

	if (choice < 0)
		pr_err(ONCARD_NAME ": %s=%s is not known; allowed: %s, %s\n",
		       parameter, value, names[0], names[1]);
	return choice;
}

static int mmap_set(const char *value, const struct kernel_param *param)
{
	int choice = set_choice("mmap", mmap_names, value);

	if (choice < 0)
		return choice;
	oncard_params.mmap = choice;
	return 0;
}

static int mmap_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", mmap_names[oncard_params.mmap]);
}

static int buffers_set(const char *value, const struct kernel_param *param)
{
	int choice = set_choice("buffers", buffers_names, value);

	if (choice < 0)
		return choice;
	oncard_params.buffers = choice;
	return 0;
}

static int buffers_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", buffers_names[oncard_params.buffers]);
}

/* A number with an optional suffix; whole pages only. */
static int set_pages(const char *parameter, const char *value, u64 *result)
{
	char *end;
	u64 number = memparse(value, &end);

	if (end == value || (*end && *end != '\n') || !PAGE_ALIGNED(number)) {
		pr_err(ONCARD_NAME
		       ": %s=%s is not allowed; a number of bytes that is a multiple of %lu, with or without K, M, G\n",
		       parameter, value, PAGE_SIZE);
		return -EINVAL;
	}
	*result = number;
	return 0;
}

static int phys_set(const char *value, const struct kernel_param *param)
{
	u64 number;
	int err = set_pages("phys", value, &number);

	if (err)
		return err;
	oncard_params.phys_addr = number;
	oncard_params.has_range = true;
	return 0;
}

static int phys_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%pap\n", &oncard_params.phys_addr);
}

static int size_set(const char *value, const struct kernel_param *param)
{
	u64 number;
	int err = set_pages("size", value, &number);

	if (err)
		return err;
	if (number < ONCARD_MEMORY_MIN || number > SIZE_MAX) {
		pr_err(ONCARD_NAME ": size=%s is too small; at least %d bytes\n",
		       value, ONCARD_MEMORY_MIN);
		return -EINVAL;
	}
	oncard_params.size = number;
	return 0;
}

static int size_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%zu\n", oncard_params.size);
}

static int card_addr_set(const char *value, const struct kernel_param *param)
{
	return set_pages("card_addr", value, &oncard_params.card_addr);
}

static int card_addr_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%#llx\n", oncard_params.card_addr);
}

#define ONCARD_PARAM(name, mode, text)                                     \
	static const struct kernel_param_ops name##_ops = {                \
		.set = name##_set,                                         \
		.get = name##_get,                                         \
	};                                                                 \
	module_param_cb(name, &name##_ops, NULL, mode);                    \
	MODULE_PARM_DESC(name, text)

ONCARD_PARAM(mmap, 0444,
	     "How buffers are mapped: coherent (default), nopage");
ONCARD_PARAM(buffers, 0444,
	     "Where buffers lie: card (default), system");
ONCARD_PARAM(phys, 0400,
	     "Physical address of a range kept from the kernel (memmap=) to use as the card's memory instead of a PCI card; needs size");
ONCARD_PARAM(size, 0444,
	     "Bytes of the range at phys, or, alone, of memory to simulate in RAM (default 4M where there is no PCI card)");
ONCARD_PARAM(card_addr, 0444,
	     "Address at which the card sees its memory (default 0x80000000)");
