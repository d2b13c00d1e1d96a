# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Judges the KTAP of one test, line by line, while the test runs.
#
#	judge_begin
#	judge_line LINE		# for each line; KTAP is passed on, indented
#	judge_end STATUS	# after the test's end, with its exit status
#
# What comes out: judge_passed, judge_failed, judge_skipped count the leaves
# (a result whose subtests were counted is not counted again), judge_problems
# names what is wrong with the test itself. A test with a problem has failed,
# whatever its results say. judge_skips_all is why a test skipped itself as a whole.
#
# The rules, beyond KTAP's: the plan comes first; results are numbered from 1
# without a gap, are as many as planned, and have names; SKIP needs a reason,
# other directives do not exist; a parent is not ok if its child is not; the
# closing line ("# Totals: ..." of ktap.sh, "# ok - ..." of cmocka) is the
# last line; nothing comes between the last result and it; the exit status
# agrees with the results.

judge_begin()
{
	judge_passed=0
	judge_failed=0
	judge_skipped=0
	judge_problems=()
	judge_skips_all=
	judge_closing=
	judge_bad_results=0	# "not ok" at the outermost level
	judge_depth=0
	# by depth: the plan, results so far, whether a result was not ok
	judge_plan=('')
	judge_run=(0)
	judge_bad=(0)
	judge_top=(0 0 0)	# the outermost results: pass, fail, skip
}

judge_problem()
{
	judge_problems+=("$1")
}

# judge_line LINE; returns 1 for a line that is not KTAP (it is not shown)
judge_line()
{
	local line=${1%$'\r'} text depth
	text=${line#"${line%%[! ]*}"}
	depth=$(((${#line} - ${#text}) / 4))

	[[ -n $text ]] || return 0
	if [[ -n $judge_closing ]]; then
		judge_problem "output after the closing line: $text"
		judge_closing=late
		return 1
	fi
	if [[ $depth -eq 0 && $text =~ ^"# "(Totals:|ok - |not ok - ) ]]; then
		judge_close "$text"
		printf '    %s\n' "$line"
		return 0
	fi
	# (cmocka explains a failure after its "not ok")
	if ((judge_depth == 0 && judge_run[0] > 0 && judge_bad_results == 0)) &&
	   ((judge_run[0] == ${judge_plan[0]:-0})); then
		judge_problem "output after the last result: $text"
	fi
	case $text in
	"KTAP version "* | "TAP version "*)
		judge_descend "$depth"
		;;
	1..*)
		judge_descend "$depth"
		judge_plan_line "$text"
		;;
	"ok "* | "not ok "*)
		judge_result "$depth" "$text"
		;;
	"Bail out!"*)
		judge_problem "$text"
		;;
	"#"*) ;;
	*) return 1 ;;
	esac
	printf '    %s\n' "$line"
}

# a subtest opens at DEPTH
judge_descend()
{
	while ((judge_depth < $1)); do
		((judge_depth += 1))
		judge_plan[judge_depth]=
		judge_run[judge_depth]=0
		judge_bad[judge_depth]=0
	done
}

