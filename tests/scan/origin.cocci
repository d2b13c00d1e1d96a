// SPDX-License-Identifier: GPL-2.0-only
//
// Where an address comes from. tests/scan/run puts this before the rules, which
// ask origin_of() and handle_of().
//
// A call such as virt_to_page(E) is noted with its origin when E is built from
// what a DMA allocator returned. Two ways to know:
//
// - in one function, by following a variable from the allocation to the call;
// - by name: a struct's member that an allocator fills somewhere in the file is
//   taken for the same member wherever its name occurs in that file. Headers are
//   not read, so two structs with a member of the same name are mixed up.
//   Findings of this kind say "by name".

@initialize:python@
@@
import re

def matcher(pattern):
    return lambda name: re.fullmatch(pattern, name) is not None

is_allocator = matcher(
    "dma_z?alloc_(coherent|attrs|wc|writecombine)|dmam_alloc_(coherent|attrs)|"
    "(dma|pci)_pool_z?alloc|pci_z?alloc_consistent|usb_alloc_coherent|"
    "gen_pool_dma_z?alloc(_algo|_align)?")
to_page = "virt_to_(page|head_page|pfn)|vmalloc_to_(page|pfn)"
to_phys = "virt_to_(phys|bus)|isa_virt_to_bus|__pa"
is_to_page = matcher(to_page)
is_to_phys = matcher(to_phys)
is_conversion = matcher(to_page + "|" + to_phys)
# what puts memory into a process
mapper = ("(io_)?remap_pfn_range|vmf?_insert_(pfn|mixed|pages?)"
          "(_prot|_pmd|_pud|_mkwrite)?|vm_iomap_memory")
is_mapper = matcher(mapper)
# what wants a physical address, or a pfn
wants_phys = ("phys_to_(virt|page)|(isa_)?bus_to_virt|__va|pfn_to_(page|virt|kaddr)|"
              "ioremap(_[a-z]+)?|(devm_)?memremap")
is_wants_phys = matcher(wants_phys + "|" + mapper)
# what turns a DMA address into a physical one
is_translation = matcher("dma_to_phys|.*iova_to_phys")

origins = {}	# the place of a call: where its address comes from
said = set()	# places with a finding; the first rule to report one has it

def place(p):
    return p[0].file, p[0].line, p[0].column

def note(p, origin):
    origins.setdefault(place(p), origin)

def origin_of(p):
    return origins.get(place(p))

# an expression, without the spaces around its tokens
def shown(expression):
    return re.sub(r" *(->|\.|\(|\)|\[|\]) *", r"\1", expression)

def say(p, rule, *words):
    if place(p) not in said:
        said.add(place(p))
        print("%s:%s: %s: %s(): %s" % (p[0].file, p[0].line, rule,
                                       p[0].current_element, "; ".join(words)))

// --- what allocators fill ---------------------------------------------------------

@member@
identifier alloc : script:python() { is_allocator(alloc) };
identifier m;
expression E;
type T;
@@
(
 E->m = (T)alloc(...)
|
 E.m = (T)alloc(...)
|
 E->m[...] = (T)alloc(...)
|
 E.m[...] = (T)alloc(...)
)

// the same by way of a variable
@stored exists@
identifier alloc : script:python() { is_allocator(alloc) };
identifier m;
expression E;
local idexpression x;
type T, U;
@@
 x = (T)alloc(...)
 ... when any
 \(E->m\|E.m\) = (U)x

@variable@
identifier alloc : script:python() { is_allocator(alloc) };
global idexpression g;
type T;
@@
 g = (T)alloc(...)

// the DMA address, stored through a pointer
@handle_member@
identifier alloc : script:python() { is_allocator(alloc) };
identifier m;
expression E;
@@
 alloc(..., \(&E->m\|&E.m\|&E->m[...]\|&E.m[...]\), ...)

// ALSA: a struct snd_dma_buffer that is a member of something
@sound_buffer@
identifier b;
expression E;
@@
 \(snd_dma_alloc_pages\|snd_dma_alloc_pages_fallback\|snd_dma_alloc_dir_pages\)
	(..., \(&E->b\|&E.b\))

// --- calls that turn a CPU address into a page, a pfn or a physical address --------

@from_local exists@
identifier call : script:python() { is_conversion(call) };
identifier alloc : script:python() { is_allocator(alloc) };
local idexpression x;
expression E;
type T;
position p;
@@
 x = (T)alloc(...)
 ... when != x = E
 call@p(<+... x ...+>)

@script:python@
p << from_local.p;
x << from_local.x;
alloc << from_local.alloc;
@@
note(p, "'%s' comes from %s()" % (x, alloc))

@from_variable@
identifier call : script:python() { is_conversion(call) };
global idexpression variable.g;
position p;
@@
 call@p(<+... g ...+>)

@script:python@
p << from_variable.p;
g << variable.g;
alloc << variable.alloc;
@@
note(p, "'%s' comes from %s()" % (g, alloc))

@from_member@
identifier call : script:python() { is_conversion(call) };
identifier member.m;
expression E;
position p;
@@
 call@p(<+... \(E->m\|E.m\) ...+>)

@script:python@
p << from_member.p;
m << member.m;
alloc << member.alloc;
@@
note(p, "by name, '%s' holds memory of %s()" % (m, alloc))

@from_stored@
identifier call : script:python() { is_conversion(call) };
identifier stored.m;
expression E;
position p;
@@
 call@p(<+... \(E->m\|E.m\) ...+>)

@script:python@
p << from_stored.p;
m << stored.m;
alloc << stored.alloc;
@@
note(p, "by name, '%s' holds memory of %s()" % (m, alloc))

@from_sound@
identifier call : script:python() { is_conversion(call) };
struct snd_pcm_runtime *R;
struct snd_dma_buffer *B;
struct snd_dma_buffer b;
expression E;
position p;
@@
 call@p(<+...
(
 R->dma_area
|
 E->runtime->dma_area
|
 E->dma_buffer.area
|
 E.dma_buffer.area
|
 B->area
|
 b.area
)
 ...+>)

@script:python@
p << from_sound.p;
@@
note(p, "the address is that of an ALSA buffer")

@from_sound_local exists@
identifier call : script:python() { is_conversion(call) };
identifier x;
struct snd_pcm_runtime *R;
expression E, F;
type T;
position p;
@@
(
 x = <+... \(R->dma_area\|E->runtime->dma_area\) ...+>;
|
 T x = <+... \(R->dma_area\|E->runtime->dma_area\) ...+>;
)
 ... when != x = F
 call@p(<+... x ...+>)

@script:python@
p << from_sound_local.p;
x << from_sound_local.x;
@@
note(p, "'%s' points into an ALSA buffer" % x)

@from_sound_member@
identifier call : script:python() { is_conversion(call) };
identifier sound_buffer.b;
expression E;
position p;
@@
 call@p(<+... \(E->b.area\|E.b.area\) ...+>)

@script:python@
p << from_sound_member.p;
b << sound_buffer.b;
@@
note(p, "by name, '%s' is an ALSA buffer" % b)
