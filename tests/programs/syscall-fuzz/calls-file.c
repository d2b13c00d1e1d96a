// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on files as such, the files of this process, and where calls point to.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

static struct slot slots[FDS_MAX];

long result_of(long value)
{
	return value < 0 ? -errno : value;
}

uint64_t boundary(uint64_t size)
{
	static const uint64_t bases[] = {
		0,         PAGE,       1UL << 20,  1UL << 31,  1UL << 32,
		1UL << 44, 1UL << 63,  0x80000000, 0x81000000, 0x82000000,
		~0UL,      ~0UL << 12, 1UL << 47,  0x7fffffff,
	};
	static const int64_t deltas[] = { 0,        0,
					  1,        -1,
					  PAGE,     -(int64_t)PAGE,
					  8,        -8,
					  PAGE + 1, 1 - (int64_t)PAGE };
	uint64_t base = size;

	if (!one_in(3))
		base = bases[draw(sizeof(bases) / sizeof(bases[0]))];
	return base + deltas[draw(sizeof(deltas) / sizeof(deltas[0]))];
}

/* --- which file --- */

/* Odd from here to slot_put(). */
static bool slot_take(struct slot *slot)
{
	unsigned int generation = atomic_load(&slot->generation);

	return !(generation & 1) &&
	       atomic_compare_exchange_strong(&slot->generation, &generation,
					      generation + 1);
}

static void slot_put(struct slot *slot)
{
	atomic_fetch_add(&slot->generation, 1);
}

static bool has_file(const struct slot *slot)
{
	/* 0 is what slots begin with: standard input is no device. */
	return atomic_load(&slot->fd) > 0;
}

static bool look_at(struct slot *slot, struct file *file)
{
	file->slot = slot;
	file->generation = atomic_load(&slot->generation);
	file->fd = atomic_load(&slot->fd);
	file->device = slot->device;
	return !(file->generation & 1) && file->fd > 0 &&
	       atomic_load(&slot->generation) == file->generation;
}

bool still_open(const struct file *file)
{
	return atomic_load(&file->slot->generation) == file->generation;
}

bool pick_other_file(enum target target, const struct file *but,
		     struct file *file)
{
	unsigned int n;

	if (one_in(32))
		target = TARGET_ANY;
	for (n = 0; n < FDS_MAX; n++) {
		struct slot *slot = &slots[(self->call->slot + n) % FDS_MAX];

		if (slot == (but ? but->slot : NULL) || !look_at(slot, file))
			continue;
		/* What is gone for good is not of much interest. */
		if (atomic_load(&slot->gone) && !one_in(8))
			continue;
		if (target == TARGET_ANY || file->device->target == target) {
			self->slot = slot;
			return true;
		}
	}
	return false;
}

bool pick_file(enum target target, struct file *file)
{
	return pick_other_file(target, NULL, file);
}

/* --- pointers --- */

/* Where it is good for some bytes, these are @scratch's. */
static void *bad_pointer_in(char *scratch)
{
	switch (draw(6)) {
	case 0:
		return NULL;
	case 1:
		return scratch + SCRATCH;
	case 2: /* the kernel's */
		return (void *)0xffffffff81000000;
	case 3: /* no address at all */
		return (void *)0x0000900000000000;
	case 4: /* good for a few bytes */
		return scratch + SCRATCH - 1 - draw(16);
	default:
		return (void *)(-1L - draw(PAGE));
	}
}

void *bad_pointer(void)
{
	return bad_pointer_in(self->sink);
}

static struct pointer view_pointer(enum view_of of)
{
	struct pointer pointer = { .view = view_take_of(of) };

	/* (which would spread what is others') */
	if (pointer.view && pointer.view->overlaid) {
		view_put(pointer.view);
		pointer.view = NULL;
	}
	if (pointer.view) {
		size_t offset = draw(pointer.view->bytes);

		pointer.address = pointer.view->base + offset;
		pointer.room = pointer.view->bytes - offset;
	}
	return pointer;
}

static void *in_scratch(char *scratch)
{
	return scratch + (one_in(2) ? 0 : draw(SCRATCH));
}

