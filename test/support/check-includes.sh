#!/bin/sh
# check-includes.sh - the files of engine/ include only files above them
#
# The order is that of README's tour, whose reader meets nothing unexplained.
# A name in README stands for all files that begin with it and a "_" or ".".
set -eu

cd "$(dirname "$0")/../.."
bad=0
complain() {
	echo "$*"
	bad=1
}

order=$(sh test/support/tour.sh | sed -n 's|^engine/||p')
place_of() {
	echo "$order" | grep -nxF "$1" | cut -d: -f1
}

for file in engine/*.[ch]; do
	name=${file#engine/}
	place=$(place_of "$name")
	[ -n "$place" ] || { complain "$file: not in README's tour"; continue; }
	included_files=$(sed -n 's/^#include "\(.*\)"/\1/p' "$file")
	for included in $included_files; do
		other=$(place_of "$included")
		if [ -z "$other" ]; then
			complain "$file: includes $included, no file of engine/"
		elif [ "$other" -gt "$place" ]; then
			complain "$file: includes $included, which comes later"
		fi
	done
	[ "$name" = json.c ] || ! grep -n 'include.*cJSON' "$file" ||
	    complain "$file: only json.c includes cJSON"
	! grep -nE '#include <(sys/|netinet|arpa|ev\.h|fastcgi|poll|dlfcn)' \
	    "$file" || complain "$file: not for the engine"
done
exit $bad
