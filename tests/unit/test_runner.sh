#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/run against tests that lie, die or fall silent: none may count as
# passed. Each fake test is run by the real runner, in a folder of its own.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# fake NAME: the script on standard input becomes the only test
fake()
{
	rm -rf "$tmp/tests"
	mkdir -p "$tmp/tests/unit" "$tmp/tests/cases" "$tmp/tests/stress" "$tmp/tests/vm"
	cat >"$tmp/tests/$1"
}

run()
{
	"$top/tests/run" --tests "$tmp/tests" --build "$tmp/build" "$@" >"$tmp/out" 2>&1
	echo $? >"$tmp/status"
}

# verdict NAME STATUS LAST-LINE [REASON]: what the runner must have said
verdict()
{
	local last

	last=$(tail -n 1 "$tmp/out")
	if [[ $(<"$tmp/status") == "$2" && $last == "$3" ]] &&
	   grep -qF -- "${4-}" "$tmp/out"; then
		ktap_ok "$1"
	else
		ktap_diag "$(<"$tmp/out")"
		ktap_not_ok "$1" "wanted exit status $2, '$3' and: ${4-}"
	fi
}

# judged NAME STATUS LAST-LINE [REASON]: standard input as a shell test
judged()
{
	fake unit/test_fake.sh
	run
	verdict "$@"
}

ktap_plan 38

# --- what is good ---------------------------------------------------------------

judged "results are counted one by one" 0 "2 passed, 0 failed, 1 skipped" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 3
	ktap_ok a; ktap_check b true; ktap_skip c "no such card"
	ktap_finish
END
judged "a subtest counts as its leaves" 0 "3 passed, 0 failed, 0 skipped" <<-END
	. $top/tests/lib/ktap.sh
	sub() { (ktap_plan 2; ktap_ok x; ktap_ok y; ktap_finish); }
	ktap_plan 2
	ktap_subtest a sub; ktap_ok b
	ktap_finish
END
judged "a test may skip itself as a whole, but something must run" 1 "0 passed, 1 failed, 1 skipped" "no test was run" <<-END
	. $top/tests/lib/ktap.sh
	ktap_skip_all "no second card"
END
verdict "and why it did stands beside its name" 1 "0 passed, 1 failed, 1 skipped" \
	"ok 1 unit/fake # SKIP no second card, "

# --- what fails -----------------------------------------------------------------

judged "a result that is not ok" 1 "1 passed, 1 failed, 0 skipped" "got '1', expected '2'" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 2
	ktap_ok a; ktap_is b 1 2
	ktap_finish
END
judged "not ok, but exit status 0" 1 "0 passed, 1 failed, 0 skipped" "exit status 0, but" <<-END
	echo 1..1; echo "not ok 1 a"; echo "# Totals: pass:0 fail:1 skip:0"
END
judged "all ok, but another exit status" 1 "1 passed, 1 failed, 0 skipped" "exit status 3" <<-END
	echo 1..1; echo "ok 1 a"; echo "# Totals: pass:1 fail:0 skip:0"; exit 3
END
judged "no plan" 1 "1 passed, 1 failed, 0 skipped" "no plan" <<-END
	echo "ok 1 a"; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "the plan after the results" 1 "1 passed, 1 failed, 0 skipped" "the plan comes after results" <<-END
	echo "ok 1 a"; echo 1..1; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "fewer results than planned" 1 "1 passed, 2 failed, 0 skipped" "2 of 3 planned results are missing" <<-END
	echo 1..3; echo "ok 1 a"; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "more results than planned" 1 "2 passed, 1 failed, 0 skipped" "2 results, but 1 planned" <<-END
	echo 1..1; echo "ok 1 a"; echo "ok 2 b"; echo "# Totals: pass:2 fail:0 skip:0"