/* Only what this process wrote, so that others can tell. */
struct pointer source_pointer(void)
{
	struct pointer pointer = { 0 };

	if (one_in(8))
		pointer = view_pointer(VIEW_PLAYBACK);
	else if (one_in(16))
		pointer.address = bad_pointer_in(self->source);
	if (!pointer.room)
		pointer.room = SIZE_MAX;
	if (!pointer.address)
		pointer.address = in_scratch(self->source);
	return pointer;
}

/* Only where nobody looks for what others wrote. */
struct pointer sink_pointer(void)
{
	struct pointer pointer = { 0 };

	if (one_in(8))
		pointer = view_pointer(VIEW_CAPTURE);
	else if (one_in(16))
		pointer.address = bad_pointer();
	if (!pointer.room)
		pointer.room = SIZE_MAX;
	if (!pointer.address)
		pointer.address = in_scratch(self->sink);
	return pointer;
}

void put_pointer(struct pointer *pointer)
{
	if (pointer->view)
		view_put(pointer->view);
}

/* --- open and close --- */

static const struct device *any_device(void)
{
	const struct device *device = NULL;
	unsigned int n, tries;

	for (tries = 0; tries < 64; tries++) {
		n = draw(settings.device_count);
		device = &settings.devices[n];
		if (!self->call->target || device->target == self->call->target)
			break;
	}
	return device;
}

static int open_flags(void)
{
	int flags = O_RDWR;

	if (one_in(16))
		flags = one_in(2) ? O_RDONLY : O_WRONLY;
	if (!one_in(16))
		flags |= O_NONBLOCK;
	/* A substream of somebody else's */
	if (settings.strangers && one_in(16))
		flags |= O_APPEND;
	if (one_in(32))
		flags |= O_CLOEXEC | O_DIRECT;
	return flags;
}

static struct slot *take_gone_slot(void)
{
	unsigned int n;

	for (n = 0; n < FDS_MAX; n++) {
		if (!atomic_load(&slots[n].gone) || !slot_take(&slots[n]))
			continue;
		if (has_file(&slots[n]))
			return &slots[n];
		slot_put(&slots[n]);
	}
	return NULL;
}

static struct slot *take_slot(bool empty)
{
	unsigned int n;

	for (n = 0; n < FDS_MAX; n++) {
		struct slot *slot = &slots[(self->call->slot + n) % FDS_MAX];

		if (has_file(slot) == empty || !slot_take(slot))
			continue;
		if (has_file(slot) != empty)
			return slot;
		slot_put(slot);
	}
	return NULL;
}

static void slot_set(struct slot *slot, int fd, const struct device *device)
{
	slot->device = device;
	slot->frame_bytes = 0;
	slot->buffer_bytes = 0;
	slot->gone = false;
	atomic_store(&slot->fd, fd);
}

/* One for a new file; when all are taken, one is closed. */
static struct slot *take_place(void)
{
	struct slot *slot = take_slot(true);

	if (slot)
		return slot;
	slot = take_gone_slot() ?: take_slot(false);
	if (!slot)
		return NULL;
	close(slot->fd);
	slot_set(slot, 0, NULL);
	return slot;
}

long call_open(void)
{
	const struct device *device = any_device();
	struct slot *slot = take_place();
	long fd;

	if (!slot)
		return IDLE;
	fd = result_of(open(device->path, open_flags()));
	if (fd > 0)
		slot_set(slot, fd, device);
	slot_put(slot);
	return fd;
}

long call_close(void)
{
	struct slot *slot = one_in(2) ? take_gone_slot() : NULL;
	long result;

	if (!slot)
		slot = take_slot(false);
	if (!slot)
		return IDLE;
	result = result_of(close(slot->fd));
	slot_set(slot, 0, NULL);
	slot_put(slot);
	return result;
}

