// SPDX-License-Identifier: GPL-2.0-only
//
// handle-as-phys: a DMA address is used as a physical address, or as a pfn

@initialize:python@
@@
def say_handle(p, fn, whose):
    say(p, "handle-as-phys", "%s() of a DMA address (%s)" % (fn, whose),
        "with an IOMMU or card memory it is no physical address",
        "keep the CPU address for the CPU; map with dma_mmap_coherent()")

@translated@
identifier fn : script:python() { is_translation(fn) };
typedef dma_addr_t;
dma_addr_t h;
position p;
@@
 fn(..., <+... h@p ...+>, ...)

@by_name@
identifier fn : script:python() { is_wants_phys(fn) };
identifier handle_member.m;
expression E;
position p;
@@
 fn@p(..., <+... \(E->m\|E.m\) ...+>, ...)

@script:python@
p << by_name.p;
fn << by_name.fn;
m << handle_member.m;
alloc << handle_member.alloc;
@@
say_handle(p, fn, "by name, %s() stores it in '%s'" % (alloc, m))

@by_type@
identifier fn : script:python() { is_wants_phys(fn) };
typedef dma_addr_t;
dma_addr_t h;
position q != translated.p;
position p;
@@
 fn@p(..., <+... h@q ...+>, ...)

@script:python@
p << by_type.p;
fn << by_type.fn;
h << by_type.h;
@@
say_handle(p, fn, "'%s' is a dma_addr_t" % shown(h))

// the same with the pfn in a variable
@by_type_variable exists@
identifier fn : script:python() { is_wants_phys(fn) };
typedef dma_addr_t;
dma_addr_t h;
identifier x;
expression F;
type T;
position p;
@@
(
 x = \(h >> PAGE_SHIFT\|PHYS_PFN(h)\|PFN_DOWN(h)\|__phys_to_pfn(h)\);
|
 T x = \(h >> PAGE_SHIFT\|PHYS_PFN(h)\|PFN_DOWN(h)\|__phys_to_pfn(h)\);
)
 ... when != x = F
 fn@p(..., <+... x ...+>, ...)

@script:python@
p << by_type_variable.p;
fn << by_type_variable.fn;
h << by_type_variable.h;
@@
say_handle(p, fn, "'%s' is a dma_addr_t" % shown(h))

@by_use@
identifier fn : script:python() { is_wants_phys(fn) };
struct snd_pcm_runtime *R;
struct snd_dma_buffer *B;
struct snd_dma_buffer b;
expression E;
position p;
@@
 fn@p(..., <+...
(
 R->dma_addr
|
 E->runtime->dma_addr
|
 E->dma_buffer.addr
|
 E.dma_buffer.addr
|
 B->addr
|
 b.addr
|
 sg_dma_address(...)
)
 ...+>, ...)

@script:python@
p << by_use.p;
fn << by_use.fn;
@@
say_handle(p, fn, "of an ALSA buffer or a scatterlist")
