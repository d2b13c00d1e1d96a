/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process: it maps, touches, splits, forks, unmaps and exits as often as it likes
 * and in any order, or sleeps for ever with what it has.
 */

bool alive[SLOTS];
byte ended;			/* processes that will do nothing any more */
byte asleep;			/* of those, with something mapped */

/* --- mmap --------------------------------------------------------------------------- */

/* mapping_new() */
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

/* mapping_end(), once the buffer was taken off */
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
	};
	d_step {
		mapping_put(m)
	}
}

/* mmap() has failed in or after the driver: nothing was linked, everything goes. */
inline mmap_fails(p, m, b)
{
	d_step {
#ifndef BUG_ZAP_LATE
		/* zap_what_is_left() */
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

/* card_mapping_create() and what the kernel does about it */
inline do_mmap(p, m, b, c)
{
	d_step {
		mmap_lock[p] = true;
		c = CARD_OF(owned);
		b = (mappings < MAPPINGS && !revoked[c] -> owned : 0);
		if
		:: b ->
			buffer_get(b);
			/* an open file keeps its driver, and that dma-core */
			core_users++;
			mapping_new(p, m, b);
			printf("process %d: mmap: buffer %d, mapping %d\n", p, b, m)
		:: else ->
			mmap_lock[p] = false;
			m = MAPPINGS
		fi;
		b = 0
	}
	if
	:: m == MAPPINGS
	:: else ->
		/* mapping_fill() */
		atomic {
			down_read_revoke(c);
			b = revoked[c];
			if
			:: b -> up_read_revoke(c)
			:: else
			fi
		}
		if
		:: b ->
			b = 0;
			mmap_fails(p, m, b)
		:: else ->
			if
			:: d_step {
				/* mapping_list(), insert_pages() */
				mapping_listed[m] = LISTED;
				buffer_mappings[mapping_buffer[m]]++;
				PTE(p, 0) = mapping_buffer[m];
				PTE(p, PAGES - 1) = mapping_buffer[m];
				up_read_revoke(c);
				printf("process %d: mmap: listed, pages inserted\n", p)
			   }
			:: d_step {
				mapping_listed[m] = LISTED;
				buffer_mappings[mapping_buffer[m]]++;
				PTE(p, 0) = (PAGES == 2 -> mapping_buffer[m] : NOTHING);
				up_read_revoke(c);
				printf("process %d: mmap: listed, the last page is missing\n", p)
			   }
			fi;
			if
			:: d_step {
				PTE(p, PAGES - 1) != NOTHING && i_mmap_readers == 0 ->
				VMA(p, 0) = ALL;
				vm_private_data[p] = m + 1;
				mmap_lock[p] = false;
				module_put();
				printf("process %d: mmap: the VMA is linked\n", p)
			   }
			:: mmap_fails(p, m, b)
			fi
		fi
	fi;
	m = 0;
	c = 0
}

/* --- touch -------------------------------------------------------------------------- */

/* mapping_fault(); m is the mapping, n another variable of the process */
inline fault(p, g, m, c, n)
{
	m = MAPPING(p);
	c = MAPPING_CARD(m);
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
	:: n == 0 ->
		d_step {
			/* insert_page() */
			RULE("a fault finds no buffer", mapping_buffer[m] != 0);
			PTE(p, g) = mapping_buffer[m];
			up_read_revoke(c);
			printf("process %d: fault: page %d of buffer %d again\n",
			       p, g, mapping_buffer[m])
		}
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
			printf("process %d: fault: stand-in for page %d\n", p, g)
		}
	fi;
	m = 0;
	c = 0;
	n = 0
}

inline touch(p, g, m, c, n)
{
	if
	:: d_step { PTE(p, g) != NOTHING -> reaches_its_own(p, g) }
	:: else -> fault(p, g, m, c, n)
	fi
}

/* --- split, fork, unmap ------------------------------------------------------------- */

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

/*
 * munmap() or exit, of one VMA: its entries go, it leaves i_mmap, then it is closed.
 * The mmap lock is held for reading only, by then. When the entries go before the
 * latest moment nobody can tell.
 */
inline unmap(p, s, m, b)
{
	d_step {
		i_mmap_readers == 0 ->
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
	/* mapping_close(); with the last one nobody else is left to see the count */
	d_step {
		IN_CORE;
		RULE("a count below 0: VMAs", mapping_vmas[m] > 0);
		mapping_vmas[m]--;
		printf("process %d: unmap: closed, %d are left\n", p, mapping_vmas[m]);
		if
		:: mapping_vmas[m] == 0 -> take_buffer(m, b)
		:: else -> m = MAPPINGS
		fi
	}
	if
	:: m < MAPPINGS -> mapping_end(m, b)
	:: else
	fi;
	m = 0
}

/* --- the process -------------------------------------------------------------------- */

proctype process(byte p)
{
	byte m, b, c, n;

end_unborn:
	alive[p];
	do
	:: COVERED(p) == 0 -> do_mmap(p, m, b, c)
	:: COVERED(p) & 1 -> touch(p, 0, m, c, n)
	:: COVERED(p) & 2 -> touch(p, 1, m, c, n)
	:: VMA(p, 0) == 3 -> split(p)
	:: VMA(p, 0) -> unmap(p, 0, m, b)
	:: VMA(p, 1) -> unmap(p, 1, m, b)
	:: FORKS && p == 0 && COVERED(p) && !alive[CHILD] -> fork(n)
	:: atomic { COVERED(p) -> asleep++; ended++ } break
	:: atomic { !COVERED(p) -> ended++ } break
	od
}