END
judged "ktap_finish before all that was planned" 1 "1 passed, 1 failed, 0 skipped" "planned 2 results, reported 1" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 2; ktap_ok a; ktap_finish
END
judged "ktap_finish without a plan" 1 "1 passed, 1 failed, 0 skipped" "ktap_plan N comes before" <<-END
	. $top/tests/lib/ktap.sh
	ktap_ok a; ktap_finish
END
judged "killed in the middle" 1 "1 passed, 1 failed, 0 skipped" "killed by SIGKILL" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 2; ktap_ok a; kill -9 \$\$; ktap_ok b; ktap_finish
END
judged "killed after the last result" 1 "1 passed, 1 failed, 0 skipped" "no closing line" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 1; ktap_ok a; kill -9 \$\$; ktap_finish
END
judged "silently gone after the last result" 1 "1 passed, 1 failed, 0 skipped" "no closing line" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 1; ktap_ok a; exit 0
END
judged "the last ok before the last check" 1 "1 passed, 1 failed, 0 skipped" "output after the last result: # now look for leaks" <<-END
	. $top/tests/lib/ktap.sh
	ktap_plan 1; ktap_ok a; ktap_diag "now look for leaks"; ktap_finish
END
judged "the closing line before the last check" 1 "1 passed, 1 failed, 0 skipped" "output after the closing line: a leak" <<-END
	echo 1..1; echo "ok 1 a"; echo "# Totals: pass:1 fail:0 skip:0"; echo a leak
END
judged "a closing line that miscounts" 1 "1 passed, 1 failed, 0 skipped" "counted" <<-END
	echo 1..1; echo "ok 1 a"; echo "# Totals: pass:2 fail:0 skip:0"
END
judged "no output at all" 1 "0 passed, 1 failed, 0 skipped" "no plan" <<-END
	exit 0
END
judged "a plan for nothing" 1 "0 passed, 1 failed, 0 skipped" "a plan without tests or reason" <<-END
	echo 1..0; echo "# Totals: pass:0 fail:0 skip:0"
END
judged "a skip without a reason" 1 "0 passed, 1 failed, 0 skipped" "SKIP with a reason" <<-END
	echo 1..1; echo "ok 1 a # SKIP "; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "a directive that excuses a failure" 1 "0 passed, 1 failed, 0 skipped" "neither ok, not ok nor SKIP" <<-END
	echo 1..1; echo "ok 1 a # TODO later"; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "a result left out of the numbering" 1 "1 passed, 1 failed, 0 skipped" "has another number: ok 2 a" <<-END
	echo 1..1; echo "ok 2 a"; echo "# Totals: pass:1 fail:0 skip:0"
END
judged "ok over a subtest that failed" 1 "0 passed, 1 failed, 0 skipped" "ok over a subtest" <<-END
	echo 1..1
	echo "    1..1"; echo "    not ok 1 x"; echo "ok 1 a"
	echo "# Totals: pass:1 fail:0 skip:0"
END
judged "a subtest cut short" 1 "1 passed, 1 failed, 0 skipped" "1 of 2 planned results are missing" <<-END
	echo 1..1
	echo "    1..2"; echo "    ok 1 x"; echo "ok 1 a"
	echo "# Totals: pass:1 fail:0 skip:0"
END
judged "hung" 1 "1 passed, 1 failed, 0 skipped" "timed out after 1 s" <<-END
	# timeout: 1
	echo 1..2; echo "ok 1 a"; sleep 60
END
judged "a process left behind" 1 "1 passed, 1 failed, 0 skipped" "left a process behind" <<-END
	echo 1..1; echo "ok 1 a"; sleep 5 & echo "# Totals: pass:1 fail:0 skip:0"
END

# --- unit tests in C, and the VM ------------------------------------------------

fake unit/test_fake.c <<-END
	// sources:
	int main(void) { return undeclared; }
END
run
verdict "a unit test that does not compile" 1 "0 passed, 1 failed, 0 skipped" "does not compile"

