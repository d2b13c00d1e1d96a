// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls on what is mapped, by this process and by others that look into it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../modules/lifetime-node.h"
#include "fuzz.h"

/* x86 alone has it. */
#ifndef MAP_32BIT
#define MAP_32BIT 0
#endif

#define PCM_PAGES   0x80000000UL /* from here on: ALSA's status and control */
#define ARENA_PAGES 1024

/* For fixed addresses: what is mapped there may be overwritten at any moment. */
static char *arena(void)
{
	static char *_Atomic place;
	char *mapped, *none = NULL;

	if (place)
		return place;
	mapped = mmap(NULL, ARENA_PAGES * PAGE, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapped != MAP_FAILED &&
	    !atomic_compare_exchange_strong(&place, &none, mapped))
		munmap(mapped, ARENA_PAGES * PAGE);
	return place;
}

static bool in_arena(const char *base, size_t bytes)
{
	return base + bytes > arena() && base < arena() + ARENA_PAGES * PAGE;
}

static size_t page_up(size_t bytes)
{
	return (bytes + PAGE - 1) & ~(PAGE - 1);
}

/* --- mmap --- */

struct mmap_call {
	void *address;
	size_t length;
	int prot;
	int flags;
	off_t offset;
};

static int some_prot(void)
{
	if (!one_in(4))
		return PROT_READ | PROT_WRITE;
	return one_in(8) ? (int)dice_next(&self->dice) : (int)draw(8);
}

/* Never without a file, which is of no interest, and could take all memory. */
static int some_map_flags(void)
{
	static const int more[] = {
		MAP_POPULATE,  MAP_LOCKED,   MAP_NORESERVE, MAP_GROWSDOWN,
		MAP_DENYWRITE, MAP_HUGETLB,  MAP_SYNC,      MAP_32BIT,
		MAP_STACK,     MAP_NONBLOCK,
	};
	int flags = MAP_SHARED;

	if (one_in(6))
		flags = (int)draw(4);
	while (one_in(4))
		flags |= more[draw(sizeof(more) / sizeof(more[0]))];
	return flags & ~MAP_ANONYMOUS;
}

static void fix_address(struct mmap_call *call)
{
	size_t page = draw(ARENA_PAGES);

	if (!arena() || call->length > (ARENA_PAGES - page) * PAGE)
		return;
	call->address = arena() + page * PAGE;
	call->flags |= one_in(4) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
}

static void lay_out_pcm(const struct file *file, struct mmap_call *call)
{
	size_t bytes = page_up(file->slot->buffer_bytes);
	unsigned int pages = bytes ? bytes / PAGE : 16, first;

	if (one_in(8)) {
		call->length = PAGE;
		call->offset = PCM_PAGES + draw(4) * 0x1000000UL;
		return;
	}
	first = one_in(2) ? 0 : draw(pages);
	call->offset = first * PAGE;
	call->length = one_in(2) ? (pages - first) * PAGE :
				   (1 + draw(pages - first)) * PAGE;
}

static void lay_out_lifetime(struct mmap_call *call)
{
	unsigned int slot = draw(LIFETIME_SLOTS);
	unsigned int page = one_in(2) ? 0 : draw(LIFETIME_SLOT_PAGES);

	call->offset = (slot * LIFETIME_SLOT_PAGES + page) * PAGE;
	call->length = (1 + draw(one_in(2) ? 8 : LIFETIME_SLOT_PAGES)) * PAGE;
}

static void lay_out(const struct file *file, struct mmap_call *call)
{
	call->address = one_in(16) ? (void *)boundary(PAGE) : NULL;
	call->prot = some_prot();
	call->flags = some_map_flags();
	if (file->device->target == TARGET_LIFETIME)
		lay_out_lifetime(call);
	else
		lay_out_pcm(file, call);
	if (one_in(6))
		call->length = boundary(page_up(file->slot->buffer_bytes));
	if (one_in(6))
		call->offset =
			(off_t)boundary(page_up(file->slot->buffer_bytes));
	if (one_in(2))
		call->offset &= ~(PAGE - 1);
	/* A hint is no more than that. */
	if (one_in(8))
		fix_address(call);
}

