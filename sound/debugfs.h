/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_DEBUGFS_H
#define SND_ONCARD_DEBUGFS_H

struct oncard;

void oncard_debugfs_init(void);
void oncard_debugfs_exit(void);
void oncard_debugfs_add(struct oncard *chip);
void oncard_debugfs_remove(struct oncard *chip);

#endif /* SND_ONCARD_DEBUGFS_H */
