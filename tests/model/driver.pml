/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The driver's side: who allocates and frees buffers, who takes the card away and
 * brings it back, who unloads the module; and the final account.
 */

bool stream_done, driver_done;
bool removed;			/* the first card: remove has returned */

/* --- owners of buffers -------------------------------------------------------------- */

/* card_buffer_free(), free_by_owner(); n: whether it was not taken back before */
inline buffer_free(b, n)
{
	d_step {
		IN_CORE;
		n = (owned == b);
		owned = (n -> 0 : owned);
		printf("owner: buffer %d is freed\n", b)
	}
	if
	:: n ->
		d_step {
#ifdef BUG_FREE_AT_ONCE
			buffer_refs[b]--;
			buffer_destroy(b);
#else
			buffer_put(b);
#endif
			n = 0
		}
	:: else
	fi
}

/* card_buffer_alloc(); n: whether there is one */
inline buffer_alloc(b, n)
{
	/* begin_allocating() */
	d_step {
		IN_CORE;
		n = !revoked[CARD_OF(b)];
		allocating = allocating + n
	}
	if
	:: n ->
		d_step {
			n = (holder == 0 && region == CARD_OF(b) + 1);
			if
			:: n -> region_alloc(b)
			:: else
			fi
		}
		/* end_allocating() */
		allocating--
	:: else
	fi
}

/* One stream's buffer, and then another's in the same memory; freed in time, or late. */
proctype stream()
{
	byte n;

	buffer_free(1, n);
	if
	:: OWNERS > 1 -> buffer_alloc(2, n);
		if
		:: n -> buffer_free(2, n)
		:: else
		fi
	:: true
	fi;
	stream_done = true
}

/* --- remove ------------------------------------------------------------------------- */

/* next_mapping(): all of them are met, and held */
inline meet_mappings(m)
{
	for (m : 0 .. MAPPINGS - 1) {
		mapping_met[m] = mapping_listed[m] == LISTED && MAPPING_CARD(m) == 0;
		if
		:: mapping_met[m] ->
			RULE("a reference on a mapping that is gone", mapping_refs[m] > 0);
#ifndef BUG_MAPPING_UNHELD
			mapping_refs[m]++;
#endif
			printf("driver: mapping %d is met\n", m)
		:: else
		fi
	}
	m = 0
}

/* m is MAPPINGS if there is none from here on */
inline next_met(m)
{
	do
	:: m < MAPPINGS && !mapping_met[m] -> m++
	:: else -> break
	od;
	skip
}

#ifdef BUG_NO_BARRIER
#define MMAP_ENDED(m)	true
#elif defined(BUG_SUSPEND_HASTY)
#define MMAP_ENDED(m)	(!revoked[0] || !mmap_lock[mapping_mm[m]])
#else
#define MMAP_ENDED(m)	!mmap_lock[mapping_mm[m]]
#endif

/* wait_until_linked() */
inline wait_until_linked(m)
{
	d_step {
		next_met(m)
	}
	do
	:: d_step {
		m < MAPPINGS && MMAP_ENDED(m) ->
		m++;
		next_met(m)
	   }
	:: m == MAPPINGS -> break
	od;
	m = 0
}

/* unmap_all(): what overlaps is visited at once there, which is only fewer ways */
inline unmap_all(m, v)
{
	d_step {
		next_met(m)
	}
	do
	:: m < MAPPINGS ->
		d_step {
			v = 0;
			next_visit(m, v);
			i_mmap_readers = (v < VISITS -> 1 : 0)
		}
		unmap_mapping_range(m, v);
		d_step {
			m++;
			next_met(m)
		}
	:: else -> break
	od;
	m = 0
}

/* let_go() */
inline let_go(m, b)
{
	d_step {
		take_buffer(m, b)
	}
	d_step {
		/* card_mapping_list_revoked() */
		mapping_is_there(m);
		if
		:: mapping_listed[m] == LISTED -> mapping_listed[m] = AS_REVOKED
		:: else
		fi
	}
	d_step {
		if
		:: b -> buffer_put(b); b = 0
		:: else
		fi
	}
#ifndef BUG_MAPPING_UNHELD
	d_step {
		mapping_put(m)
	}
#endif
}

/* take_entries() */
inline take_entries(m, v)
{
	d_step {
		meet_mappings(m)
	}
	wait_until_linked(m);
	unmap_all(m, v)
}

/* revoke_mappings() */
inline revoke_mappings(m, b, v)
{
	take_entries(m, v);
	d_step {
		next_met(m)
	}
	do
	:: m < MAPPINGS ->
		let_go(m, b);
		d_step {
			mapping_met[m] = false;
			next_met(m)
		}
	:: else -> break
	od;
	m = 0
}

/* --- and to be away for a while ------------------------------------------------------- */

/* suspend_mappings() */
inline suspend_mappings(m, v)
{
	take_entries(m, v);
	d_step {
		for (m : 0 .. MAPPINGS - 1) {
			if
			:: mapping_met[m] && mapping_listed[m] == LISTED ->
				mapping_listed[m] = AS_SUSPENDED
			:: else
			fi
		}
		m = 0;
		next_met(m)
	}
	do
	:: m < MAPPINGS ->
		d_step {
			mapping_met[m] = false;
			mapping_put(m);
			next_met(m)
		}
	:: else -> break
	od;
	m = 0
}

/* set_suspended(), of a card that is not revoked */
inline set_suspended(whether)
{
#ifndef BUG_SUSPEND_UNLOCKED
	revoke_writer = true;
#endif
	d_step {
#ifndef BUG_SUSPEND_UNLOCKED
		revoke_readers == 0 ->
		revoke_writer = false;
#endif
		suspended = whether
	}
}