judge_plan_line()
{
	if [[ -n ${judge_plan[judge_depth]} ]]; then
		judge_problem "a second plan: $1"
	elif ((judge_run[judge_depth] > 0)); then
		judge_problem "the plan comes after results: $1"
	fi
	if [[ $1 =~ ^1\.\.0" # SKIP "(.*[^ ].*)$ ]]; then
		((judge_skipped += 1))
		# shellcheck disable=SC2034 # for those who call
		((judge_depth > 0)) || judge_skips_all=${BASH_REMATCH[1]}
	elif [[ ! $1 =~ ^1\.\.[1-9][0-9]*$ ]]; then
		judge_problem "a plan without tests or reason: $1"
	fi
	[[ $1 =~ ^1\.\.([0-9]{1,6}) ]] || return 0
	judge_plan[judge_depth]=$((10#${BASH_REMATCH[1]}))
}

# the subtest at judge_depth is over: is it complete?
judge_ascend()
{
	local missing

	if [[ -z ${judge_plan[judge_depth]} ]]; then
		judge_problem "no plan: 1..N comes before the first result"
	else
		missing=$((judge_plan[judge_depth] - judge_run[judge_depth]))
		if ((missing > 0)); then
			judge_problem "$missing of ${judge_plan[judge_depth]} planned results are missing"
			((judge_failed += missing))
			judge_bad[judge_depth]=1
		elif ((missing < 0)); then
			judge_problem "${judge_run[judge_depth]} results, but ${judge_plan[judge_depth]} planned"
		fi
	fi
	((judge_depth -= 1))
}

judge_result()
{
	local depth=$1 text=$2 verdict number name directive had_child=0 bad_child=0

	while ((judge_depth > depth)); do
		had_child=1
		judge_ascend
		bad_child=${judge_bad[judge_depth + 1]}
	done
	judge_descend "$depth"
	((judge_run[depth] += 1))

	[[ $text =~ ^(ok|"not ok")" "+([0-9]*)(.*)$ ]]
	verdict=${BASH_REMATCH[1]}
	number=${BASH_REMATCH[2]}
	name=${BASH_REMATCH[3]}
	[[ $number == "${judge_run[depth]}" ]] ||
		judge_problem "result ${judge_run[depth]} has another number: $text"

	directive=
	if [[ $name =~ ^(.*)" # "(SKIP|TODO|XFAIL|XPASS|TIMEOUT|ERROR)(.*)$ ]]; then
		name=${BASH_REMATCH[1]}
		directive=${BASH_REMATCH[2]}${BASH_REMATCH[3]}
	fi
	[[ $name =~ [[:alnum:]] ]] || judge_problem "a result without a name: $text"

	if [[ $verdict == "not ok" ]]; then
		judge_bad[depth]=1
		((had_child && bad_child)) || ((judge_failed += 1))
		judge_count_top "$depth" 1
	elif ((bad_child)); then
		judge_problem "ok over a subtest that is not ok: $text"
		judge_bad[depth]=1
		judge_count_top "$depth" 0
	elif [[ $directive =~ ^SKIP" "+[^\ ] ]]; then
		((judge_skipped += 1))
		judge_count_top "$depth" 2
	elif [[ -n $directive ]]; then
		judge_problem "neither ok, not ok nor SKIP with a reason: $text"
		judge_bad[depth]=1
		judge_count_top "$depth" 0
	else
		((had_child)) || ((judge_passed += 1))
		judge_count_top "$depth" 0
	fi
}

# judge_count_top DEPTH WHICH: for comparison with the closing line
judge_count_top()
{
	(($1 == 0)) || return 0
	((judge_top[$2] += 1))
	(($2 != 1)) || ((judge_bad_results += 1))
}

judge_close()
{
	local want="# Totals: pass:${judge_top[0]} fail:${judge_top[1]} skip:${judge_top[2]}"

	judge_closing=$1
	case $1 in
	"# Totals:"*)
		[[ $1 == "$want" ]] || judge_problem "closing line says '$1', counted '$want'"
		;;
	"# ok"*)
		((judge_bad_results == 0)) || judge_problem "closing line says ok, $judge_bad_results results do not"
		;;
	esac
}

# judge_end STATUS [WHAT]: WHAT says in words what the status means
judge_end()
{
	local status=$1 what=${2:-exit status $1}

	while ((judge_depth > 0)); do
		judge_problem "a subtest without its parent's result"
		judge_ascend
	done
	judge_ascend
	[[ -n $judge_closing ]] || judge_problem "no closing line: the test did not get to its end"
	if ((status != 0)); then
		((judge_failed > 0 && (status == 1 || status == judge_failed))) ||
			 judge_problem "$what"
	elif ((judge_bad_results > 0)); then
		judge_problem "exit status 0, but $judge_bad_results results are not ok"
	fi
	((${#judge_problems[@]} == 0 || judge_failed > 0)) || judge_failed=1
}
