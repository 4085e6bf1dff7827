#!/bin/sh
# tour.sh - the files that README's tour names, in its order, one per line
#
# A line of the tour begins with a tab and a path.  "[ch]" in it stands for
# both, header first, "*" for all there are, and a folder with a "/" at its end
# for all in it.
set -eu

cd "$(dirname "$0")/../.."
sed -n '/^Tour of the files/,/^Tests$/s/^	\([^ 	]*[./][^ 	]*\).*/\1/p' README |
while read -r pattern; do
	case $pattern in
	*.\[ch\])	echo "${pattern%.*}.h"; echo "${pattern%.*}.c" ;;
	*/)	find "${pattern%/}" -type f | sort ;;
	*\**)	for file in $pattern; do echo "$file"; done ;;
	*)	echo "$pattern" ;;
	esac
done
