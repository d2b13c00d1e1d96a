/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program's own memory, made present before the card's buffers are mapped,
 * so that every page fault that is counted afterwards was taken on a buffer of
 * the card.
 */
#ifndef ONCARD_OWNMEM_H
#define ONCARD_OWNMEM_H

/*
 * Makes everything that is mapped now present: with mlockall(), or where that
 * is not allowed by MADV_POPULATE_*. Returns how it was done, for people. Call
 * it before the buffers are mapped: MCL_FUTURE is not used, for it would
 * populate them too.
 */
const char *own_memory_make_present(void);

/*
 * Page faults that this process has taken, with and without reading from a
 * disk.
 */
unsigned long page_faults(void);

#endif
