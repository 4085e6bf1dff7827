#!/bin/sh
# check-headers.sh - each header compiles alone, with every compiler there is
set -eu

cd "$(dirname "$0")/../.."
bad=0
used=0
for compiler in gcc clang; do
	command -v $compiler >/dev/null 2>&1 || continue
	used=$((used + 1))
	for header in engine/*.h fcgi/*.h test/fuzz/*.h test/load/*.h \
	    test/model/*.h test/support/*.h; do
		# Twice, to see that its guard works.
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		    $compiler -std=c11 -D_GNU_SOURCE -I. -Wall -Wextra \
		    -Wpedantic -Werror -fsyntax-only -x c - || bad=1
		guard=$(sed -n 's/^#ifndef //p' "$header" | head -n 1)
		if ! grep -qx "#define ${guard:-?}" "$header"; then
			echo "$header: no guard"
			bad=1
		fi
	done
done
[ $used -gt 0 ] || { echo "neither gcc nor clang"; exit 77; }
exit $bad
