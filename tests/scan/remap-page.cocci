// SPDX-License-Identifier: GPL-2.0-only
//
// remap-of-dma: a DMA buffer is mapped by the pfn behind its CPU address
// remap-of-address: the same, and where the address comes from is not to be seen

@initialize:python@
@@
def say_remap(p, mapper, call, e):
    if origin_of(p):
        say(p, "remap-of-dma",
            "%s() of the pfn behind a DMA buffer (%s)" % (mapper, origin_of(p)),
            "its CPU address need not be in the kernel's linear map",
            "use dma_mmap_coherent()")
    else:
        say(p, "remap-of-address",
            "%s() of %s(%s)" % (mapper, call, shown(e)),
            "right for pages of the kernel, wrong for a DMA buffer",
            "if it is one, use dma_mmap_coherent()")

@remap@
identifier mapper : script:python() { is_mapper(mapper) };
identifier call : script:python() { is_conversion(call) };
expression E;
position p;
@@
 mapper(..., <+... call@p(E) ...+>, ...)

@script:python@
p << remap.p;
call << remap.call;
mapper << remap.mapper;
e << remap.E;
@@
say_remap(p, mapper, call, e)

// the same with the pfn or the page in a variable
@remap_variable exists@
identifier mapper : script:python() { is_mapper(mapper) };
identifier call : script:python() { is_conversion(call) };
identifier x;
expression E, F;
type T;
position p;
@@
(
 x = <+... call@p(E) ...+>;
|
 T x = <+... call@p(E) ...+>;
)
 ... when != x = F
 mapper(..., <+... x ...+>, ...)

@script:python@
p << remap_variable.p;
call << remap_variable.call;
mapper << remap_variable.mapper;
e << remap_variable.E;
@@
say_remap(p, mapper, call, e)
