/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What share-rig's nodes can be told; for the module and for share-client.
 */
#ifndef SHARE_RIG_H
#define SHARE_RIG_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SHARE_BUFFER_SIZE 32000 /* not in full pages */

/**
 * struct share_part - what is to be exported
 * @offset: into the buffer, in bytes
 * @bytes: how many
 * @flags: of dma_export_coherent_fd()
 * @foreign: added to the buffer's address in the kernel
 */
struct share_part {
	__u64 offset;
	__u64 bytes;
	__u32 flags;
	__u32 foreign;
};

enum share_how {
	SHARE_STATIC,
	SHARE_DYNAMIC,
	SHARE_PEER_TO_PEER,
	SHARE_PEER_TO_PEER_LAZY, /* does not unmap when it is told that all is over */
	SHARE_PEER_TO_PEER_EAGER, /* maps anew whenever it is told something */
};

/**
 * struct share_attach - a dma-buf for the importer
 * @fd: of it
 * @how: an enum share_how
 */
struct share_attach {
	__s32 fd;
	__u32 how;
};

/**
 * struct share_map - what the importer has mapped
 * @size_max: in: bytes in a segment that it can do
 * @boundary: in: which no segment of it may cross
 * @segments: out: how many
 * @pages: out: with how many struct pages
 * @longest: out: bytes in one
 * @total: out: bytes in all
 * @crossing: out: segments across the boundary
 */
struct share_map {
	__u32 size_max;
	__u32 boundary;
	__u32 segments;
	__u32 pages;
	__u64 longest;
	__u64 total;
	__u64 crossing;
};

/**
 * struct share_copy - what is to be transferred
 * @user: the bytes in the calling process
 * @offset: into the dma-buf
 * @length: bytes
 * @to_memory: from the process into the dma-buf
 */
struct share_copy {
	__u64 user;
	__u64 offset;
	__u32 length;
	__u32 to_memory;
};

/* of /dev/share-exporter, whose read() is the owner's look into the buffer */
#define SHARE_ALLOC   _IO('S', 0)
#define SHARE_FREE    _IO('S', 1)
#define SHARE_EXPORT  _IOW('S', 2, struct share_part)
#define SHARE_REVOKE  _IO('S', 3)
#define SHARE_SGTABLE _IO('S', 4)
#define SHARE_SUSPEND _IO('S', 5)
#define SHARE_RESUME  _IO('S', 6)

/* of /dev/share-importer */
#define SHARE_ATTACH   _IOW('S', 16, struct share_attach)
#define SHARE_MAP      _IOWR('S', 17, struct share_map)
#define SHARE_COPY     _IOW('S', 18, struct share_copy)
#define SHARE_UNMAP    _IO('S', 19)
#define SHARE_DETACH   _IO('S', 20)
#define SHARE_NOTIFIED _IO('S', 21)
#define SHARE_PEEK     _IOW('S', 22, struct share_copy)

#endif /* SHARE_RIG_H */
