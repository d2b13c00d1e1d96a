/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process: it maps, touches, splits, forks, unmaps and exits as often as it likes
 * and in any order, or sleeps for ever with what it has.
 */

/* --- mmap --------------------------------------------------------------------------- */

/* card_mapping_new() */
inline mapping_new(p, m, b)
{
	m = 0;
	do
	:: mapping_refs[m] -> m++
	:: else -> break
	od;
	mapping_refs[m] = 1;
	mapping_vmas[m] = 1;
	mapping_buffer[m] = b;
	mapping_made_of[m] = b;
	mapping_mm[m] = p;
#ifdef BUG_LIST_UNSET
	mapping_listed[m] = UNSET;
#else
	mapping_listed[m] = UNLISTED;
#endif
	card_refs[CARD_OF(b)]++;
	core_users++;
	mappings++
}

/* close_mapping() and card_view_put(), once the buffer was taken off */
inline mapping_end(m, b)
{
	d_step {
		mapping_unlist(m)
	}
	d_step {
		if
		:: b -> buffer_put(b); b = 0
		:: else
		fi
	}
	if
	:: d_step {
		!mapping_outer[m] ->
		mapping_put(m)
	   }
	:: mapping_outer[m] ->
		mapping_outer[m] = false;
		dmabuf_put(b);
		d_step {
			mapping_put(m)
		}
	fi
}

/* mmap() has failed in or after the driver: nothing was linked, everything goes. */
inline mmap_fails(p, m, b)
{
	d_step {
#ifndef BUG_ZAP_LATE
		/* the kernel does, before it lets go of the file */
		PTE(p, 0) = NOTHING;
		PTE(p, 1) = NOTHING;
#endif
		mapping_vmas[m] = 0;
		printf("process %d: mmap: fails, the VMA is closed\n", p);
		take_buffer(m, b)
	}
	mapping_end(m, b);
	d_step {
		/* the kernel itself takes entries away in the end */
		PTE(p, 0) = NOTHING;
		PTE(p, 1) = NOTHING;
		mmap_lock[p] = false;
		module_put()
	}
}

inline mapping_list(m)
{
	mapping_listed[m] = LISTED;
	buffer_mappings[mapping_buffer[m]]++
}

/*
 * The begin of mmap(), of the driver's file or of a dma-buf's, either of which keeps dma-core;
 * m is MAPPINGS if it fails.
 */
inline mmap_begin(p, m, b, c, is_export)
{
	mmap_lock[p] = true;
	c = CARD_OF(b);
	b = (mappings < MAPPINGS && !revoked[c] -> b : 0);
	if
	:: b ->
		buffer_get(b);
		core_users++;
		mapping_new(p, m, b);
		mapping_outer[m] = is_export;
		export_refs = export_refs + is_export;
		printf("process %d: mmap: buffer %d, mapping %d\n", p, b, m)
	:: else ->
		mmap_lock[p] = false;
		m = MAPPINGS
	fi;
	b = 0
}

