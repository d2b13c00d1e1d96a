// SPDX-License-Identifier: GPL-2.0-only
/*
 * map-node NODE BYTES [WORD]: maps a device node, shared. With WORD, fills the mapping
 * with it, a line each; then, from a mapping of its own, prints the first line that
 * it holds, and how many in a row are the same.
 *
 * map-node --hold NODE BYTES: prints that, waits for a line on the standard input, prints
 * what the same mapping holds now, and what comes of another mapping of the open node.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINE 16

static void die(const char *what)
{
	fprintf(stderr, "map-node: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_node(const char *node)
{
	int fd = open(node, O_RDWR);

	if (fd < 0)
		die(node);
	return fd;
}

static char *map(const char *node, size_t bytes)
{
	int fd = open_node(node);
	char *memory;

	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	close(fd);
	return memory;
}

static void fill(const char *node, size_t bytes, const char *word)
{
	char *memory = map(node, bytes);
	size_t length = strnlen(word, LINE - 1), at;
	char line[LINE];

	memset(line, ' ', LINE);
	memcpy(line, word, length);
	line[LINE - 1] = '\n';
	for (at = 0; at + LINE <= bytes; at += LINE)
		memcpy(memory + at, line, LINE);
	munmap(memory, bytes);
}

static void show(const char *memory, size_t bytes)
{
	size_t lines;

	for (lines = 1; (lines + 1) * LINE <= bytes; lines++)
		if (memcmp(memory, memory + lines * LINE, LINE))
			break;
	printf("%zu %.*s\n", lines, (int)strcspn(memory, " "), memory);
	fflush(stdout);
}

static int hold(const char *node, size_t bytes)
{
	int fd = open_node(node);
	char *memory = map(node, bytes);

	show(memory, bytes);
	getchar();
	show(memory, bytes);
	if (mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		printf("%s\n", strerror(errno));
	return 0;
}

int main(int argc, char **argv)
{
	char *memory, *end = "";
	size_t bytes;

	if (argc == 4 && !strcmp(argv[1], "--hold"))
		return hold(argv[2], strtoul(argv[3], NULL, 0));
	bytes = argc > 2 ? strtoul(argv[2], &end, 0) : 0;
	if (argc < 3 || argc > 4 || *end || bytes < LINE) {
		fprintf(stderr,
			"Usage: map-node NODE BYTES [WORD] | --hold NODE BYTES\n");
		return 2;
	}
	if (argc == 4)
		fill(argv[1], bytes, argv[3]);
	memory = map(argv[1], bytes);
	show(memory, bytes);
	return 0;
}