long call_dup(void)
{
	struct slot *slot = take_slot(true);
	struct file file;
	long fd;

	if (!slot)
		return IDLE;
	if (!pick_file(TARGET_ANY, &file)) {
		slot_put(slot);
		return IDLE;
	}
	fd = result_of(dup(file.fd));
	if (fd > 0 && !still_open(&file)) { /* of another file, perhaps */
		close((int)fd);
	} else if (fd > 0) {
		slot_set(slot, fd, file.device);
		slot->frame_bytes = file.slot->frame_bytes;
		slot->buffer_bytes = file.slot->buffer_bytes;
	}
	slot_put(slot);
	return fd;
}

/* A file of another process, by the low numbers that files have there. */
static long take_strangers_file(pid_t pid)
{
	long pidfd = result_of(syscall(SYS_pidfd_open, pid, 0));
	long fd;

	if (pidfd < 0)
		return pidfd;
	fd = result_of(syscall(SYS_pidfd_getfd, (int)pidfd, 3 + draw(FDS_MAX),
			       0));
	close(pidfd);
	return fd;
}

/* NULL: it is none of them. */
static const struct device *device_of(int fd)
{
	char link[32], path[sizeof(settings.devices[0].path)];
	ssize_t length;
	unsigned int n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	for (n = 0; n < settings.device_count; n++)
		if (!strcmp(settings.devices[n].path, path))
			return &settings.devices[n];
	return NULL;
}

long call_steal(void)
{
	const struct worker_record *other = &record->worker[draw(WORKERS_MAX)];
	pid_t pid = other->tid ? other->pid : 0;
	const struct device *device = NULL;
	struct slot *slot;
	long fd;

	if (!settings.strangers || !pid || pid == getpid())
		return IDLE;
	slot = take_place();
	if (!slot)
		return IDLE;
	fd = take_strangers_file(pid);
	/* (asked once: an unbind may take the node away at any moment) */
	if (fd > 0)
		device = device_of(fd);
	if (device)
		slot_set(slot, fd, device);
	else if (fd > 0)
		close(fd);
	slot_put(slot);
	return fd;
}

/* --- other calls --- */

long call_fcntl(void)
{
	int flags = one_in(2) ? O_NONBLOCK : 0;
	struct file file;

	if (!pick_file(TARGET_ANY, &file))
		return IDLE;
	switch (draw(5)) {
	case 0:
		return result_of(fcntl(file.fd, F_GETFL));
	case 1:
		/* ALSA loses 104 bytes for each such stream that is unbound. */
		if (settings.unbind && file.device->target == TARGET_PCM)
			return IDLE;
		return result_of(fcntl(file.fd, F_SETFL, flags | O_ASYNC));
	case 2:
		return result_of(fcntl(file.fd, F_SETOWN, getpid()));
	case 3:
		return result_of(fcntl(file.fd, draw(40), 0));
	default:
		return result_of(fcntl(file.fd, F_SETFL, flags));
	}
}

long call_poll(void)
{
	struct pollfd polled[4];
	unsigned int count = 0, n, wanted = 1 + draw(4);

	for (n = 0; n < wanted; n++) {
		struct file file;

		if (!pick_file(one_in(2) ? TARGET_ANY : TARGET_PCM, &file))
			break;
		polled[count].fd = file.fd;
		polled[count].events = one_in(4) ? (short)draw(0x10000) :
						   POLLIN | POLLOUT;
		count++;
	}
	if (!count)
		return IDLE;
	return result_of(poll(polled, count, (int)draw(4)));
}

long call_lseek(void)
{
	struct file file;
	uint64_t offset = one_in(2) ? draw(1 << 20) : boundary(1 << 20);

	if (!pick_file(one_in(8) ? TARGET_ANY : TARGET_COPY, &file))
		return IDLE;
	return result_of(lseek(file.fd, (off_t)offset, (int)draw(6)));
}

long call_fsync(void)
{
	struct file file;

	if (!pick_file(TARGET_ANY, &file))
		return IDLE;
	return result_of(one_in(2) ? fsync(file.fd) : fdatasync(file.fd));
}