fake unit/test_fake.c <<-END
	// sources:
	#include <stdarg.h>
	#include <stddef.h>
	#include <stdint.h>
	#include <setjmp.h>
	#include <cmocka.h>
	#include <stdlib.h>
	static void good(void **state) { (void)state; }
	static void bad(void **state)
	{
		char *volatile p = malloc(4), *volatile q = p;

		(void)state;
		free(p);
		assert_int_equal(q[0], 0);
	}
	int main(void)
	{
		const struct CMUnitTest all[] = { cmocka_unit_test(good), cmocka_unit_test(bad) };
		return cmocka_run_group_tests(all, NULL, NULL);
	}
END
run
verdict "a unit test that reads freed memory" 1 "1 passed, 1 failed, 0 skipped" "heap-use-after-free"

# the VM that nobody asked for
vm=$(. "$top/tests/vm/lib.sh"; echo "$(default_kernel) $(default_arch)")

# rig_program STATUS LINE...: a VM that prints LINE... and exits with STATUS
rig_program()
{
	local status=$1

	shift
	{
		echo "#!/bin/sh"
		echo "echo \"\$ONCARD_KERNEL \$ONCARD_ARCH: \$*\" >$tmp/rig-options"
		printf "echo '%s'\n" "$@"
		echo "exit $status"
	} >"$tmp/tests/vm/run"
	chmod +x "$tmp/tests/vm/run"
}

# rig STATUS LINE...: and a case that runs in it
rig()
{
	fake cases/fake.sh <<-END
		# vm: --mem 3G
		# timeout: 42
	END
	rig_program "$@"
	run --kernel 6.12 --arch arm64
}

rig 0 1..1 "ok 1 a" "# Totals: pass:1 fail:0 skip:0"
ktap_is "a case runs in the VM that its head asks for" "$(<"$tmp/rig-options")" \
	"6.12 arm64: --mem 3G --timeout 42 --state $tmp/build/vm/tests/fake -- sh /tests/cases/fake.sh"

fake_stress()
{
	fake stress/fake.sh <<-END
		# timeout: 5
		# soak: 100 times
		# soak-timeout: 900
	END
	rig_program 0 1..1 "ok 1 a" "# Totals: pass:1 fail:0 skip:0"
}

fake_stress
run
ktap_is "a stress test runs in its short form, without an argument" "$(<"$tmp/rig-options")" \
	"$vm: --timeout 5 --state $tmp/build/vm/tests/stress/fake -- sh /tests/stress/fake.sh"
fake_stress
cp "$tmp/tests/stress/fake.sh" "$tmp/tests/cases/other.sh"
run --soak
ktap_is "--soak runs it in its long form" "$(<"$tmp/rig-options")" \
	"$vm: --timeout 900 --state $tmp/build/vm/tests/stress/fake -- sh /tests/stress/fake.sh 100 times"
verdict "--soak runs nothing else" 0 "1 passed, 0 failed, 0 skipped"

rig 0 1..1 "ok 1 a"
verdict "a VM lost before the closing line" 1 "1 passed, 1 failed, 0 skipped" "no closing line"
rig 70 1..1 "ok 1 a" "# Totals: pass:1 fail:0 skip:0"
verdict "a splat after all is ok" 1 "1 passed, 1 failed, 0 skipped" "exit status 70"

# elsewhere KERNEL: a case beside one that is for two kernels only
elsewhere()
{
	rig 0 1..1 "ok 1 a" "# Totals: pass:1 fail:0 skip:0"
	printf "# kernels: 6.1 6.12 (it counts)\n" >"$tmp/tests/cases/other.sh"
	run --kernel "$1"
}

elsewhere debug
verdict "a case for other kernels is skipped, with the reason" 0 "1 passed, 0 failed, 1 skipped" \
	"cases/other # SKIP for 6.1 6.12 only: it counts, "
elsewhere 6.12
verdict "and it runs on these" 0 "2 passed, 0 failed, 0 skipped"

ktap_finish
