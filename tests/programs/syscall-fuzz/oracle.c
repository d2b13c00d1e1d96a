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
#define MANY    512

/* A line of mappings or of buffers. */
struct line {
	uint64_t handle;
	uint64_t first;
	uint64_t pages; /* of a mapping; of a buffer: to the end of its last one */
	int pid;
};

/* The number behind @key in @text; 0 if it is not there. */
static uint64_t field(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

static unsigned int read_lines(const char *folder, const char *name,
			       struct line *lines)
{
	char path[256], text[512];
	unsigned int count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		return 0;
	while (count < MANY && fgets(text, sizeof(text), file)) {
		uint64_t size = field(text, " size=");

		if (!strstr(text, "handle="))
			continue;
		lines[count].handle = field(text, "handle=");
		lines[count].first = field(text, " first_page=");
		lines[count].pages = size ? (size + PAGE - 1) / PAGE :
					    field(text, " pages=");
		lines[count].pid = (int)field(text, " pid=");
		count++;
	}
	fclose(file);
	return count;
}

static const struct line *buffer_of(const struct line *mapping,
				    const struct line *buffers,
				    unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++)
		if (buffers[n].handle == mapping->handle)
			return &buffers[n];
	return NULL;
}

static bool is_among(const struct line *line, const struct line *lines,
		     unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++)
		if (!memcmp(&lines[n], line, sizeof(*line)))
			return true;
	return false;
}

/* A mapping that was there before and after looking at buffers had that buffer. */
static void judge_device(const char *folder)
{
	static struct line before[MANY], buffers[MANY], after[MANY];
	unsigned int count, buffer_count, after_count, n;

	count = read_lines(folder, "mappings", before);
	buffer_count = read_lines(folder, "buffers", buffers);
	after_count = read_lines(folder, "mappings", after);
	for (n = 0; n < count; n++) {
		const struct line *mapping = &before[n];
		const struct line *buffer =
			buffer_of(mapping, buffers, buffer_count);

		if (buffer)
			atomic_fetch_add(&record->mappings_judged, 1);
		if (!buffer || mapping->first + mapping->pages <= buffer->pages)
			continue;
		if (is_among(mapping, after, after_count))
			found("process %d has mapped pages %llu to %llu of a buffer of %llu",
			      mapping->pid, (unsigned long long)mapping->first,
			      (unsigned long long)(mapping->first +
						   mapping->pages - 1),
			      (unsigned long long)buffer->pages);
	}
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
