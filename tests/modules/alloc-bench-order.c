// SPDX-License-Identifier: GPL-2.0
/*
 * The allocator itself, compiled once more: an object can be part of one module only.
 */
#include "../../dma-core/page-order.c"
