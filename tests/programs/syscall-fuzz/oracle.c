// SPDX-License-Identifier: GPL-2.0-only
/*
 * What others say: dma-core's debugfs, that no mapping reaches beyond its buffer; the
 * lab's node, that nobody wrote to memory that is not his.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../modules/lifetime-node.h"
#include "fuzz.h"

#define FOLDERS "/sys/kernel/debug/dma-core/*"

/* The number behind @key in @text; 0 if it is not there. */
static uint64_t field(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

/* A line of a mapping, written under one lock, has its buffer's size. */
static void judge_mapping(const char *text)
{
	uint64_t buffer_pages = (field(text, " size=") + PAGE - 1) / PAGE;
	uint64_t first = field(text, " first_page=");
	uint64_t end = first + field(text, " pages=");

	atomic_fetch_add(&record->mappings_judged, 1);
	if (end > buffer_pages)
		found("process %d has mapped pages %llu to %llu of a buffer of %llu",
		      (int)field(text, " pid="), (unsigned long long)first,
		      (unsigned long long)(end - 1),
		      (unsigned long long)buffer_pages);
}

static void judge_device(const char *folder)
{
	char path[256], text[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/mappings", folder);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(text, sizeof(text), file))
		judge_mapping(text);
	fclose(file);
}

/* Of a card that is one of ours, and maps by dma_map_coherent(). */
bool mappings_are_shown(void)
{
	bool shown = false;
	glob_t files;
	unsigned int n;

	for (n = 0; n < settings.device_count && !shown; n++)
		shown = settings.devices[n].target == TARGET_PCM &&
			settings.devices[n].bytes_max;
	if (!shown || glob(FOLDERS "/mappings", 0, NULL, &files))
		return false;
	globfree(&files);
	return true;
}

void judge_mappings(void)
{
	glob_t folders;
	size_t n;

	if (glob(FOLDERS, GLOB_ONLYDIR, NULL, &folders))
		return;
	for (n = 0; n < folders.gl_pathc; n++)
		judge_device(folders.gl_pathv[n]);
	globfree(&folders);
}

/* (not held open: that would keep the module) */
void judge_node(void)
{
	static uint64_t violations;
	struct lifetime_counters now = { .violations = violations };
	int fd;

	if (!settings.has[TARGET_LIFETIME])
		return;
	fd = open("/dev/lifetime", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	if (!ioctl(fd, LIFETIME_QUERY, &now) && now.violations > violations)
		found("%llu words of memory are not what their owner wrote; the kernel's log says which",
		      (unsigned long long)(now.violations - violations));
	violations = now.violations;
	close(fd);
}