inline suspension_returns()
{
	away = true;
	printf("driver: the memory is away\n");
	nothing_is_reached_while_away();
	importers_are_told()
}

/* dma_suspend_card_memory(); revoke_mutex keeps it from a revoke and a resume */
inline suspend_card_memory(m, b, v)
{
	printf("driver: suspends\n");
	set_suspended(true);
	suspend_mappings(m, v);
	if
	:: d_step {
		!IS_EXPORT_MOVED ->
		suspension_returns()
	   }
	:: d_step {
		IS_EXPORT_MOVED ->
		next_export()
	   }
		exports_move(b);
		d_step {
			suspension_returns()
		}
	fi
}

/* What may come after a suspension. */
inline end_of_away()
{
	d_step {
		nothing_is_reached_while_away();
		away = false
	}
}

/* dma_resume_card_memory() */
inline resume_card_memory(b)
{
	end_of_away();
	printf("driver: resumes\n");
	set_suspended(false);
	if
	:: !IS_EXPORT_MOVED
	:: d_step {
		IS_EXPORT_MOVED ->
		next_export()
	   }
		exports_move(b)
	fi
}

inline suspend_or_not(m, b, v, n)
{
	do
	:: n < SUSPENSIONS ->
		n++;
		suspend_card_memory(m, b, v);
		if
		:: resume_card_memory(b)
		:: end_of_away(); break
		fi
	:: break
	od;
	n = 0
}

inline revoke_returns()
{
#ifdef BUG_BARRIER_LOCKED
	revoke_writer = false;
#endif
	revoke_returned = true;
	printf("remove: the revoke returns\n");
	revoke_is_complete()
}

/* dma_revoke_card_memory() */
inline revoke_card_memory(m, b, v)
{
#ifndef BUG_FLAG_UNLOCKED
	/* down_write(): nobody overtakes it */
	revoke_writer = true;
#endif
	d_step {
#ifndef BUG_FLAG_UNLOCKED
		revoke_readers == 0 ->
#endif
		revoked[0] = true;
#ifndef BUG_BARRIER_LOCKED
		revoke_writer = false;
#endif
		printf("remove: the card is marked as revoked\n")
	}
	revoke_mappings(m, b, v);
	if
	:: d_step {
		!IS_EXPORT_MET ->
		revoke_returns()
	   }
	:: d_step {
		IS_EXPORT_MET ->
		next_export()
	   }
		exports_revoke(b);
		d_step {
			revoke_returns()
		}
	fi
}

/* card_buffers_reclaim() */
inline buffers_reclaim(b)
{
#ifdef BUG_REMOVE_POLLS
	do
	:: mappings > 0
	:: else -> break
	od;
#endif
#ifndef BUG_ALLOC_UNCOUNTED
	allocating == 0;
#endif
#ifdef BUG_REMOVE_WAITS
	mappings == 0;
#endif
	d_step {
		/* take_owned() */
		b = owned;
#ifndef BUG_FREED_LATE
		owned = 0;
#endif
		printf("remove: buffer %d is taken back\n", b)
	}
	d_step {
		if
		:: b -> buffer_put(b); b = 0
		:: else
		fi
	}
#ifndef BUG_NO_WAIT
	/* has_buffers() */
	buffer_refs[1] == 0 && buffer_refs[2] == 0
#endif
}

/* dma_destroy_card_device(): dma_release_card_memory(), device_unregister() */
inline destroy_card_device(c)
{
	d_step {
		IN_CORE;
		region_put();
		card_put(c);
		printf("driver: card %d is destroyed\n", c);
		if
		:: c == 0 ->
			removed = true;
			destroy_is_complete()
		:: else
		fi
	}
}

/*
 * stop_hardware(), then the card is back: with another owner in the same memory, whose
 * buffers are freed in time, so that nothing has to be revoked.
 */
proctype driver()
{
	byte m, b, v, n;

	suspend_or_not(m, b, v, n);
	revoke_card_memory(m, b, v);
	buffers_reclaim(b);
	destroy_card_device(0);
	if
	:: OWNERS > 2 ->
		d_step {
			declare_card_memory(1)
		}
		buffer_alloc(3, n);
		buffer_free(3, n);
		destroy_card_device(1)
	:: else
	fi;
	/* the driver is unloaded when its last file is closed, not before */
	d_step {
		stream_done && driver_users == 0 ->
		module_put();
		driver_done = true;
		printf("driver: unloaded\n")
	}
}

/* --- what comes from outside ---------------------------------------------------------- */

proctype others()
{
	byte zaps = ZAPS;

end_any_time:
	do
	:: d_step { zaps && i_mmap_readers == 0 -> zap_by_another(0); zaps-- }
	:: d_step { zaps && i_mmap_readers == 0 -> zap_by_another(1); zaps-- }
	/* rmmod dma-core: refused while somebody uses it */
	:: d_step { core_users == 0 && loaded ->
		loaded = false;
		printf("dma-core: unloaded\n");
		nothing_is_mapped()
	   }
	od
}

init
{
	byte p;

	atomic {
		loaded = true;
		core_users = 1;
		declare_card_memory(0);
		region_alloc(1);
		alive[0] = (PROCESSES > 0);
		alive[1] = (PROCESSES == 2);
		for (p : 0 .. SLOTS - 1) {
			run process(p)
		}
		run stream();
		run driver();
		if
		:: DMA_BUFS -> run exporter()
		:: else
		fi;
		if
		:: IMPORTERS -> run importer()
		:: else
		fi;
		run others()
	}
end_account:
	d_step {
		driver_done && ended == alive[0] + alive[1] + alive[2] + DMA_BUFS + IMPORTERS ->
		what_sleepers_have()
	}
	if
	:: d_step { asleep == 0 -> everything_is_back() }
	:: else
	fi
}
