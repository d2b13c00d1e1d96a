/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_PLATFORM_H
#define SND_ONCARD_PLATFORM_H

int oncard_platform_register(void);
void oncard_platform_unregister(void);

#endif /* SND_ONCARD_PLATFORM_H */
