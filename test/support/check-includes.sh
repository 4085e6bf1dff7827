#!/bin/sh
# check-includes.sh - the files of engine/ include only files above them
#
# The order is that of README's tour, so that its reader meets nothing that was
# not there before.  Files that share a line there may include each other.
set -eu

cd "$(dirname "$0")/../.."
bad=0
complain() {
	echo "$*"
	bad=1
}

order=$(sh test/support/tour.sh | sed -n 's|^\([0-9]*\) engine/|\1 |p')
place_of() {
	echo "$order" | awk -v name="$1" '$2 == name { print $1; exit }'
}

for file in engine/*.[ch]; do
	name=${file#engine/}
	place=$(place_of "$name")
	[ -n "$place" ] || { complain "$file: not in README's tour"; continue; }
	included_files=$(sed -n 's/^#include "\(.*\)"/\1/p' "$file")
	for included in $included_files; do
		other=$(place_of "$included")
		if [ -z "$other" ]; then
			complain "$file: includes $included, not of engine/"
		elif [ "$other" -gt "$place" ]; then
			complain "$file: includes $included, which comes later"
		fi
	done
	[ "$name" = json.c ] || ! grep -n '^#include.*cJSON' "$file" ||
	    complain "$file: only json.c includes cJSON"
done
exit $bad
