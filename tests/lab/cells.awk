# SPDX-License-Identifier: GPL-2.0-only
#
# What the lab's cells say, a line of name=value each, for table.awk and picture.awk:
# value[cell, name], where a cell is named "low-first aged", say, or "others 25" when
# it is of the sweep.

BEGIN {
	allocators = split("high-first low-first kernel compact", allocator, " ")
	title["high-first"] = "high-first (before 2004)"
	title["low-first"] = "low-first (since 2004)"
	title["kernel"] = "this kernel's alloc_page()"
	title["compact"] = "ours: compact, in runs"
	states = split("fresh aged", state, " ")
	classes = split("1 2 3-4 5-8 9-16 17-32 33-64 65-127 128", class, " ")
	rate_2004 = 100 * 24007 / (24007 + 19513)
}

{
	delete of
	for (i = 1; i <= NF; i++)
		if (split($i, pair, "=") == 2)
			of[pair[1]] = pair[2]
	cell = of["source"] " " (of["aged"] ? "aged" : "fresh")
	if ($1 == "sweep:") {
		cell = "others " of["others"]
		sweep[++sweeps] = of["others"]
	}
	for (name in of)
		value[cell, name] = of[name]
	share = of["entries"] ? 100 / of["entries"] : 0
	value[cell, "rate"] = of["merges"] * share
	split(of["run_pages"], length_of, ",")
	split(of["runs"], runs_of, ",")
	for (i = 1; i <= classes; i++)
		value[cell, "class " i] = length_of[i] * share
	value[cell, "full"] = of["segments"] ? runs_of[classes] * 100 / of["segments"] : 0
}

# whether a cell was run
function has(cell) {
	return (cell, "entries") in value
}
