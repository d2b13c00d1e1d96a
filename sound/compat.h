/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every difference between kernel versions that snd-oncard has to know.
 *
 * The code is written for the newest kernel; here older ones get what they lack of it. What
 * cannot have the newest form is a macro that is given the code's functions: nothing here
 * calls any by name.
 */
#ifndef SND_ONCARD_COMPAT_H
#define SND_ONCARD_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/version.h>
#include <sound/pcm.h>

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

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags |= flags;
}

/* As there: one piece a call, pinned, and @iter advanced. For user memory only. */
static inline ssize_t iov_iter_extract_pages(struct iov_iter *iter,
					     struct page ***pages,
					     size_t maxsize,
					     unsigned int maxpages,
					     unsigned int flags,
					     size_t *offset0)
{
	unsigned int gup_flags = iov_iter_rw(iter) == READ ? FOLL_WRITE : 0;
	unsigned long address;
	size_t length;
	int count;

	iov_iter_advance(iter, 0); /* past pieces of no length */
	if (iter_is_iovec(iter)) {
		struct iovec piece = iov_iter_iovec(iter);

		address = (unsigned long)piece.iov_base;
		length = piece.iov_len;
	} else {
		address = (unsigned long)iter->ubuf + iter->iov_offset;
		length = iter->count;
	}
	length = min(length, maxsize);
	*offset0 = offset_in_page(address);
	count = min_t(size_t, DIV_ROUND_UP(*offset0 + length, PAGE_SIZE),
		      maxpages);
	count = pin_user_pages_fast(address, count, gup_flags, *pages);
	if (count <= 0)
		return count ?: -EFAULT;
	length = min_t(size_t, length, count * PAGE_SIZE - *offset0);
	iov_iter_advance(iter, length);
	return length;
}
#endif

/*
 * Up to 6.5 there were two ops, for user memory and for the kernel's, in place of one
 * with an iterator.
 *
 * DEFINE_COPY_OPS(copy): once, for a function of the type of snd_pcm_ops.copy.
 * COPY_OPS(copy): in struct snd_pcm_ops.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline unsigned int copy_direction(struct snd_pcm_substream *substream)
{
	return substream->stream == SNDRV_PCM_STREAM_PLAYBACK ? WRITE : READ;
}

#define DEFINE_COPY_OPS(copy)                                                  \
	static int copy##_user(struct snd_pcm_substream *substream,            \
			       int channel, unsigned long position,            \
			       void __user *samples, unsigned long bytes)      \
	{                                                                      \
		struct iov_iter iter;                                          \
		iov_iter_ubuf(&iter, copy_direction(substream), samples,       \
			      bytes);                                          \
		return copy(substream, channel, position, &iter, bytes);       \
	}                                                                      \
	static int copy##_kernel(struct snd_pcm_substream *substream,          \
				 int channel, unsigned long position,          \
				 void *samples, unsigned long bytes)           \
	{                                                                      \
		struct kvec piece = { .iov_base = samples, .iov_len = bytes }; \
		struct iov_iter iter;                                          \
		iov_iter_kvec(&iter, copy_direction(substream), &piece, 1,     \
			      bytes);                                          \
		return copy(substream, channel, position, &iter, bytes);       \
	}

#define COPY_OPS(copy) .copy_user = copy##_user, .copy_kernel = copy##_kernel
#else
#define DEFINE_COPY_OPS(copy)
/* (a name of its own: the argument would take the op's name as well) */
#define COPY_OPS(function) .copy = function
#endif

/* The device of a direction was a part of it, up to 6.5. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
static inline struct device *pcm_device(struct snd_pcm_str *direction)
{
	return &direction->dev;
}
#else
static inline struct device *pcm_device(struct snd_pcm_str *direction)
{
	return direction->dev;
}
#endif

#endif /* SND_ONCARD_COMPAT_H */
