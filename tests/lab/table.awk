# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's figures as tables; read after cells.awk.

# What was fetched is the card's own count: a descriptor for each segment.
function row(cell, name) {
	printf "  %-27s%9d%8d%9d%8.2f %%%8d%7.2f %%%13d%10d%8s\n", name,
		value[cell, "entries"], value[cell, "merges"], value[cell, "segments"],
		value[cell, "rate"], value[cell, "longest"], value[cell, "full"],
		value[cell, "fetched"], value[cell, "fetched_bytes"],
		(value[cell, "best"] ? value[cell, "best"] : "-")
}

function heading(words,    column) {
	split(words, column, ",")
	printf "%-29s%9s%8s%9s%10s%8s%9s%13s%10s%8s\n", column[1], column[2], column[3],
		column[4], column[5], column[6], column[7], column[8], column[9],
		column[10]
}

function figures(s,    a) {
	heading(state[s] " memory,segments,,segments,merge,longest,runs of,descriptors,bytes,best")
	heading(",before,merges,left,rate,run,128,fetched,fetched,bound")
	for (a = 1; a <= allocators; a++)
		if (has(allocator[a] " " state[s]))
			row(allocator[a] " " state[s], title[allocator[a]])
	print ""
}

function distribution(s,    a, i) {
	printf "%-29s", state[s] " memory, runs of"
	for (i = 1; i <= classes; i++)
		printf "%8s", class[i]
	print " pages"
	for (a = 1; a <= allocators; a++) {
		if (!has(allocator[a] " " state[s]))
			continue
		printf "  %-27s", title[allocator[a]]
		for (i = 1; i <= classes; i++)
			printf "%8.2f", value[allocator[a] " " state[s], "class " i]
		print " % of pages"
	}
	print ""
}

function sweep_table(    i) {
	print "low-first, fresh memory: how often others call between two pages, the rate," \
		" and the longest run"
	printf " "
	for (i = 1; i <= sweeps; i++)
		printf "%s %d %%: %.2f %% (%d)", (i > 1 ? "," : ""), sweep[i],
			value["others " sweep[i], "rate"], value["others " sweep[i], "longest"]
	print "\n"
}

END {
	for (s = 1; s <= states; s++)
		figures(s)
	for (s = 1; s <= states; s++)
		distribution(s)
	if (sweeps)
		sweep_table()
}
