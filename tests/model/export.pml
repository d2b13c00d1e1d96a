/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dma-bufs: who exports a buffer, and who imports it. There is one at a time, any number in
 * turn, of the first card's buffers. What a process maps of it is in process.pml.
 */

/* --- the dma-buf ------------------------------------------------------------------ */

/* export_let_go(): export_take_buffer(), then what is dropped */
inline export_let_go(b)
{
	d_step {
		b = export_buffer;
#ifndef BUG_EXPORT_TWICE
		export_buffer = 0;
#endif
		export_listed = false
	}
	d_step {
		if
		:: b ->
			RULE("a count below 0: the driver's module", driver_users > 0);
			driver_users--;
#ifndef BUG_EXPORT_UNHELD
			buffer_put(b);
#endif
			b = 0
		:: else
		fi
	}
}

/* export_put(), and export_free() with the last of the two that hold it */
inline export_drop()
{
	d_step {
		IN_CORE;
		RULE("a count below 0: export", export_holds > 0);
		export_holds--;
		if
		:: export_holds == 0 ->
			export_made_of = 0;
			card_put(0);
			printf("        the export is freed\n")
		:: else
		fi
	}
}

/* export_release() with the last reference on the dma-buf, which may come after its file's */
inline dmabuf_put(b)
{
	d_step {
		IN_CORE;
		RULE("a count below 0: dma-buf", export_refs > 0);
		export_refs--;
		b = (export_refs == 0)
	}
	if
	:: b ->
		export_let_go(b);
		export_drop();
		d_step {
#ifndef BUG_EXPORT_MODULE
			module_put();
#endif
			printf("        the dma-buf is released\n")
		}
	:: else
	fi
}

/* --- exporting -------------------------------------------------------------------- */

/* dma_export_coherent(), from an ioctl: an open file keeps the driver, and that dma-core */
inline export_coherent(b)
{
	d_step {
		b = (revoked[0] || CARD_OF(owned) -> 0 : owned);
		if
		:: b ->
#ifndef BUG_EXPORT_UNHELD
			buffer_get(b);
#endif
			core_users++
		:: else
		fi
	}
	if
	:: b ->
		d_step {
			/* export_new() */
			IN_CORE;
			export_made_of = b;
			export_buffer = b;
			export_refs = 1;
			export_holds = 1;
			card_refs[0]++;
			driver_users++;
#ifndef BUG_EXPORT_MODULE
			core_users++;
#endif
			printf("exporter: a dma-buf of buffer %d\n", b)
		}
		d_step {
			/* export_list() */
#ifdef BUG_EXPORT_LATE
			b = 0;
#else
			b = revoked[0];
#endif
			export_listed = !b;
			export_fd = !b
		}
		if
		:: b -> dmabuf_put(b)
		:: else
		fi;
		d_step {
			module_put()
		}
	:: else
	fi
}

/* A process that shares the descriptor with all others; it closes it, or never. */
proctype exporter()
{
	byte b;

	do
	:: owned && export_made_of == 0 -> export_coherent(b)
	:: export_fd ->
		export_fd = false;
		dmabuf_put(b)
	:: atomic { export_fd -> asleep++; ended++ } break
	:: atomic { !export_fd -> ended++ } break
	od
}

/* --- importing -------------------------------------------------------------------- */

/* export_attach(), by the descriptor; b: whether it succeeds */
inline attach(b)
{
	IN_CORE;
	export_refs++;
#ifdef BUG_ATTACH_UNASKED
	b = 1;
#else
	b = (!revoked[0] && export_buffer);
#endif
	RULE("rule 3: an importer attaches after the revoke",
	     !b || !revoke_returned)
}

/* Then the kernel lists who has attached, and only then it can be told. */
inline attach_end(b)
{
	if
	:: d_step {
		b ->
		attached = true;
		b = 0;
		printf("importer: is attached\n")
	   }
	:: !b -> dmabuf_put(b)
	fi
}

/* export_map_dma_buf(), with the reservation held: export_get_buffer(), is_away() */
inline import_map(b)
{
	d_step {
#ifndef BUG_MAP_UNRESERVED
		reservation = true;
#endif
		IN_CORE;
#ifdef BUG_MAP_UNASKED
		b = export_buffer;
#else
		b = (revoked[0] -> 0 : export_buffer);
#endif
		if
		:: b -> buffer_get(b)
		:: else
		fi
	}
	d_step {
		if
		:: b ->
#ifndef BUG_MAP_AWAY
			imported = (suspended -> NOT_IMPORTED : REACHES);
#else
			imported = REACHES;
#endif
			printf("importer: maps buffer %d: %d\n", b, imported);
			RULE("rule 3: an importer maps after the revoke",
			     !revoke_returned);
			buffer_put(b);
			b = 0
		:: else
		fi;
		reservation = false
	}
}

/* export_vmap() */
inline import_vmap()
{
	d_step {
		IN_CORE;
		is_vmapped = (!revoked[0] && export_buffer);
		printf("importer: vmap: %d\n", is_vmapped)
	}
}

/* A driver of another device: it may keep what it has for ever, but no address by vmap. */
proctype importer()
{
	byte b;

	do
	:: d_step { !attached && export_fd -> attach(b) } attach_end(b)
	:: attached && !imported -> import_map(b)
	/* export_unmap_dma_buf() */
	:: d_step { imported && !reservation -> IN_CORE; imported = NOT_IMPORTED }
	:: attached && !is_vmapped -> import_vmap()
	/* export_vunmap() */
	:: d_step { is_vmapped -> IN_CORE; is_vmapped = false }
	:: d_step { attached && !imported && !is_vmapped -> attached = false }
		dmabuf_put(b)
	:: atomic { attached && !is_vmapped -> asleep++; ended++ } break
	:: atomic { !attached -> ended++ } break
	od
}

/* --- telling and revoking --------------------------------------------------------- */

/* next_export(): whether there is one */
#define IS_EXPORT_MET	export_listed

#ifdef BUG_EXPORTS_UNMOVED
#define IS_EXPORT_MOVED	false
#else
#define IS_EXPORT_MOVED	IS_EXPORT_MET
#endif

inline next_export()
{
	RULE("a reference on an export that is gone", export_holds > 0);
#ifndef BUG_EXPORT_DEAD
	export_holds++;
#endif
#ifdef BUG_EXPORT_UNLISTED
	export_listed = false;
#endif
	told = 0
}

inline tell_importers()
{
	d_step {
		!reservation ->
		RULE("an export that is gone is worked on", export_holds > 0);
#ifndef BUG_IMPORTERS_UNTOLD
		told = told + attached;
#endif
		printf("driver: importers are told\n")
	}
}

inline unmap_left()
{
	d_step {
		!reservation ->
		RULE("an export that is gone is worked on", export_holds > 0);
#ifndef BUG_NOT_UNMAPPED
		imported = (imported == REACHES -> UNMAPPED : imported);
#endif
#ifdef BUG_TOLD_TWICE
		told = told + attached;
#endif
		printf("driver: what importers have left is unmapped\n")
	}
}

/* card_exports_revoke(), of what next_export() has met */
inline exports_revoke(b)
{
	tell_importers();
	unmap_left();
#ifndef BUG_VUNMAP_UNAWAITED
	/* wait_for_vunmap() */
	!is_vmapped;
#endif
	export_let_go(b);
	export_drop()
}

/* card_exports_move(), of the same, with the revoke_mutex as for a revocation */
inline exports_move(b)
{
	tell_importers();
	if
	:: suspended -> unmap_left()
	:: else
	fi;
	export_drop()
}
