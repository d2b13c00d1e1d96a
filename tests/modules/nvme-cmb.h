/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /dev/nvme-cmb can be told; for the module and for nvme-client. Each open file has a
 * data buffer in the controller's memory, which mmap() maps, and one in RAM.
 */
#ifndef NVME_CMB_H
#define NVME_CMB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define NVME_BLOCK       512
#define NVME_BUFFER_SIZE (512 << 10) /* as much as one command moves */

/**
 * struct nvme_transfer - blocks to be moved
 * @block: the first one on the disk
 * @count: how many
 * @offset: into the data buffer, in bytes, a multiple of 512
 * @write: to the disk
 * @reserved: 0
 * @user: 0: from or to the buffer in the controller's memory; else these bytes of the
 *	process, by way of the one in RAM
 */
struct nvme_transfer {
	__u64 block;
	__u32 count;
	__u32 offset;
	__u32 write;
	__u32 reserved;
	__u64 user;
};

#define NVME_TRANSFER _IOW('N', 0, struct nvme_transfer)
#define NVME_BLOCKS   _IOR('N', 1, __u64)

#endif /* NVME_CMB_H */
