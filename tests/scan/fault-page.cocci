// SPDX-License-Identifier: GPL-2.0-only
//
// fault-page-of-dma: a fault handler returns the page behind a DMA buffer
// fault-page: the same, and where the address comes from is not to be seen
//
// Fault handlers are .fault (once .nopage) of a mapping, and what ALSA's own
// fault handler calls: .page of a PCM, .get_page of a kind of memory.

@fault_handler@
identifier fn, ops;
@@
(
 struct vm_operations_struct ops = { .fault = fn, };
|
 struct vm_operations_struct ops = { .nopage = fn, };
|
 struct snd_pcm_ops ops = { .page = fn, };
|
 struct snd_malloc_ops ops = { .get_page = fn, };
)

@fault_page@
identifier fault_handler.fn;
identifier call : script:python() { is_conversion(call) };
expression E;
position p;
@@
 fn(...)
 {
 <+...
 call@p(E)
 ...+>
 }

@script:python@
p << fault_page.p;
call << fault_page.call;
e << fault_page.E;
@@
if origin_of(p):
    say(p, "fault-page-of-dma",
        "fault handler returns the page behind a DMA buffer (%s)" % origin_of(p),
        "card memory and remapped memory have none there",
        "map all of it in mmap, with dma_mmap_coherent()")
else:
    say(p, "fault-page",
        "fault handler returns the page behind a kernel address, %s(%s)" % (call, shown(e)),
        "fine for pages, impossible for card memory",
        "if it is a DMA buffer, map it in mmap with dma_mmap_coherent()")
