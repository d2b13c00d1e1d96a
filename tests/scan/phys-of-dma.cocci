// SPDX-License-Identifier: GPL-2.0-only
//
// phys-of-dma: a physical address is computed from a DMA buffer's CPU address

@phys_of_dma@
identifier call : script:python() { is_to_phys(call) };
expression E;
position p;
@@
 call@p(E)

@script:python@
p << phys_of_dma.p;
call << phys_of_dma.call;
@@
if origin_of(p):
    say(p, "phys-of-dma",
        "%s() of a DMA buffer (%s)" % (call, origin_of(p)),
        "its CPU address need not be in the kernel's linear map",
        "give the device the DMA address, user space dma_mmap_coherent()")
