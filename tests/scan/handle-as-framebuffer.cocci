// SPDX-License-Identifier: GPL-2.0-only
//
// handle-as-framebuffer: a DMA address in smem_start, where fb_mmap() wants a physical one
//
// A driver that has an fb_mmap of its own is found all the same.

@initialize:python@
@@
def say_framebuffer(p, whose):
    say(p, "handle-as-framebuffer",
        "smem_start of a DMA address (%s)" % whose,
        "fb_mmap() takes it for a physical address",
        "have an fb_mmap of your own, with dma_mmap_coherent()")

@framebuffer_by_name@
identifier handle_member.m;
expression E, F;
position p;
@@
(
 E.smem_start@p = <+... \(F->m\|F.m\) ...+>;
|
 E->smem_start@p = <+... \(F->m\|F.m\) ...+>;
)

@script:python@
p << framebuffer_by_name.p;
m << handle_member.m;
alloc << handle_member.alloc;
@@
say_framebuffer(p, "by name, %s() stores it in '%s'" % (alloc, m))

@framebuffer_by_type@
typedef dma_addr_t;
expression E;
dma_addr_t h;
position p;
@@
(
 E.smem_start@p = <+... h ...+>;
|
 E->smem_start@p = <+... h ...+>;
)

@script:python@
p << framebuffer_by_type.p;
h << framebuffer_by_type.h;
@@
say_framebuffer(p, "'%s' is a dma_addr_t" % shown(h))