/* Whether the bytes that were mapped can be there at all. */
static void judge_mmap(const struct file *file, const struct mmap_call *call)
{
	const struct device *device = file->device;
	uint64_t first = (uint64_t)call->offset;
	uint64_t bytes_max = device->bytes_max;

	if (device->target != TARGET_PCM && device->target != TARGET_LIFETIME) {
		found("%s was mapped, length %#zx, offset %#lx", device->path,
		      call->length, call->offset);
		return;
	}
	if (!bytes_max || (device->target == TARGET_PCM && first >= PCM_PAGES))
		return;
	if (device->target == TARGET_LIFETIME)
		first %= LIFETIME_SLOT_PAGES * PAGE;
	if ((call->flags & MAP_TYPE) == MAP_PRIVATE)
		found("%s was mapped with MAP_PRIVATE", device->path);
	if (first > bytes_max || page_up(call->length) > bytes_max - first)
		found("%s was mapped beyond its buffer: length %#zx, offset %#lx",
		      device->path, call->length, call->offset);
}

static enum view_of what_it_is(const struct file *file,
			       const struct mmap_call *call)
{
	if (file->device->target == TARGET_LIFETIME)
		return VIEW_LIFETIME;
	if ((uint64_t)call->offset >= PCM_PAGES)
		return VIEW_PCM_PAGE;
	return file->device->capture ? VIEW_CAPTURE : VIEW_PLAYBACK;
}

/* What is not known for sure is not judged by. */
static void describe_view(struct view *view, const struct file *file,
			  const struct mmap_call *call, char *base)
{
	view->base = base;
	view->bytes = page_up(call->length);
	view->prot = call->prot;
	view->of = what_it_is(file, call);
	view->ours = file->device->bytes_max && view->of != VIEW_PCM_PAGE;
	view->overlaid = in_arena(base, view->bytes);
	view->mixed = view->overlaid || !file->device->bytes_max ||
		      view->of == VIEW_PCM_PAGE || call->flags & MAP_GROWSDOWN;
	view->not_inherited = false;
}

long call_mmap(void)
{
	struct view *view = view_take_free();
	enum target target = one_in(4) ? TARGET_LIFETIME : TARGET_PCM;
	struct mmap_call call;
	struct file file;
	long address;

	if (!view)
		return IDLE;
	if (!pick_file(target, &file) && !pick_file(TARGET_ANY, &file)) {
		view_put(view);
		return IDLE;
	}
	lay_out(&file, &call);
	address =
		result_of(syscall(SYS_mmap, call.address, call.length,
				  call.prot, call.flags, file.fd, call.offset));
	if (address > 0) {
		if (still_open(&file)) {
			judge_mmap(&file, &call);
			describe_view(view, &file, &call, (char *)address);
		} else { /* of another file, perhaps */
			munmap((void *)address, call.length);
		}
		address = 0;
	}
	view_put(view);
	return address;
}

/* --- changing what is mapped --- */

struct part {
	size_t offset;
	size_t bytes;
};

static struct part some_part(const struct view *view)
{
	size_t pages = view->bytes / PAGE, first;

	if (one_in(2))
		return (struct part){ 0, view->bytes };
	first = draw(pages);
	return (struct part){ first * PAGE, (1 + draw(pages - first)) * PAGE };
}

static bool is_whole(const struct view *view, const struct part *part)
{
	return !part->offset && part->bytes == view->bytes;
}

/* Two parts may be left. What there is no place for is unmapped, too. */
static void forget_part(struct view *view, const struct part *part)
{
	size_t end = part->offset + part->bytes;
	struct view tail = *view;

	tail.base += end;
	tail.bytes -= end;
	view->bytes = part->offset;
	if (!part->offset)
		view->base = NULL;
	if (tail.bytes) {
		struct view *place = view_take_free();

		if (!place) {
			munmap(tail.base, tail.bytes);
			return;
		}
		tail.generation = place->generation;
		*place = tail;
		view_put(place);
	}
}

