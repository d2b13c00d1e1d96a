#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/render: includes, links and tables as the pages have them.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/doc" "$tmp/src"
out=$tmp/build/docs

# page NAME: standard input
page()
{
	cat >"$tmp/$1"
}

# render PAGE...: its exit status; its words are in $tmp/said
render()
{
	rm -rf "$out"
	(cd "$tmp" && "$top/Documentation/render" --output build/docs "$@") >"$tmp/said" 2>&1
	echo $?
}

# has FILE TEXT: a line of the HTML holds it
has()
{
	grep -F -- "$2" "$out/$1" || { cat "$tmp/said" "$out/$1"; return 1; }
}

# fails NAME MESSAGE PAGE...: exit status 1, and nothing is written
fails()
{
	local name=$1 message=$2 status

	shift 2
	status=$(render "$@")
	if [[ $status == 1 && ! -e $out ]] && grep -qF -- "$message" "$tmp/said"; then
		ktap_ok "$name"
	else
		ktap_not_ok "$name" "exit status $status, and it said:"$'\n'"$(<"$tmp/said")"
	fi
}

# code FILE LANGUAGE: the text of the code block
code()
{
	sed -n "/^<pre><code class=\"language-$2\">/,/^<\/code><\/pre>/p" "$out/$1" |
		sed -e 's/^<pre><code[^>]*>//' -e '/^<\/code><\/pre>$/d' \
			-e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g'
}

# includes_as FILE LANGUAGE: what page.md includes is the very text of FILE
includes_as()
{
	echo "[it](../$1)"$'\n'"<!-- include: ../$1 -->" | page doc/page.md
	[[ $(render doc/page.md) == 0 ]] && code page.html "$2" | diff "$tmp/$1" -
}

cat >"$tmp/src/all.c" <<'END'
// <b>&amp; "quoted" 'too' \n $HOME `sh` %s
	if (a < b && c > d)

* no *list*, [no link](x.md)
````
still code
~~~
<!-- include: ../src/none.c -->
   <a href="x.md">
# not a heading  
END
printf '%s\n' '#!/bin/sh' "echo \"\$1\"" >"$tmp/src/tool"

ktap_plan 27

# --- includes -------------------------------------------------------------------

ktap_check "an include becomes the very text of the file" includes_as src/all.c c
ktap_check "a script without a suffix is sh" includes_as src/tool sh
echo '# x' >"$tmp/src/x.awk"
ktap_check "another suffix is the language" includes_as src/x.awk awk
printf 'int a;' >"$tmp/src/short.h"
echo "[it](../src/short.h)"$'\n'"<!-- include: ../src/short.h -->" | page doc/page.md
ktap_is "a file whose last line has no end" "$(render doc/page.md; code page.html c)" \
	$'0\nint a;'

page doc/page.md <<'END'
Before
[all](../src/all.c)
<!-- include: ../src/all.c -->
*after*
END
render doc/page.md >/dev/null
ktap_check "text goes on after the block" has page.html "<p><em>after</em></p>"
page doc/page.md <<'END'
~~~~
<!-- include: ../src/none.c -->
~~~
<!-- include: ../src/none.c -->
~~~~
END
ktap_is "an include that is code itself stays code" \
	"$(render doc/page.md; grep -c '&lt;!-- include' "$out/page.html")" $'0\n2'

echo "fine" | page doc/good.md
printf '%s\n' "one" "<!-- include: ../src/none.c -->" | page doc/page.md
fails "a missing file is named, with page and line, and nothing is written" \
	"doc/page.md:2: there is no file '../src/none.c' to include" doc/good.md doc/page.md
echo "<!-- include: ../src -->" | page doc/page.md
fails "a folder is no file" "no file '../src'" doc/page.md
echo "<!-- include: ../src/all.c -->" | page doc/page.md
fails "an include without a link to the file" "no link to '../src/all.c'" doc/page.md
echo "<!--include ../src/all.c-->" | page doc/page.md
fails "an include that is misspelt" "allowed: <!-- include: PATH -->" doc/page.md

# --- pages and links ------------------------------------------------------------

page README.md <<'END'
# The *top* & `all`

[a](doc/page.md) [b](doc/page.md#a-part-of-it) [c](src/all.c) [d](#here)
[e](https://example.org/x.md) [f](other.md) `[g](doc/page.md)` [h](.)
END
page doc/page.md <<'END'
# Page

## A part, of it!

[up](../README.md) [beside](../doc/./good.md) ![picture](../src/all.png)

## A part, of it!

| one | two |
|---|---|
| `a` | <b> |
END
ktap_is "pages render" "$(render README.md doc/page.md doc/good.md)" 0
ktap_is "each page is named" "$(<"$tmp/said")" "$(printf '  DOCS    %s.html\n' index page good)"
ktap_check "README is the index" has index.html "<title>The *top* &amp; all</title>"
ktap_check "a link to a page leads to its HTML" has index.html '<a href="page.html">a</a>'
ktap_check "and to the place in it" has index.html '<a href="page.html#a-part-of-it">b</a>'
ktap_check "which is there" has page.html '<h2 id="a-part-of-it">'
ktap_check "also where its name comes twice" has page.html '<h2 id="a-part-of-it-1">'
ktap_check "a link to a source leads to the source tree" has index.html '<a href="../../src/all.c">c</a>'
ktap_check "links within a page and out of here stay" has index.html '<a href="#here">d</a>'
ktap_check "also if they look like a page" has index.html '<a href="https://example.org/x.md">e</a>'
ktap_check "a page that is not rendered stays Markdown" has index.html '<a href="../../other.md">f</a>'
ktap_check "code is no link" has index.html '<code>[g](doc/page.md)</code>'
ktap_check "links lead up and sideways" has page.html \
	'<a href="index.html">up</a> <a href="good.html">beside</a> <img src="../../src/all.png"'
ktap_check "every page leads to every page" has good.html '<a href="page.html">Page</a>'

# --- tables, and use ------------------------------------------------------------

ktap_is "a table is a table" \
	"$(sed -n '/<table>/,/<\/table>/p' "$out/page.html" | grep -oE '<(table|th|td)>[^ ]*' | tr '\n' ' ')" \
	"<table> <th>one</th> <th>two</th> <td><code>a</code></td> <td><!-- "
mkdir -p "$tmp/more"
echo | page more/page.md
fails "two pages of one name are refused" "two pages become page.html" doc/page.md more/page.md
ktap_is "an unknown option is refused" "$(render --nonsense)" 2
ktap_finish
