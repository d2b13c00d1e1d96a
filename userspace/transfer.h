/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ONCARD_TRANSFER_H
#define ONCARD_TRANSFER_H

#include "stream.h"

/* One for each of enum stream_access. */
extern const struct stream_transfer stream_transfers[];

#endif
