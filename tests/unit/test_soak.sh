#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/stress/soak: its verdict is that of all that ran, and says what did not. The
# mutants and the tests are stand-ins, in a tree of their own.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/tests/stress" "$tmp/tests/mutants" "$tmp/build/log/tests/stress"
cp "$top/tests/stress/soak" "$tmp/tests/stress"

# program FILE STATUS: says what is on standard input
program()
{
	{
		echo "#!/bin/sh"
		echo "echo \"\$ONCARD_KERNEL: \$*\" >'$tmp/asked'"
		echo "cat <<'END'"
		cat
		echo END
		echo "exit $2"
	} >"$tmp/tests/$1"
	chmod +x "$tmp/tests/$1"
}

mutants()
{
	printf '%s\n' 1..2 "ok 1 a" "$1 2 b" "# Totals: pass:1 fail:1 skip:0" |
		program mutants/run "$2"
}

# tests STATUS CLOSING-LINE
tests()
{
	program run "$1" <<-END
		ok 1 stress/long # 1.5 s
		ok 2 stress/other # SKIP for the kernel debug only: it can, 0.0 s
		$2
	END
	cat >"$tmp/build/log/tests/stress/long.log" <<-END
		# figure: times: 20
		ok 1 some of it # SKIP no clock
	END
}

soak()
{
	"$tmp/tests/stress/soak" "$@" >"$tmp/out" 2>&1
	echo $?
}

# verdict NAME STATUS LAST-LINE ARGUMENT...
verdict()
{
	local name=$1 status=$2 last=$3

	shift 3
	ktap_is "$name" "$(soak "$@"): $(tail -n 1 "$tmp/out")" "$status: $last"
}

has()
{
	grep -qxF -- "$1" "$tmp/out"
}

ktap_plan 15
mutants ok 0
tests 0 "3 passed, 0 failed, 0 skipped"
verdict "all passed" 0 "verdict: PASS"
ktap_check "the table has a row for the mutants" has "  caught                                     2 of 2"
tests 0 "3 passed, 0 failed, 2 skipped"
verdict "what was skipped is counted" 0 "verdict: PASS, 2 skipped (see above)"
ktap_check "a test that was skipped says why" \
	has "other: SKIPPED: for the kernel debug only: it can"
ktap_check "so does a result" has "  SKIPPED: some of it: no clock"
ktap_check "a test that ran has its figures" has "  times                                      20"
mutants "not ok" 1
verdict "a mutant that was not caught" 1 "verdict: FAIL"
ktap_check "is named" has "  NOT OK: b"
verdict "without the mutants, by name" 0 "verdict: PASS, 2 skipped (see above)" --kernel debug long
ktap_is "of that kernel" "$(<"$tmp/asked")" "debug: --soak long"
mutants ok 0
tests 1 "3 passed, 1 failed, 0 skipped"
verdict "a test that failed" 1 "verdict: FAIL"
tests 0 "0 passed, 0 failed, 2 skipped"
verdict "nothing that passed" 1 "verdict: FAIL"
tests 0 "ok 3 stress/last # 1.0 s"
verdict "no word of the end" 1 "verdict: FAIL"
verdict "an unknown option" 2 \
	"tests/stress/soak: unknown option '--list'; allowed: --kernel NAME, --help" --kernel debug --list
verdict "an option without its value" 2 "tests/stress/soak: --kernel needs a value" --kernel
ktap_finish
