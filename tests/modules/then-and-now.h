/* SPDX-License-Identifier: GPL-2.0-only */
/* What then-and-now's module and its program agree on. */
#ifndef THEN_AND_NOW_H
#define THEN_AND_NOW_H

#define BUFFER_PAGES 64
#define NEXT_OWNER   0x7e87e87e /* each word of the next owner's buffer */
#define STRAY        0x5742a9ed /* what a process writes when the card has gone */

#endif /* THEN_AND_NOW_H */
