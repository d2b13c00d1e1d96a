# SPDX-License-Identifier: GPL-2.0-only
#
# The lab's figures as SVG; read after cells.awk. Four charts: rates, the sweep, and
# the run lengths on fresh and on aged memory.

# --- elements ---

function text(x, y, anchor, words, attributes) {
	gsub(/&/, "\\&amp;", words)
	gsub(/</, "\\&lt;", words)
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor,
		attributes ? " " attributes : "", words
}

function line(x1, y1, x2, y2, attributes) {
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2, y2,
		attributes
}

function box(x, y, w, h, fill, words) {
	printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\">", x, y,
		w, h, fill
	printf "<title>%s</title></rect>\n", words
}

# --- a chart: 0 to 100 % upwards ---

# chart(x, y, w, h): where its lower left corner is, and how large it is
function chart(x, y, w, h, heading,    percent) {
	left = x
	bottom = y
	width = w
	height = h
	text(x, y - h - 28, "start", heading, "class=\"heading\"")
	for (percent = 0; percent <= 100; percent += 20) {
		line(x, level(percent), x + w, level(percent), "class=\"grid\"")
		text(x - 6, level(percent) + 4, "end", percent " %")
	}
	line(x, y, x + w, y, "class=\"axis\"")
	line(x, y, x, y - h, "class=\"axis\"")
}

function level(percent) {
	return bottom - height * percent / 100
}

function bar(x, w, percent, fill, words) {
	box(x, level(percent), w, height * percent / 100, fill,
		words sprintf(": %.2f %%", percent))
}

function mark_2004() {
	line(left, level(rate_2004), left + width, level(rate_2004), "class=\"mark\"")
	text(left + 4, level(rate_2004) - 5, "start", sprintf("%.2f %%", rate_2004),
		"class=\"label\"")
}

# --- the four ---

function rates(    s, a, group, w, x, cell) {
	chart(70, 330, 460, 240, "Merge rate: merges / segments before")
	group = width / states
	w = group / (allocators + 1)
	for (s = 1; s <= states; s++) {
		for (a = 1; a <= allocators; a++) {
			cell = allocator[a] " " state[s]
			if (!has(cell))
				continue
			x = left + (s - 1) * group + (a - 0.5) * w
			bar(x, w * 0.8, value[cell, "rate"], colour[allocator[a]], cell)
			text(x + w * 0.4, level(value[cell, "rate"]) - 4, "middle",
				sprintf("%.2f", value[cell, "rate"]), "class=\"small\"")
		}
		text(left + (s - 0.5) * group, bottom + 18, "middle", state[s] " memory")
	}
	mark_2004()
}

# how far right on the sweep's axis, on which every cell has as much room
function place(i) {
	return left + 20 + (width - 40) * (sweeps > 1 ? (i - 1) / (sweeps - 1) : 0)
}

function curve(    i, points, rate) {
	chart(630, 330, 460, 240, "low-first on fresh memory: what others do to it")
	for (i = 1; i <= sweeps; i++) {
		rate = value["others " sweep[i], "rate"]
		points = points sprintf(" %.1f,%.1f", place(i), level(rate))
		printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", place(i),
			level(rate), colour["low-first"]
		text(place(i), level(rate) - 8, "middle", sprintf("%.1f", rate), "class=\"small\"")
		text(place(i), bottom + 18, "middle", sweep[i] " %")
	}
	printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
		substr(points, 2), colour["low-first"]
	text(left + width / 2, bottom + 36, "middle",
		"how often others call the allocator between two pages")
	mark_2004()
}

function histogram(x, s,    i, a, group, w, cell) {
	chart(x, 710, 460, 240, "Run lengths, " state[s] " memory: share of all pages")
	group = width / classes
	w = group / (allocators + 1)
	for (i = 1; i <= classes; i++) {
		for (a = 1; a <= allocators; a++) {
			cell = allocator[a] " " state[s]
			if (has(cell))
				bar(left + (i - 1) * group + (a - 0.5) * w, w * 0.9,
					value[cell, "class " i], colour[allocator[a]],
					cell ", runs of " class[i])
		}
		text(left + (i - 0.5) * group, bottom + 18, "middle", class[i])
	}
	text(left + width / 2, bottom + 36, "middle", "pages in a run")
}

function legend(y,    a, x) {
	for (a = 1; a <= allocators; a++) {
		x = 70 + (a - 1) * 205
		box(x, y - 11, 13, 13, colour[allocator[a]], title[allocator[a]])
		text(x + 20, y, "start", title[allocator[a]])
	}
	x = 70 + allocators * 205
	line(x, y - 4, x + 30, y - 4, "class=\"mark\"")
	text(x + 37, y, "start", "2004, after the change")
}

END {
	split("#d55e00 #0072b2 #888888 #009e73", shade, " ")
	for (a = 1; a <= allocators; a++)
		colour[allocator[a]] = shade[a]
	print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
	print "<!-- SPDX-License-Identifier" ": GPL-2.0-only -->"
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1130\" height=\"770\"" \
		" viewBox=\"0 0 1130 770\" font-family=\"sans-serif\" font-size=\"12\">"
	print "<style>.heading { font-size: 14px; font-weight: bold; }" \
		" .small { font-size: 10px; } .label { fill: #b00020; }" \
		" .grid { stroke: #dddddd; } .axis { stroke: #333333; }" \
		" .mark { stroke: #b00020; stroke-dasharray: 6 4; }</style>"
	print "<rect width=\"1130\" height=\"770\" fill=\"#ffffff\"/>"
	legend(32)
	rates()
	if (sweeps)
		curve()
	histogram(70, 1)
	histogram(630, 2)
	print "</svg>"
}
