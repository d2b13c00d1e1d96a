# SPDX-License-Identifier: GPL-2.0-only
#
# What the whole path costs, as a table: a line for each work and size, a column for each way.

BEGIN {
	# (these are less the clearing, which gen_pool leaves to others)
	title["alloc-empty"] = "alloc and free, region empty"
	title["alloc-used"] = "alloc and free, 500 buffers held"
	title["list-joined"] = "dma_map_sg() and unmap, all join"
	title["list-apart"] = "dma_map_sg() and unmap, none does"
	title["map"] = "mmap()"
	title["map-touch-unmap"] = "mmap(), touch, munmap()"
	title["revoke-mappings"] = "take back mappings"
	title["revoke-processes"] = "take back, a process each"
	count = split("oncard parent gen_pool apply remap fault", sources)
}

{
	delete of
	for (i = 1; i <= NF; i++)
		if (split($i, pair, "=") == 2)
			of[pair[1]] = pair[2]
	if (of["work"] == "clear")
		clearing = of["cost"]
	if (!(of["work"] in title))
		next
	if (of["work"] ~ /^alloc/ && of["source"] != "gen_pool")
		of["cost"] -= clearing
	row = of["work"] " " of["size"]
	if (!(row in seen)) {
		seen[row]
		rows[++last] = row
	}
	cost[row, of["source"]] = of["cost"]
}

END {
	printf "%-34s%10s", "instructions", "size"
	for (s = 1; s <= count; s++)
		printf "%11s", sources[s]
	printf "%8s\n", "factor"
	for (r = 1; r <= last; r++) {
		split(rows[r], word, " ")
		printf "%-34s%10d", title[word[1]], word[2]
		best = 0
		for (s = 1; s <= count; s++) {
			value = cost[rows[r], sources[s]]
			printf "%11s", value
			# an mmap() that maps nothing yet is none to compare with
			if (s > 1 && value && (!best || value < best) &&
			    (word[1] != "map" || sources[s] != "fault"))
				best = value
		}
		if (best && cost[rows[r], "oncard"])
			printf "%8.2f", cost[rows[r], "oncard"] / best
		printf "\n"
	}
}
