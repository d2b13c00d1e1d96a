// SPDX-License-Identifier: GPL-2.0-only
/*
 * The allocator itself, compiled once more: an object can be part of one module only.
 * And its checker, which is part of no other.
 */
#include "../../dma-core/page-order.c"
#include "../../dma-core/page-order-check.c"
