/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The back door of a board, for tests: chip.c and debugfs.c open it.
 */
#ifndef SND_ONCARD_MISBEHAVE_H
#define SND_ONCARD_MISBEHAVE_H

struct dentry;
struct oncard_board;

void oncard_misbehave_power_on(struct oncard_board *board);
void oncard_misbehave_debugfs(struct oncard_board *board, struct dentry *dir);

#endif /* SND_ONCARD_MISBEHAVE_H */