/* card_mapping_create() and what the kernel does about it */
inline do_mmap(p, m, b, c, n)
{
	if
	:: d_step {
		!n && COVERED(p) == 0 ->
		b = owned;
		mmap_begin(p, m, b, c, 0)
	   }
	/* export_mmap() */
	:: d_step {
		!n && COVERED(p) == 0 && export_fd ->
		b = export_buffer;
		mmap_begin(p, m, b, c, 1)
	   }
	fi;
	if
	:: m == MAPPINGS
	:: else ->
		/* card_mapping_fill() */
		atomic {
			down_read_revoke(c);
			b = revoked[c]
		}
		/* c: from here on, whether mmap() succeeds */
		if
		:: d_step {
			b ->
			up_read_revoke(c);
			b = 0;
			c = 0
		   }
		:: else ->
			if
#ifndef BUG_FILLED_AWAY
			:: d_step {
				/* (what is away comes by page faults, once it is back) */
				IS_AWAY(c) ->
				mapping_list(m);
				up_read_revoke(c);
				c = 1;
				printf("process %d: mmap: listed, its memory is away\n", p)
			   }
			:: d_step {
				!IS_AWAY(c) ->
#else
			:: d_step {
#endif
				/* insert_pages() */
				mapping_list(m);
				PTE(p, 0) = mapping_buffer[m];
				PTE(p, PAGES - 1) = mapping_buffer[m];
				up_read_revoke(c);
				c = 1;
				printf("process %d: mmap: listed, pages inserted\n", p)
			   }
			:: d_step {
				!IS_AWAY(c) ->
				mapping_list(m);
				PTE(p, 0) = (PAGES == 2 -> mapping_buffer[m] : NOTHING);
				up_read_revoke(c);
				c = 0;
				printf("process %d: mmap: listed, the last page is missing\n", p)
			   }
			fi
		fi;
		if
		:: d_step {
			c && i_mmap_readers == 0 ->
			VMA(p, 0) = ALL;
			vm_private_data[p] = m + 1;
			mmap_lock[p] = false;
			module_put();
			printf("process %d: mmap: the VMA is linked\n", p)
		   }
		:: mmap_fails(p, m, b)
		fi
	fi;
	m = 0;
	c = 0
}

/* --- split, fork -------------------------------------------------------------------- */

/*
 * Of the view's file, by VMAs and by who waits. With the last one, view_release() begins, and
 * nobody else is left to see the count; m is MAPPINGS if it was not.
 */
inline file_put(m, b)
{
	RULE("a count below 0: VMAs", mapping_vmas[m] > 0);
	mapping_vmas[m]--;
	if
	:: mapping_vmas[m] == 0 -> take_buffer(m, b)
	:: else -> m = MAPPINGS
	fi
}

inline mapping_open(m)
{
	IN_CORE;
	RULE("a VMA is opened whose mapping is gone", mapping_vmas[m] > 0);
	mapping_vmas[m]++
}

/* Nobody sees what is between the parts: both locks are held for writing. */
inline split(p)
{
	d_step {
		i_mmap_readers == 0 ->
		mapping_open(MAPPING(p));
		VMA(p, 0) = 1;
		VMA(p, 1) = 2;
		printf("process %d: split\n", p)
	}
}

/*
 * The child's VMA is linked behind its parent's, then entries are copied one by one.
 * (It is counted after that in 6.1, before it from 6.9 on: the parent's VMA is there
 * meanwhile, so that makes no difference to anybody.)
 */
inline fork_vma(s, g)
{
	d_step {
		i_mmap_readers == 0 ->
		mmap_lock[0] = true;
		vm_private_data[CHILD] = vm_private_data[0];
		VMA(CHILD, s) = VMA(0, s);
#ifndef BUG_FORK_UNCOUNTED
		mapping_open(MAPPING(0));
#endif
		printf("process 0: fork: the child's VMA is linked\n")
	}
	g = 0;
	do
	:: g < PAGES ->
		d_step {
			if
			:: (VMA(0, s) >> g) & 1 ->
				PTE(CHILD, g) = PTE(0, g);
				printf("process 0: fork: page %d is copied (%d)\n",
				       g, PTE(0, g))
			:: else
			fi;
			g++
		}
	:: else -> break
	od;
	g = 0
}

inline fork(g)
{
	if
	:: VMA(0, 0) -> fork_vma(0, g)
	:: else
	fi;
	if
	:: VMA(0, 1) -> fork_vma(1, g)
	:: else
	fi;
	d_step {
		mmap_lock[0] = false;
		alive[CHILD] = true;
		printf("process 0: fork: done\n")
	}
}

/* --- to wait until the memory is back -------------------------------------------------- */

/* n, while a process waits; its c is the mapping, then */
#define WAITS		1
#define WAITS_SIGNALLED	2	/* there will be a signal */

#ifdef BUG_WAIT_FOR_RESUME
#define HAS_WAITED(n)	((n) == WAITS_SIGNALLED || !suspended)
#else
#define HAS_WAITED(n)	((n) == WAITS_SIGNALLED || !suspended || revoked[0])
#endif

/*
 * wait_until_back(): with no lock held, but with the file, so that another thread may unmap
 * meanwhile, and nothing else.
 */
inline has_waited(p, m, b, c, n)
{
	d_step {
		n && HAS_WAITED(n) ->
		IN_CORE;
		RULE("a wait queue of a card device that is gone is left",
		     card_refs[0] > 0);
		printf("process %d: fault: has waited\n", p);
		m = c;
		c = 0;
		n = 0;
#ifndef BUG_WAIT_UNHELD
		file_put(m, b)
#else
		m = MAPPINGS
#endif
	}
}

/* --- unmap --------------------------------------------------------------------------- */

/*
 * munmap() or exit, of one VMA: its entries go, it leaves i_mmap, then it is closed.
 * The mmap lock is held for reading only, by then. When the entries go before the
 * latest moment nobody can tell.
 */
inline unmap(p, s, m)
{
	d_step {
		VMA(p, s) && i_mmap_readers == 0 ->
		m = MAPPING(p);
		if
		:: VMA(p, s) & 1 -> PTE(p, 0) = NOTHING
		:: else
		fi;
		if
		:: VMA(p, s) & 2 -> PTE(p, 1) = NOTHING
		:: else
		fi;
		VMA(p, s) = 0;
		if
		:: COVERED(p) == 0 -> vm_private_data[p] = 0
		:: else
		fi;
		printf("process %d: unmap: a VMA is unlinked\n", p)
	}
}

/* Its file is put, by view_close() or who has waited; with the last one the mapping ends. */
inline let_go_of_file(p, m, b, c, n)
{
	if
	:: if
	   :: unmap(p, 0, m)
	   :: unmap(p, 1, m)
	   fi;
	   d_step {
		/* view_close() */
		IN_CORE;
		printf("process %d: unmap: a VMA is closed\n", p);
		file_put(m, b)
	   }
	:: has_waited(p, m, b, c, n)
	fi;
	if
	:: m < MAPPINGS -> mapping_end(m, b)
	:: else
	fi;
	m = 0
}

/* --- touch -------------------------------------------------------------------------- */

/* put_back(): page g, and what the VMA has behind it */
inline put_back(p, g, m)
{
	RULE("a fault finds no buffer", mapping_buffer[m] != 0);
	PTE(p, g) = mapping_buffer[m];
	if
#ifdef BUG_PUT_BACK_BEYOND
	:: g == 0 && PAGES == 2 && PTE(p, 1) == NOTHING ->
#else
	:: g == 0 && VMA(p, 0) == 3 && PTE(p, 1) == NOTHING ->
#endif
		PTE(p, 1) = mapping_buffer[m]
	:: else
	fi;
	printf("process %d: fault: page %d of buffer %d again\n",
	       p, g, mapping_buffer[m])
}

/* view_fault(); m is the mapping, c its card, n another variable of the process */
inline fault(p, g, m, b, c, n)
{
#ifdef BUG_FAULT_UNLOCKED
	n = revoked[c];
	atomic {
		down_read_revoke(c)
	}
#else
	atomic {
		down_read_revoke(c);
		n = revoked[c]
	}
#endif
	if
#ifdef BUG_FAULT_AWAY
	:: n == 0 ->
#else
	:: n == 0 && !IS_AWAY(c) ->
#endif
		d_step {
			put_back(p, g, m);
			up_read_revoke(c);
			m = 0;
			c = 0
		}
#ifndef BUG_FAULT_AWAY
	:: n == 0 && IS_AWAY(c) ->
		d_step {
#ifndef BUG_WAIT_UNHELD
			/* get_file() */
			mapping_vmas[m]++;
#endif
#ifndef BUG_WAIT_LOCKED
			up_read_revoke(c);
#endif
			c = m;
			printf("process %d: fault: the memory is away\n", p)
		}
		if
		:: n = WAITS
		:: n = WAITS_SIGNALLED
		fi;
#ifdef BUG_WAIT_LOCKED
		HAS_WAITED(n);
		up_read_revoke(0);
#endif
		m = 0
#endif
	:: else ->
		/* card_stand_in_fault() */
		n = 0;
		if
		:: d_step { !((mapping_stand_ins[m] >> g) & 1) ->
			/* new_stand_in() */
			stand_ins++;
			n = 1
		   }
		:: else
		fi;
		d_step {
			if
			:: n && ((mapping_stand_ins[m] >> g) & 1) ->
#ifndef BUG_STAND_IN_LOST
				stand_ins--
#else
				skip
#endif
			:: else ->
				mapping_stand_ins[m] = mapping_stand_ins[m] | (1 << g)
			fi;
#ifdef BUG_STAND_IN_SHARED
			PTE(p, g) = STAND_IN(0);
#else
			PTE(p, g) = STAND_IN(m);
#endif
			up_read_revoke(c);
			m = 0;
			c = 0;
			n = 0;
			printf("process %d: fault: stand-in for page %d\n", p, g)
		}
	fi;
	g = 0
}

/* A touch that finds no entry. */
inline miss(p, page, g, m, c, n)
{
	d_step {
		!n && IS_COVERED(p, page) && PTE(p, page) == NOTHING ->
		m = MAPPING(p);
		c = MAPPING_CARD(m);
		g = page
	}
}

inline touch(p, g, m, b, c, n)
{
	if
	:: d_step { !n && IS_COVERED(p, 0) && PTE(p, 0) != NOTHING -> reaches_its_own(p, 0) }
	:: d_step { !n && IS_COVERED(p, 1) && PTE(p, 1) != NOTHING -> reaches_its_own(p, 1) }
	:: if
	   :: miss(p, 0, g, m, c, n)
	   :: miss(p, 1, g, m, c, n)
	   fi;
	   fault(p, g, m, b, c, n)
	fi
}

/* --- the process -------------------------------------------------------------------- */

/* n: one thread waits until the memory is back, another one may unmap */
proctype process(byte p)
{
	byte g, m, b, c, n;

end_unborn:
	alive[p];
	do
	:: do_mmap(p, m, b, c, n)
	:: touch(p, g, m, b, c, n)
	:: !n && VMA(p, 0) == 3 -> split(p)
	:: let_go_of_file(p, m, b, c, n)
	:: !n && FORKS && p == 0 && COVERED(p) && !alive[CHILD] -> fork(n)
	:: atomic { !n && COVERED(p) -> asleep++; ended++ } break
	:: atomic { !n && !COVERED(p) -> ended++ } break
	od
}
