# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark's cells as a table.

BEGIN {
	title["compact"] = "compact"
	title["low-first"] = "low-first"
	title["high-first"] = "high-first"
	title["bitmap"] = "bitmap, aligned"
	title["drm-buddy-trim"] = "drm_buddy, trimmed"
	title["compact-anywhere"] = "compact, anywhere"
	title["bitmap-anywhere"] = "bitmap"
	title["gen-pool"] = "gen_pool"
	title["compact-runs"] = "compact, in runs"
	title["drm-buddy"] = "drm_buddy, in pieces"
	service["compact"] = "in a row, aligned to their number"
	service["compact-anywhere"] = "in a row, anywhere"
	service["compact-runs"] = "in as many pieces as it takes"
}

function heading() {
	printf "%-22s%7s%23s%21s%24s%8s%9s%8s%8s%8s%10s\n", "instructions", "pages",
		"alloc", "free", "alloc + free", "times", "all per", "failed", "fails",
		"not in", "metadata"
	printf "%-22s%7s%23s%21s%24s%8s%9s%8s%8s%8s%10s\n", "", "in use",
		"mean median    max", "mean median    max", "mean median    max",
		"compact", "pair", "", "mean", "a row", "bytes"
}

{
	delete of
	for (i = 1; i <= NF; i++)
		if (split($i, pair, "=") == 2)
			of[pair[1]] = pair[2]
	name = of["source"]
	if (NR == 1) {
		compact = of["both"]
		heading()
	}
	if (name in service)
		print service[name]
	all = of["allocs"] * of["alloc"] + of["frees"] * of["free"] + of["fails"] * of["fail"]
	printf "  %-20s%5.1f %%%9d%7d%7d%7d%7d%7d%10d%7d%7d%8.2f%9d%8d%8d%8d%10d\n", title[name],
		of["live"] * 100 / of["pages"], of["alloc"], of["alloc_median"],
		of["alloc_max"], of["free"], of["free_median"], of["free_max"], of["both"],
		of["both_median"], of["both_max"], of["both"] / compact, all / of["pairs"],
		of["fails"], of["fail"], of["apart"], of["metadata"]
}

END {
	if (NR)
		printf "trace %s, seed %s; of each count %d for the measuring itself are subtracted\n",
			of["trace"], of["seed"], of["overhead"]
}
