#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packaging/release: makes an archive of what is committed, named alike everywhere, and
# tested; and nothing of anything else.

set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/tests/lib/ktap.sh"

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org

commit()
{
	git -C "$tree" add -A && git -C "$tree" commit -qm "$1"
}

# A tree whose checks and tests take no time; what they do is in these two files.
mkdir -p "$tree/packaging" "$tree/dma-core/include/dma-core" "$tree/debian"
git -C "$tmp" init -q tree
cp "$top/packaging/release" "$top/packaging/version" "$tree/packaging"
cp "$top/dma-core/include/dma-core/card-memory.h" "$tree/dma-core/include/dma-core"
version=$("$top/packaging/version")
echo "oncard ($version) unstable; urgency=medium" >"$tree/debian/changelog"
printf '# Changes\n\n## %s\n' "$version" >"$tree/CHANGELOG.md"
echo /build >"$tree/.gitignore"
printf 'check test:\n\t@sh ./$@.sh\n' >"$tree/Makefile"
echo "echo checked >>build.log" >"$tree/check.sh"
echo "echo tested >>build.log" >"$tree/test.sh"
echo "build.log" >>"$tree/.gitignore"
commit "a tree"

# release: its exit status; what it says is in $tmp/said
release()
{
	"$tree/packaging/release" "$@" >"$tmp/said" 2>&1
	echo $?
}

archives()
{
	find "$tree/build" -type f 2>/dev/null | wc -l
}

# refused NAME WORDS [ARGUMENT...]
refused()
{
	local name=$1 words=$2

	shift 2
	ktap_is "$name: the exit status" "$(release "$@")" 1
	ktap_check "$name: what is said" grep -qF -- "$words" "$tmp/said"
	ktap_is "$name: nothing is made" "$(archives)" 0
}

sum_is_right()
{
	(cd "$tree/build/release" && sha256sum --quiet -c ./*.sha256)
}

ktap_plan 24
echo changed >>"$tree/check.sh"
refused "a file that is changed" "check.sh"
git -C "$tree" checkout -q check.sh
touch "$tree/new"
refused "a file that git does not know" "new"
rm "$tree/new"

sed -i "s/^## .*/## 0.0.1/" "$tree/CHANGELOG.md"
commit "another version in CHANGELOG.md"
refused "another version in CHANGELOG.md" "and 0.0.1 in CHANGELOG.md"
git -C "$tree" reset -q --hard HEAD~1
echo "oncard (0.0.2) unstable; urgency=medium" >"$tree/debian/changelog"
commit "another version in debian/changelog"
refused "another version in debian/changelog" "0.0.2 in debian/changelog"
git -C "$tree" reset -q --hard HEAD~1

for goal in check test; do
	echo "exit 1" >"$tree/$goal.sh"
	commit "make $goal fails"
	refused "make $goal fails" "make $goal fails"
	git -C "$tree" reset -q --hard HEAD~1
done

rm -f "$tree/build.log"
ktap_is "a release: the exit status" "$(release)" 0
ktap_is "it was checked and tested" "$(xargs <"$tree/build.log")" "checked tested"
ktap_is "the archive has what is committed" \
	"$(tar -tJf "$tree/build/release/oncard-$version.tar.xz" | grep -v '/$' | sed "s,^oncard-$version/,," | LC_ALL=C sort | xargs)" \
	"$(git -C "$tree" ls-files | LC_ALL=C sort | xargs)"
ktap_check "its sum is right" sum_is_right
ktap_is "wrong usage" "$(release --fast)" 2
ktap_check "is named" grep -qF -- "'--fast'; allowed: --output --help" "$tmp/said"
ktap_finish
