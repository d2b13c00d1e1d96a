// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command as another user, who needs no entry anywhere.
 *
 * Usage: as-user UID COMMAND...
 */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uid_t user;

	if (argc < 3) {
		fprintf(stderr, "usage: as-user UID COMMAND...\n");
		return 64;
	}
	user = strtoul(argv[1], NULL, 0);
	if (setgroups(0, NULL) || setgid(user) || setuid(user)) {
		perror("setuid");
		return 1;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
