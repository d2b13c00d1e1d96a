// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: which range of addresses is which on the other side.
 *
 *	CPU     phys_addr ...|#######|... + size
 *	                       | offset, the same on both sides
 *	card  device_addr ...|#######|... + size
 *
 * All sums are avoided: a window may end where its address space ends, and the sum
 * of its last address and 1 is then 0.
 */
#include "window.h"

/**
 * card_window_check() - whether a window can be
 * @window: the window
 * @page_size: what its addresses and its size have to be multiples of
 * @phys_max: the last address of the CPU's address space
 * @device_max: the last address of the card's
 *
 * Context: any.
 * Return: 0; -EINVAL when it is empty or not made of pages; -EOVERFLOW when it
 * passes the end of an address space.
 */
int card_window_check(const struct card_window *window, u64 page_size,
		      u64 phys_max, u64 device_max)
{
	u64 all = window->phys_addr | window->device_addr | window->size;

	if (!window->size || all & (page_size - 1))
		return -EINVAL;
	if (window->phys_addr > phys_max || window->device_addr > device_max ||
	    window->size - 1 > phys_max - window->phys_addr ||
	    window->size - 1 > device_max - window->device_addr)
		return -EOVERFLOW;
	return 0;
}

/**
 * card_ranges_overlap() - whether two ranges have an address in common
 * @a: first address of the one
 * @a_size: its size, above 0
 * @b: first address of the other
 * @b_size: its size, above 0
 *
 * Context: any.
 * Return: whether they do. Neither may pass the end of the address space.
 */
bool card_ranges_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

static int translate(u64 from, u64 to, u64 window_size, u64 address, u64 size,
		     u64 *translated)
{
	u64 offset = address - from;

	if (!size || !card_ranges_overlap(from, window_size, address, size))
		return -ENXIO;
	if (address < from || size > window_size - offset)
		return -EINVAL;
	*translated = to + offset;
	return 0;
}

/**
 * card_window_to_device() - the card's address of what the CPU has at another
 * @window: the window
 * @phys_addr: where the range begins for the CPU
 * @size: bytes of the range, which does not pass the end of the address space
 * @device_addr: where it begins for the card; written on success only
 *
 * Context: any.
 * Return: 0; -ENXIO when no byte of the range lies in the window; -EINVAL when
 * some do and some do not.
 */
int card_window_to_device(const struct card_window *window, u64 phys_addr,
			  u64 size, u64 *device_addr)
{
	return translate(window->phys_addr, window->device_addr, window->size,
			 phys_addr, size, device_addr);
}

/**
 * card_window_to_phys() - the CPU's address of what the card has at another
 * @window: the window
 * @device_addr: where the range begins for the card
 * @size: bytes of the range, which does not pass the end of the address space
 * @phys_addr: where it begins for the CPU; written on success only
 *
 * Context: any.
 * Return: 0; -ENXIO when no byte of the range lies in the window; -EINVAL when
 * some do and some do not.
 */
int card_window_to_phys(const struct card_window *window, u64 device_addr,
			u64 size, u64 *phys_addr)
{
	return translate(window->device_addr, window->phys_addr, window->size,
			 device_addr, size, phys_addr);
}

/**
 * card_window_last_device_addr() - where a window ends for the card
 * @window: the window
 *
 * Context: any.
 * Return: the address of its last byte.
 */
u64 card_window_last_device_addr(const struct card_window *window)
{
	return window->device_addr + (window->size - 1);
}
