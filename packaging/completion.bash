# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion for oncard-play, oncard-compare, oncard-stress: options, from their --help;
# what an option may be, from the message that refuses what it may not; and files.
_oncard()
{
	local cur=$2 option=$3 words

	COMPREPLY=()
	# bash takes "--mode=pl" for three words
	if [[ $cur == = ]]; then
		cur=
	elif [[ $option == = ]]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $option in
	-D | --device | --capture-device)
		words=$(sed -n 's/^ *[0-9]* \[\([^ ]*\) *\].*/hw:\1/p' /proc/asound/cards 2>/dev/null)
		;;
	-f | --format | --signal | --access | --mode | --inject | --faults)
		words=$("$1" "$option" '?' 2>&1 | sed -n 's/.*allowed: //p' | tr -d ,)
		;;
	*)
		[[ $cur == -* ]] || return 0
		words=$("$1" --help 2>/dev/null | grep -oE -- '(^|[ ,[])--?[a-z][a-z0-9-]*' |
			tr -d ' ,[' | sort -u)
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _oncard oncard-play oncard-compare oncard-stress