long call_munmap(void)
{
	struct view *view = view_take();
	struct part part;
	long result;

	if (!view)
		return IDLE;
	part = some_part(view);
	result = result_of(munmap(view->base + part.offset, part.bytes));
	if (!result)
		forget_part(view, &part);
	view_put(view);
	return result;
}

static void judge_mremap(const struct view *view, size_t old_bytes,
			 size_t new_bytes)
{
	if (view->ours && page_up(new_bytes) > page_up(old_bytes))
		found("a mapping of a buffer has grown by mremap() from %#zx to %#zx bytes",
		      old_bytes, new_bytes);
}

/* The part is elsewhere now, and may be shorter. */
static void moved(struct view *view, const struct part *part, char *base,
		  size_t bytes, int flags)
{
	struct view *place = view_take_free();

	if (!place) {
		munmap(base, bytes);
	} else {
		struct view copy = *view;

		copy.generation = place->generation;
		copy.base = base;
		copy.bytes = page_up(bytes);
		copy.overlaid |= in_arena(base, copy.bytes);
		copy.mixed |= copy.overlaid;
		*place = copy;
		view_put(place);
	}
	if (flags & MREMAP_DONTUNMAP)
		view->mixed = true;
	else
		forget_part(view, part);
}

long call_mremap(void)
{
	struct view *view = view_take();
	int flags = (int)draw(8);
	void *to = arena() + draw(ARENA_PAGES / 2) * PAGE;
	struct part part;
	size_t bytes;
	long address;

	if (!view)
		return IDLE;
	part = some_part(view);
	bytes = one_in(3) ? boundary(part.bytes) : part.bytes;
	if (one_in(4))
		bytes = (1 + draw(part.bytes / PAGE)) * PAGE;
	/* What lies behind the arena is not to be overwritten. */
	if (bytes > ARENA_PAGES / 2 * PAGE)
		flags &= ~MREMAP_FIXED;
	address = result_of(syscall(SYS_mremap, view->base + part.offset,
				    part.bytes, bytes, flags, to));
	if (address > 0) {
		judge_mremap(view, part.bytes, bytes);
		moved(view, &part, (char *)address, bytes, flags);
		address = 0;
	} else if (flags & MREMAP_FIXED) {
		/* Several mappings in a row may have been moved to the half. */
		munmap(view->base + part.offset, part.bytes);
		forget_part(view, &part);
	}
	view_put(view);
	return address;
}

long call_mprotect(void)
{
	struct view *view = view_take();
	int prot = some_prot();
	struct part part;
	long result;

	if (!view)
		return IDLE;
	part = some_part(view);
	result = result_of(syscall(SYS_mprotect, view->base + part.offset,
				   part.bytes, prot));
	/* One that failed may have been done to the half. */
	if (result || !is_whole(view, &part))
		view->mixed = true;
	else
		view->prot = prot;
	view_put(view);
	return result;
}

/* Not those that take pages of memory out of use. */
static int some_advice(void)
{
	int advice = one_in(4) ? (int)draw(26) : (int)draw(21);

	return one_in(64) ? (int)boundary(0) & ~0x7f : advice;
}

static void judge_advice(const struct view *view, int advice)
{
	if (!view->ours)
		return;
	if (advice == MADV_DODUMP)
		found("a core dump was told to contain a buffer");
	if (advice == MADV_DONTNEED || advice == MADV_DOFORK)
		found("advice %d was taken for a buffer", advice);
}

long call_madvise(void)
{
	struct view *view = view_take();
	int advice = some_advice();
	struct part part;
	long result;

	if (!view)
		return IDLE;
	part = some_part(view);
	result = result_of(syscall(SYS_madvise, view->base + part.offset,
				   part.bytes, advice));
	if (!result)
		judge_advice(view, advice);
	if (!result && advice == MADV_DONTFORK) {
		view->not_inherited = true;
		view->mixed |= !is_whole(view, &part);
	}
	view_put(view);
	return result;
}

