/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures that debugfs and sysfs show. */
#ifndef FIGURE_H
#define FIGURE_H

/*
 * The number behind the word NAME, such as "free=", in the first line of a file that has it;
 * with "", the file's first. -1 without such a line; a file that cannot be read ends the
 * program: what is not known would be equal, and prove nothing.
 */
long figure(const char *path, const char *name);

#endif /* FIGURE_H */
