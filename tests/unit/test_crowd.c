// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/crowd.c
/*
 * A crowd: what it counts, what it takes for a failure, and that a seed makes its
 * members do the same again.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "crowd.h"

static int good(struct member *member)
{
	(void)member;
	return 0;
}

static int refused(struct member *member)
{
	(void)member;
	return -EBUSY;
}

static int idle(struct member *member)
{
	(void)member;
	return CROWD_IDLE;
}

static int wrong(struct member *member)
{
	crowd_failed(member, "member %u saw it", member->number);
	return 0;
}

static int killed(struct member *member)
{
	(void)member;
	kill(getpid(), SIGKILL);
	return 0;
}

static const int busy[] = { EBUSY, 0 };

static struct crowd crowd_of(const struct crowd_operation *operations)
{
	return (struct crowd){
		.operations = operations,
		.processes = 3,
		.threads = 2,
		.seed = 7,
		.total = 1001,
	};
}

static void test_counts_every_call(void **state)
{
	const struct crowd_operation operations[] = {
		{ "good", 3, good, NULL }, { "refused", 1, refused, busy },
		{ "idle", 1, idle, NULL }, { "never", 0, wrong, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), 0);
	assert_int_equal(crowd_total(&crowd), 1001);
	assert_int_equal(crowd_calls(&crowd, "good") +
				 crowd_calls(&crowd, "refused"),
			 1001);
	assert_int_equal(crowd_calls(&crowd, "refused"),
			 crowd_results(&crowd, EBUSY));
	assert_true(crowd_calls(&crowd, "refused") > 150);
	assert_int_equal(crowd_calls(&crowd, "idle"), 0);
	assert_int_equal(crowd_calls(&crowd, "never"), 0);
}

static void test_an_unexpected_errno_fails(void **state)
{
	const struct crowd_operation operations[] = {
		{ "good", 100, good, NULL },
		{ "refused", 1, refused, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), -1);
	assert_non_null(strstr(crowd.record->failure,
			       "refused: unexpected errno EBUSY"));
	assert_true(crowd_total(&crowd) < 1001);
}

static void test_a_tolerated_errno_does_not(void **state)
{
	const struct crowd_operation operations[] = {
		{ "refused", 1, refused, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	crowd.tolerated = busy;
	assert_int_equal(crowd_run(&crowd), 0);
	assert_int_equal(crowd_results(&crowd, EBUSY), 1001);
}

static void test_wrong_content_fails(void **state)
{
	const struct crowd_operation operations[] = {
		{ "good", 100, good, NULL },
		{ "wrong", 1, wrong, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), -1);
	assert_non_null(strstr(crowd.record->failure, "saw it"));
}

static void test_a_killed_process_fails(void **state)
{
	const struct crowd_operation operations[] = {
		{ "good", 100, good, NULL },
		{ "killed", 1, killed, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), -1);
	assert_true(crowd_killed(&crowd) > 0);
	assert_non_null(strstr(crowd.record->failure, "killed: SIGKILL"));
}

static void test_a_killed_child_fails(void **state)
{
	const struct crowd_operation operations[] = {
		{ "fork", 100, crowd_fork, NULL },
		{ "killed", 1, killed, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	crowd.processes = 1;
	crowd.threads = 1;
	assert_int_equal(crowd_run(&crowd), -1);
	assert_true(crowd_killed(&crowd) > 0);
}

static void test_nothing_to_do_fails(void **state)
{
	const struct crowd_operation operations[] = {
		{ "idle", 1, idle, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), -1);
	assert_non_null(strstr(crowd.record->failure, "finds nothing to do"));
}

static int idle_in_child(struct member *member)
{
	return member->depth ? CROWD_IDLE : 0;
}

static void test_what_children_leave_undone_is_done(void **state)
{
	const struct crowd_operation operations[] = {
		{ "fork", 1, crowd_fork, NULL },
		{ "work", 1, idle_in_child, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	assert_int_equal(crowd_run(&crowd), 0);
	assert_true(crowd_calls(&crowd, "fork") > 10);
	assert_int_equal(crowd_total(&crowd), 1001);
}

/* What each member rolled, added up; in memory that is shared. */
struct sum {
	atomic_ulong rolled;
};

static struct sum *sums;

static int roll(struct member *member)
{
	struct sum *sum = &sums[member->number];
	unsigned long rolled = atomic_load(&sum->rolled);

	atomic_store(&sum->rolled, 31 * rolled + dice_below(&member->dice, 6));
	return 0;
}

static void test_a_seed_makes_the_same_happen(void **state)
{
	const struct crowd_operation operations[] = {
		{ "roll", 1, roll, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);
	unsigned long first[6];
	int n;

	(void)state;
	sums = crowd_shared(6 * sizeof(*sums));
	crowd_run(&crowd);
	for (n = 0; n < 6; n++)
		first[n] = atomic_exchange(&sums[n].rolled, 0);
	crowd_run(&crowd);
	for (n = 0; n < 6; n++)
		assert_int_equal(atomic_exchange(&sums[n].rolled, 0), first[n]);
	crowd.seed++;
	crowd_run(&crowd);
	for (n = 0; n < 6; n++)
		assert_int_not_equal(sums[n].rolled, first[n]);
	assert_int_not_equal(first[0], first[1]);
}

static void test_ends_in_time(void **state)
{
	const struct crowd_operation operations[] = {
		{ "good", 1, good, NULL },
		{ NULL, 0, NULL, NULL },
	};
	struct crowd crowd = crowd_of(operations);

	(void)state;
	crowd.total = 0;
	crowd.seconds = 0.1;
	assert_int_equal(crowd_run(&crowd), 0);
	assert_true(crowd_total(&crowd) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts_every_call),
		cmocka_unit_test(test_an_unexpected_errno_fails),
		cmocka_unit_test(test_a_tolerated_errno_does_not),
		cmocka_unit_test(test_wrong_content_fails),
		cmocka_unit_test(test_a_killed_process_fails),
		cmocka_unit_test(test_a_killed_child_fails),
		cmocka_unit_test(test_nothing_to_do_fails),
		cmocka_unit_test(test_what_children_leave_undone_is_done),
		cmocka_unit_test(test_a_seed_makes_the_same_happen),
		cmocka_unit_test(test_ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