static long on_part(long (*call)(void *address, size_t bytes))
{
	struct view *view = view_take();
	struct part part;
	long result;

	if (!view)
		return IDLE;
	part = some_part(view);
	result = result_of(call(view->base + part.offset, part.bytes));
	view_put(view);
	return result;
}

static long do_msync(void *address, size_t bytes)
{
	return msync(address, bytes, (int)draw(8));
}

static long do_mlock(void *address, size_t bytes)
{
	switch (draw(3)) {
	case 0:
		return munlock(address, bytes);
	case 1:
		return mlock(address, bytes);
	default:
		return syscall(SYS_mlock2, address, bytes, draw(3));
	}
}

static long do_mincore(void *address, size_t bytes)
{
	return mincore(address, bytes, (unsigned char *)self->sink);
}

long call_msync(void)
{
	return on_part(do_msync);
}

long call_mlock(void)
{
	return on_part(do_mlock);
}

long call_mincore(void)
{
	return on_part(do_mincore);
}

long call_touch_read(void)
{
	return touch_view(false);
}

long call_touch_write(void)
{
	return touch_view(true);
}

/* --- looking into a process --- */

static long process_vm(bool write_it)
{
	struct view *view = one_in(4) ? NULL : view_take();
	struct iovec local = { write_it ? self->source : self->sink,
			       8 + draw(2 * PAGE) };
	struct iovec remote = { view ? view->base : self->sink, local.iov_len };
	long result;

	if (view)
		remote.iov_base = view->base + draw(view->bytes);
	result = result_of(syscall(write_it ? SYS_process_vm_writev :
					      SYS_process_vm_readv,
				   getpid(), &local, 1, &remote, 1, 0));
	if (view && result > 0 && view->ours && !view->mixed)
		found("process_vm_%s() reached a buffer, %ld bytes",
		      write_it ? "writev" : "readv", result);
	if (view)
		view_put(view);
	return result;
}

long call_vm_readv(void)
{
	return process_vm(false);
}

long call_vm_writev(void)
{
	return process_vm(true);
}

/* As a debugger does it, across the end of what is mapped now and then. */
static long process_mem(bool write_it)
{
	struct view *view = view_take();
	size_t bytes = 1 + draw(one_in(4) ? 3 * PAGE : 64);
	long result;
	int fd;

	if (!view)
		return IDLE;
	if (write_it && (view->of != VIEW_PLAYBACK || view->overlaid)) {
		view_put(view);
		return IDLE;
	}
	fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		result = -errno;
	} else {
		size_t offset = draw(view->bytes);
		off_t address = (off_t)(view->base + offset);

		/* What lies behind is read, but not written to. */
		if (write_it && bytes > view->bytes - offset)
			bytes = view->bytes - offset;

		result = result_of(write_it ? pwrite(fd, self->source, bytes,
						     address) :
					      pread(fd, self->sink, bytes,
						    address));
		close(fd);
	}
	view_put(view);
	return result;
}

long call_mem_read(void)
{
	return process_mem(false);
}

long call_mem_write(void)
{
	return process_mem(true);
}

static pid_t stopped_child(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	_exit(0);
}

static void wait_for(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A child stops, and is looked at, by words. */
long call_ptrace(void)
{
	struct view *view = view_take_of(VIEW_PLAYBACK);
	long result = 0;
	unsigned int n;
	pid_t pid;

	if (!view)
		return IDLE;
	pid = stopped_child();
	if (pid < 0) {
		result = -errno;
	} else {
		wait_for(pid);
		for (n = 0; n < 4 && !result; n++) {
			char *word = view->base + draw(view->bytes / 8) * 8;

			errno = 0;
			if (view->overlaid || one_in(2))
				ptrace(PTRACE_PEEKDATA, pid, word, NULL);
			else
				ptrace(PTRACE_POKEDATA, pid, word, own_tag());
			result = -errno;
		}
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
		wait_for(pid);
	}
	view_put(view);
	return result;
}
