// SPDX-License-Identifier: GPL-2.0-only
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
#include "params.h"

#define CARD_ADDR_DEFAULT 0x80000000ULL

struct oncard_params oncard_params = {
	.mmap = ONCARD_MMAP_COHERENT,
	.buffers = ONCARD_BUFFERS_CARD,
	.card_addr = CARD_ADDR_DEFAULT,
	.address_bits = ONCARD_ADDRESS_BITS_MAX,
	.copy_size = ONCARD_COPY_SIZE,
};

static const char *const mmap_names[] = {
	[ONCARD_MMAP_COHERENT] = "coherent",
	[ONCARD_MMAP_NOPAGE] = "nopage",
};

static const char *const buffers_names[] = {
	[ONCARD_BUFFERS_CARD] = "card",
	[ONCARD_BUFFERS_SYSTEM] = "system",
	[ONCARD_BUFFERS_SCATTERED] = "scattered",
};

static int set_choice(const char *parameter, const char *const names[],
		      size_t count, const char *value)
{
	int choice = __sysfs_match_string(names, count, value);
	char allowed[64] = "";
	size_t n;

	if (choice >= 0)
		return choice;
	for (n = 0; n < count; n++) {
		strlcat(allowed, n ? ", " : "", sizeof(allowed));
		strlcat(allowed, names[n], sizeof(allowed));
	}
	pr_err(ONCARD_NAME ": %s=%s is not known; allowed: %s\n", parameter,
	       value, allowed);
	return choice;
}

static int mmap_set(const char *value, const struct kernel_param *param)
{
	int choice =
		set_choice("mmap", mmap_names, ARRAY_SIZE(mmap_names), value);

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
	int choice = set_choice("buffers", buffers_names,
				ARRAY_SIZE(buffers_names), value);

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
		pr_err(ONCARD_NAME
		       ": size=%s is too small; at least %d bytes\n",
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

static int address_bits_set(const char *value, const struct kernel_param *param)
{
	unsigned int bits;

	if (kstrtouint(value, 10, &bits) || bits < ONCARD_ADDRESS_BITS_MIN ||
	    bits > ONCARD_ADDRESS_BITS_MAX) {
		pr_err(ONCARD_NAME
		       ": address_bits=%s is not allowed; a number from %u to %u\n",
		       value, ONCARD_ADDRESS_BITS_MIN, ONCARD_ADDRESS_BITS_MAX);
		return -EINVAL;
	}
	oncard_params.address_bits = bits;
	return 0;
}

static int address_bits_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%u\n", oncard_params.address_bits);
}

static int copy_size_set(const char *value, const struct kernel_param *param)
{
	u64 number;
	int err = set_pages("copy_size", value, &number);

	if (err)
		return err;
	if (!number || number > ONCARD_COPY_SIZE_MAX) {
		pr_err(ONCARD_NAME
		       ": copy_size=%s is not allowed; %lu to %d bytes\n",
		       value, PAGE_SIZE, ONCARD_COPY_SIZE_MAX);
		return -EINVAL;
	}
	oncard_params.copy_size = number;
	return 0;
}

static int copy_size_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%zu\n", oncard_params.copy_size);
}

static int buffer_max_set(const char *value, const struct kernel_param *param)
{
	u64 number;
	int err = set_pages("buffer_max", value, &number);

	if (err)
		return err;
	if (number < ONCARD_BUFFER_MIN || number > ONCARD_BUFFER_MAX) {
		pr_err(ONCARD_NAME
		       ": buffer_max=%s is not allowed; %d to %d bytes\n",
		       value, ONCARD_BUFFER_MIN, ONCARD_BUFFER_MAX);
		return -EINVAL;
	}
	oncard_params.buffer_max = number;
	return 0;
}

static int buffer_max_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%zu\n", oncard_buffer_max());
}

static const struct kernel_param_ops mmap_ops = {
	.set = mmap_set,
	.get = mmap_get,
};
module_param_cb(mmap, &mmap_ops, NULL, 0444);
MODULE_PARM_DESC(mmap, "How buffers are mapped: coherent (default), nopage");

static const struct kernel_param_ops buffers_ops = {
	.set = buffers_set,
	.get = buffers_get,
};
module_param_cb(buffers, &buffers_ops, NULL, 0444);
MODULE_PARM_DESC(buffers,
		 "Where buffers lie: card (default), system, scattered");

static const struct kernel_param_ops phys_ops = {
	.set = phys_set,
	.get = phys_get,
};
module_param_cb(phys, &phys_ops, NULL, 0400);
MODULE_PARM_DESC(phys,
		 "Physical address of a range kept from the kernel (memmap=) to use as the card's memory instead of a PCI card; needs size");

static const struct kernel_param_ops size_ops = {
	.set = size_set,
	.get = size_get,
};
module_param_cb(size, &size_ops, NULL, 0444);
MODULE_PARM_DESC(size,
		 "Bytes of the range at phys, or, alone, of memory to simulate in RAM (default 4M where there is no PCI card)");

static const struct kernel_param_ops card_addr_ops = {
	.set = card_addr_set,
	.get = card_addr_get,
};
module_param_cb(card_addr, &card_addr_ops, NULL, 0444);
MODULE_PARM_DESC(card_addr,
		 "Address at which the card sees its memory (default 0x80000000)");

static const struct kernel_param_ops address_bits_ops = {
	.set = address_bits_set,
	.get = address_bits_get,
};
module_param_cb(address_bits, &address_bits_ops, NULL, 0444);
MODULE_PARM_DESC(address_bits,
		 "Address lines of the card, 24 to 64 (default 64)");

static const struct kernel_param_ops copy_size_ops = {
	.set = copy_size_set,
	.get = copy_size_get,
};
module_param_cb(copy_size, &copy_size_ops, NULL, 0444);
MODULE_PARM_DESC(copy_size,
		 "Bytes of card memory that an open file of /dev/oncardN has (default 1M)");

static const struct kernel_param_ops buffer_max_ops = {
	.set = buffer_max_set,
	.get = buffer_max_get,
};
module_param_cb(buffer_max, &buffer_max_ops, NULL, 0444);
MODULE_PARM_DESC(buffer_max,
		 "Bytes that a stream's buffer has at most, however long it is (default 1M, and 6 seconds)");

unsigned long oncard_max_alloc_per_card = SZ_32M;
module_param_named(max_alloc_per_card, oncard_max_alloc_per_card, ulong, 0644);
MODULE_PARM_DESC(max_alloc_per_card,
		 "Bytes of system RAM that all buffers of a card have at most; 0: no limit (default 32M, as snd-pcm's)");
