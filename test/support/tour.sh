#!/bin/sh
# tour.sh - the files that README's tour names, in its order
#
# Prints the number of the tour's line and a path.  A line of the tour begins
# with a tab and a shell pattern; a folder with "/" at its end means all in it.
set -eu

cd "$(dirname "$0")/../.."
sed -n '/^Tour of the files/,/^Tests$/s/^	\([^ 	]*\).*/\1/p' \
    README | {
	line=0
	while read -r pattern; do
		line=$((line + 1))
		# shellcheck disable=SC2086
		case $pattern in
		*/)	find "$pattern" -type f | sort ;;
		*)	printf '%s\n' $pattern ;;
		esac | sed "s/^/$line /"
	done
}
