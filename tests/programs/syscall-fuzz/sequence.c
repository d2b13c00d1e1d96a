// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes up sequences of calls: the usual course of some client, with other calls in
 * between; calls at random; or, with KCOV, a change to a sequence that was good.
 */
#include "fuzz.h"

struct step {
	uint8_t kind;
	uint8_t target;
};

#define STEPS 16

#define STEP(name)                      \
	{                               \
		CALL_##name, TARGET_ANY \
	}
#define OPEN_STEP(to_open)                  \
	{                                   \
		CALL_open, TARGET_##to_open \
	}

/* What comes to nothing is left out now and then; see add_course(). */
static const struct step courses[][STEPS] = {
	{ OPEN_STEP(PCM), STEP(pcm_hw_params), STEP(pcm_sw_params),
	  STEP(pcm_prepare), STEP(mmap), STEP(touch_write), STEP(pcm_writei),
	  STEP(pcm_start), STEP(mmap), STEP(pcm_sync_ptr), STEP(touch_read),
	  STEP(pcm_status), STEP(pcm_pause), STEP(pcm_pause), STEP(munmap),
	  STEP(pcm_drop) },
	{ OPEN_STEP(PCM), STEP(pcm_hw_refine), STEP(pcm_hw_params), STEP(write),
	  STEP(writev), STEP(pcm_start), STEP(poll), STEP(pcm_delay),
	  STEP(pcm_rewind), STEP(pcm_forward), STEP(pcm_hwsync),
	  STEP(pcm_drain), STEP(pcm_hw_free) },
	{ OPEN_STEP(PCM), STEP(pcm_hw_params), STEP(pcm_prepare),
	  STEP(pcm_start), STEP(pcm_readi), STEP(read), STEP(readv), STEP(poll),
	  STEP(pcm_xrun), STEP(pcm_prepare), STEP(pcm_start), STEP(pcm_reset),
	  STEP(pcm_drop) },
	{ OPEN_STEP(PCM), STEP(pcm_hw_params), STEP(mmap), STEP(touch_write),
	  STEP(mprotect), STEP(mremap), STEP(fork), STEP(touch_read),
	  STEP(madvise), STEP(mem_read), STEP(mem_write), STEP(munmap),
	  STEP(touch_write), STEP(munmap), STEP(pcm_hw_free), STEP(close) },
	{ OPEN_STEP(PCM), STEP(pcm_hw_params), OPEN_STEP(PCM),
	  STEP(pcm_hw_params), STEP(pcm_prepare), STEP(pcm_prepare),
	  STEP(pcm_link), STEP(pcm_start), STEP(pcm_pause), STEP(pcm_pause),
	  STEP(pcm_drain), STEP(pcm_unlink), STEP(close) },
	{ OPEN_STEP(COPY), STEP(write), STEP(lseek), STEP(read), STEP(pwrite),
	  STEP(writev), STEP(lseek), STEP(readv), STEP(pread), STEP(close) },
	{ OPEN_STEP(COPY), STEP(dup), STEP(writev), STEP(fork), STEP(lseek),
	  STEP(readv), STEP(splice), STEP(mmap) },
	{ OPEN_STEP(LIFETIME), STEP(life_alloc), STEP(mmap), STEP(touch_write),
	  STEP(fork), STEP(mremap), STEP(life_free), STEP(touch_write),
	  STEP(life_check), STEP(munmap), STEP(mem_read), STEP(touch_read) },
	{ OPEN_STEP(LIFETIME), STEP(life_alloc), STEP(mmap), STEP(life_revoke),
	  STEP(touch_write), STEP(mem_write), STEP(fork), STEP(touch_read),
	  STEP(munmap), STEP(life_query) },
	{ OPEN_STEP(CONTROL), STEP(ctl_card_info), STEP(ctl_pcm_next),
	  STEP(ctl_pcm_info), STEP(ctl_prefer), STEP(ctl_elem_list),
	  STEP(ctl_subscribe), STEP(poll), STEP(ctl_power), STEP(ctl_any) },
	{ OPEN_STEP(TIMER), STEP(timer_next), STEP(timer_tread),
	  STEP(timer_ginfo), STEP(timer_select), STEP(timer_info),
	  STEP(timer_params), STEP(timer_start), STEP(timer_status), STEP(read),
	  STEP(timer_pause), STEP(timer_continue), STEP(timer_stop),
	  STEP(poll) },
};

