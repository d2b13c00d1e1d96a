// SPDX-License-Identifier: GPL-2.0-only
/*
 * The card without PCI: its memory is a physical range kept from the kernel, or
 * RAM taken from the page allocator and from then on used as if it had no pages.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/mm.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "board.h"
#include "chip.h"
#include "compat.h"
#include "oncard.h"
#include "params.h"
#include "platform.h"

#define SIMULATED_SIZE SZ_4M

static struct platform_device *oncard_platform_device;

/* The module has it from init to exit, whether a driver is bound to the device or not. */
static struct oncard_memory oncard_platform_memory;

static int take_range(struct oncard_memory *memory)
{
	memory->phys_addr = oncard_params.phys_addr;
	memory->size = oncard_params.size;
	if (request_mem_region(memory->phys_addr, memory->size, ONCARD_NAME))
		return 0;
	pr_err(ONCARD_NAME
	       ": %zu bytes at %pap are in use; keep them from the kernel, e.g. with memmap=%zuK$%pap on its command line\n",
	       memory->size, &memory->phys_addr, memory->size / SZ_1K,
	       &memory->phys_addr);
	return -EBUSY;
}

static int take_ram(struct oncard_memory *memory)
{
	void *ram;

	memory->size = oncard_params.size ?: SIMULATED_SIZE;
	ram = alloc_pages_exact(memory->size,
				GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
	if (!ram) {
		pr_err(ONCARD_NAME
		       ": no %zu bytes of RAM in a row to simulate a card's memory; a smaller size=, at least %d, may do\n",
		       memory->size, ONCARD_MEMORY_MIN);
		return -ENOMEM;
	}
	memory->phys_addr = virt_to_phys(ram);
	memory->cached = true;
	pr_info(ONCARD_NAME
		": no card: simulating its memory in %zu KiB of RAM\n",
		memory->size / SZ_1K);
	return 0;
}

static void give_back(const struct oncard_memory *memory)
{
	if (oncard_params.has_range)
		release_mem_region(memory->phys_addr, memory->size);
	else
		free_pages_exact(phys_to_virt(memory->phys_addr), memory->size);
}

static int oncard_platform_probe(struct platform_device *pdev)
{
	struct oncard *chip;
	int err;

	err = oncard_chip_probe(&pdev->dev, &oncard_platform_memory, &chip);
	if (err)
		return err;
	platform_set_drvdata(pdev, chip);
	return 0;
}

static void oncard_platform_remove(struct platform_device *pdev)
{
	oncard_chip_remove(platform_get_drvdata(pdev));
}

static struct platform_driver oncard_platform_driver = {
	.probe = oncard_platform_probe,
	PLATFORM_REMOVE_OP = oncard_platform_remove,
	.driver = {
		.name = ONCARD_NAME,
		.pm = pm_sleep_ptr(&oncard_pm_ops),
	},
};

static int register_platform(void)
{
	int err = platform_driver_register(&oncard_platform_driver);

	if (err)
		return err;
	oncard_chips_admit();
	oncard_platform_device =
		platform_device_register_simple(ONCARD_NAME,
						PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(oncard_platform_device)) {
		platform_driver_unregister(&oncard_platform_driver);
		return PTR_ERR(oncard_platform_device);
	}
	return 0;
}

int oncard_platform_register(void)
{
	struct oncard_memory *memory = &oncard_platform_memory;
	int err;

	memory->card_addr = oncard_params.card_addr;
	memory->address_bits = oncard_params.address_bits;
	err = oncard_params.has_range ? take_range(memory) : take_ram(memory);
	if (err)
		return err;
	err = register_platform();
	if (err)
		give_back(memory);
	return err;
}

void oncard_platform_unregister(void)
{
	platform_device_unregister(oncard_platform_device);
	platform_driver_unregister(&oncard_platform_driver);
	give_back(&oncard_platform_memory);
}
