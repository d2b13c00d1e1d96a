// SPDX-License-Identifier: GPL-2.0-only
//
// page-of-dma: a struct page is looked up behind a DMA buffer

@page_of_dma@
identifier call : script:python() { is_to_page(call) };
expression E;
position p;
@@
 call@p(E)

@script:python@
p << page_of_dma.p;
call << page_of_dma.call;
@@
if origin_of(p):
    say(p, "page-of-dma",
        "%s() of a DMA buffer (%s)" % (call, origin_of(p)),
        "card memory has no page, remapped memory has it elsewhere",
        "use dma_mmap_coherent() or dma_get_sgtable()")
