#!/bin/sh
# check-readme.sh - README's tour names every file there is, and no other
set -eu

cd "$(dirname "$0")/../.."
if [ ! -e .git ] || ! git rev-parse >/dev/null 2>&1; then
	echo "not a clone"
	exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
git ls-files | sort >"$scratch/git"
sh test/support/tour.sh | cut -d ' ' -f 2 | sort >"$scratch/tour"
# Generated files in a folder that is named whole are nobody's business.
uniq -d "$scratch/tour" | sed 's/$/: twice in the tour/' >"$scratch/bad"
comm -23 "$scratch/git" "$scratch/tour" |
    sed 's/$/: not in the tour/' >>"$scratch/bad"
comm -13 "$scratch/git" "$scratch/tour" | while read -r file; do
	git check-ignore -q "$file" || echo "$file: in the tour, not in git"
done >>"$scratch/bad"
cat "$scratch/bad"
[ ! -s "$scratch/bad" ]
