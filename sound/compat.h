/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between kernel versions that snd-oncard has to know.
 */
#ifndef SND_ONCARD_COMPAT_H
#define SND_ONCARD_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer
									  *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* platform_driver.remove returned an int that nobody read, up to 6.10. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define PLATFORM_REMOVE_OP .remove_new
#else
#define PLATFORM_REMOVE_OP .remove
#endif

#endif /* SND_ONCARD_COMPAT_H */