/* Out of a pipe into a file, or the other way. */
long call_splice(void)
{
	int pipe_fds[2];
	struct file file;
	long result;

	if (!pick_file(TARGET_COPY, &file) || pipe2(pipe_fds, O_NONBLOCK))
		return IDLE;
	if (one_in(2)) {
		if (write(pipe_fds[1], self->source, PAGE) < 0)
			result = -errno;
		result = result_of(splice(pipe_fds[0], NULL, file.fd, NULL,
					  PAGE, 0));
	} else {
		result = result_of(splice(file.fd, NULL, pipe_fds[1], NULL,
					  PAGE, SPLICE_F_NONBLOCK));
	}
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return result;
}

/* --- reading and writing --- */

static const enum target readable[] = { TARGET_PCM,  TARGET_PCM,   TARGET_COPY,
					TARGET_COPY, TARGET_TIMER, TARGET_ANY };

static bool pick_readable(bool at_offset, struct file *file)
{
	if (at_offset && !one_in(8))
		return pick_file(TARGET_COPY, file);
	return pick_file(readable[draw(6)], file);
}

/* What fits into memory that is there, whole frames mostly; else anything. */
static size_t some_bytes(const struct file *file, const struct pointer *pointer)
{
	unsigned int frame = file->slot->frame_bytes;
	size_t bytes = one_in(3) ? draw(64) : draw(SCRATCH);

	if (frame && !one_in(8))
		bytes = bytes / frame * frame;
	if (one_in(16))
		bytes = boundary(file->slot->buffer_bytes);
	return bytes < pointer->room ? bytes : pointer->room;
}

static void judge_read(const struct file *file, const struct pointer *pointer,
		       long result)
{
	if (result > 0 && file->device->target == TARGET_COPY &&
	    !pointer->view && (char *)pointer->address >= self->sink &&
	    (char *)pointer->address < self->sink + SCRATCH && still_open(file))
		judge_words("a file's buffer on the card", pointer->address,
			    (size_t)result);
}

static long read_or_write(bool write_it, bool at_offset)
{
	struct pointer pointer;
	struct file file;
	off_t offset;
	size_t bytes;
	long result;

	if (!pick_readable(at_offset, &file))
		return IDLE;
	offset = one_in(2) ? draw(1 << 20) : (off_t)boundary(1 << 20);
	pointer = write_it ? source_pointer() : sink_pointer();
	bytes = some_bytes(&file, &pointer);
	if (at_offset)
		result = write_it ?
				 pwrite(file.fd, pointer.address, bytes,
					offset) :
				 pread(file.fd, pointer.address, bytes, offset);
	else
		result = write_it ? write(file.fd, pointer.address, bytes) :
				    read(file.fd, pointer.address, bytes);
	result = result_of(result);
	if (!write_it)
		judge_read(&file, &pointer, result);
	put_pointer(&pointer);
	return result;
}

long call_read(void)
{
	return read_or_write(false, false);
}

long call_write(void)
{
	return read_or_write(true, false);
}

long call_pread(void)
{
	return read_or_write(false, true);
}

long call_pwrite(void)
{
	return read_or_write(true, true);
}

#define IOVECS_MAX 12

/*
 * Pieces of any length, none too; the count is wrong now and then. What lies behind
 * them then is nothing, and not what another call has left on the stack: of a readv(),
 * that could hold what others wrote.
 */
static long with_iovecs(bool write_it)
{
	struct iovec iovecs[2 * IOVECS_MAX] = { 0 };
	struct pointer pointers[IOVECS_MAX];
	unsigned int count = draw(IOVECS_MAX + 1), n;
	struct file file;
	long result;

	if (!pick_readable(false, &file))
		return IDLE;
	for (n = 0; n < count; n++) {
		pointers[n] = write_it ? source_pointer() : sink_pointer();
		iovecs[n].iov_base = pointers[n].address;
		iovecs[n].iov_len = one_in(8) ? 0 :
						some_bytes(&file, &pointers[n]);
	}
	result = result_of(syscall(write_it ? SYS_writev : SYS_readv, file.fd,
				   one_in(32) ? bad_pointer() : iovecs,
				   one_in(32) ? boundary(count) : count));
	while (n)
		put_pointer(&pointers[--n]);
	return result;
}

long call_readv(void)
{
	return with_iovecs(false);
}

long call_writev(void)
{
	return with_iovecs(true);
}
