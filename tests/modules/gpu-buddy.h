/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The newest kernel's linux/gpu_buddy.h, or what was drm/drm_buddy.h before. Stable kernels
 * of one version have the one or the other, and the older one in several forms, so that
 * headers are asked for what they have, and no version is.
 */
#ifndef TESTS_GPU_BUDDY_H
#define TESTS_GPU_BUDDY_H

#ifdef HAVE_GPU_BUDDY /* says Kbuild, which looks for the file */
#include <linux/gpu_buddy.h>
#else
#include <drm/drm_buddy.h>

#define gpu_buddy              drm_buddy
#define gpu_buddy_block        drm_buddy_block
#define gpu_buddy_init         drm_buddy_init
#define gpu_buddy_fini         drm_buddy_fini
#define gpu_buddy_alloc_blocks drm_buddy_alloc_blocks
#define gpu_buddy_block_offset drm_buddy_block_offset
#define gpu_buddy_block_size   drm_buddy_block_size
#define GPU_BUDDY_HEADER_STATE DRM_BUDDY_HEADER_STATE
#define GPU_BUDDY_SPLIT        DRM_BUDDY_SPLIT

#ifdef DRM_BUDDY_CLEARED
#define gpu_buddy_free_list drm_buddy_free_list
#else
#define gpu_buddy_free_list(mm, blocks, flags) drm_buddy_free_list(mm, blocks)
#endif

#ifdef DRM_BUDDY_TRIM_DISABLE
#define gpu_buddy_block_trim drm_buddy_block_trim
#else
#define gpu_buddy_block_trim(mm, start, size, blocks) \
	drm_buddy_block_trim(mm, size, blocks)
#endif

#endif /* HAVE_GPU_BUDDY */

#endif /* TESTS_GPU_BUDDY_H */