#define COURSES (sizeof(courses) / sizeof(courses[0]))

static void add_call(struct dice *dice, struct sequence *sequence,
		     unsigned int kind, unsigned int target, unsigned int slot)
{
	struct call *call;

	if (sequence->length == SEQUENCE_MAX)
		return;
	call = &sequence->call[sequence->length++];
	call->kind = kind;
	call->target = target;
	call->slot = slot;
	call->seed = dice_next(dice) >> 32;
}

static unsigned int all_weights;

void sequences_prepare(void)
{
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++)
		all_weights += kinds[kind].weight;
}

static unsigned int random_kind(struct dice *dice)
{
	unsigned int kind, at = dice_below(dice, all_weights);

	for (kind = 0; at >= kinds[kind].weight; kind++)
		at -= kinds[kind].weight;
	return kind;
}

/* Mostly about one file. */
static void add_random(struct dice *dice, struct sequence *sequence,
		       unsigned int slot)
{
	if (dice_one_in(dice, 4))
		slot = dice_below(dice, 256);
	add_call(dice, sequence, random_kind(dice), TARGET_ANY, slot);
}

static bool possible(const struct step *course)
{
	return settings.has[course[0].target];
}

static void add_course(struct dice *dice, struct sequence *sequence,
		       unsigned int slot)
{
	const struct step *course = courses[dice_below(dice, COURSES)];
	unsigned int step;

	if (!possible(course))
		course = courses[0];
	for (step = 0; step < STEPS; step++) {
		if (course[step].kind == 0 && !course[step].target)
			break;
		if (dice_one_in(dice, 8))
			continue;
		add_call(dice, sequence, course[step].kind, course[step].target,
			 slot);
		if (dice_one_in(dice, 4))
			add_random(dice, sequence, slot);
	}
}

static void make_new(struct dice *dice, struct sequence *sequence)
{
	unsigned int slot = dice_below(dice, 256), count;

	sequence->length = 0;
	if (!dice_one_in(dice, 3))
		add_course(dice, sequence, slot);
	for (count = 1 + dice_below(dice, 36); count; count--)
		add_random(dice, sequence, slot);
}

static void insert(struct dice *dice, struct sequence *sequence,
		   unsigned int at)
{
	unsigned int n;

	if (sequence->length == SEQUENCE_MAX)
		return;
	add_random(dice, sequence, sequence->call[at].slot);
	for (n = sequence->length - 1; n > at; n--) {
		struct call later = sequence->call[n];

		sequence->call[n] = sequence->call[n - 1];
		sequence->call[n - 1] = later;
	}
}

static void leave_out(struct sequence *sequence, unsigned int at)
{
	if (sequence->length == 1)
		return;
	sequence->length--;
	for (; at < sequence->length; at++)
		sequence->call[at] = sequence->call[at + 1];
}

static void change(struct dice *dice, struct sequence *sequence)
{
	unsigned int at = dice_below(dice, sequence->length);
	struct call *call = &sequence->call[at];

	switch (dice_below(dice, 5)) {
	case 0:
		insert(dice, sequence, at);
		break;
	case 1:
		leave_out(sequence, at);
		break;
	case 2:
		call->kind = random_kind(dice);
		break;
	case 3:
		call->slot = dice_below(dice, 256);
		break;
	default:
		call->seed = dice_next(dice) >> 32;
	}
}

void make_sequence(struct dice *dice, struct sequence *sequence)
{
	unsigned int changes;

	if (!settings.kcov || dice_one_in(dice, 2) ||
	    !corpus_pick(dice, sequence)) {
		make_new(dice, sequence);
		return;
	}
	for (changes = 1 + dice_below(dice, 4); changes; changes--)
		change(dice, sequence);
}
