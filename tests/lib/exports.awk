# SPDX-License-Identifier: GPL-2.0-only
#
# Each function that is exported has a kernel-doc comment in its file, which
# says "Context:" and, unless the function returns nothing, "Return:".
#
#	awk -f tests/lib/exports.awk FILE.c...

function complain(text)
{
	print FILENAME ":" FNR ": " text
	bad = 1
}

FNR == 1 {
	delete has_doc
	delete has_context
	delete has_return
	delete is_void
}

# the comment: "/**", " * name() - what it is", ...
/^\/\*\*$/ {
	in_doc = 1
	doc = ""
	next
}
in_doc && doc == "" && /^ \* [a-z_0-9]+(\(\))? - / {
	doc = $2
	sub(/\(.*/, "", doc)
	has_doc[doc] = 1
}
in_doc && /^ \* Context:/ { has_context[doc] = 1 }
in_doc && /^ \* Return:/  { has_return[doc] = 1 }
/^ \*\// { in_doc = 0 }

# the definition begins at the line's start; "void *name(" returns something
/^void [a-z_0-9]+\(/ {
	name = $2
	sub(/\(.*/, "", name)
	is_void[name] = 1
}

/^EXPORT_SYMBOL/ {
	name = $0
	sub(/^[A-Z_]*\(/, "", name)
	sub(/[,)].*/, "", name)
	if (!(name in has_doc)) {
		complain(name " is exported without a kernel-doc comment")
		next
	}
	if (!(name in has_context))
		complain(name ": its comment does not say Context:")
	if (!(name in has_return) && !(name in is_void))
		complain(name ": its comment does not say Return:")
}

END { exit bad }
