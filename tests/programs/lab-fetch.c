// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab-fetch PAGES: has the card's copy engine read the page lab's buffers, one after
 * the other, so that it fetches the descriptors that their pages need.
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#define LIST_PAGES 128

static void copy_buffer(int lab, int card, size_t number, size_t pages)
{
	size_t page = sysconf(_SC_PAGESIZE);
	struct iovec buffer = { .iov_len = pages * page };

	buffer.iov_base = mmap(NULL, buffer.iov_len, PROT_READ, MAP_SHARED, lab,
			       number * LIST_PAGES * page);
	if (buffer.iov_base == MAP_FAILED)
		err(1, "buffer %zu cannot be mapped", number);
	if (pwritev(card, &buffer, 1, 0) != (ssize_t)buffer.iov_len)
		err(1, "buffer %zu cannot be copied", number);
	munmap(buffer.iov_base, buffer.iov_len);
}

int main(int argc, char **argv)
{
	size_t left = argc == 2 ? strtoul(argv[1], NULL, 0) : 0;
	int lab = open("/dev/page-lab", O_RDONLY);
	int card = open("/dev/oncard0", O_RDWR);
	size_t number;

	if (!left)
		errx(2, "usage: lab-fetch PAGES");
	if (lab < 0)
		err(1, "/dev/page-lab");
	if (card < 0)
		err(1, "/dev/oncard0");
	for (number = 0; left; number++) {
		size_t pages = left < LIST_PAGES ? left : LIST_PAGES;

		copy_buffer(lab, card, number, pages);
		left -= pages;
	}
	return 0;
}
