// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure.h"

long figure(const char *path, const char *name)
{
	char line[256];
	long value = -1;
	char *at;
	FILE *in = fopen(path, "r");

	if (!in) {
		perror(path);
		exit(2);
	}
	while (value < 0 && fgets(line, sizeof(line), in)) {
		at = strstr(line, name);
		if (at && (at == line || at[-1] == ' '))
			value = strtol(at + strlen(name), NULL, 0);
	}
	fclose(in);
	return value;
}
