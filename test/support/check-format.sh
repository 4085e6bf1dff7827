#!/bin/sh
# check-format.sh - the layout of C is what .clang-format says
#
# Another release of clang-format may think otherwise: version 14 decides.
set -eu

cd "$(dirname "$0")/../.."
for format in clang-format-14 clang-format; do
	$format --version 2>/dev/null | grep -q 'version 14\.' || continue
	find engine fcgi conf-examples test/support test/engine test/fcgi \
	    test/fuzz test/load test/loadtest test/model test/plugins \
	    -name '*.[ch]' -exec "$format" --dry-run -Werror {} +
	exit
done
echo "clang-format 14 is not installed"
exit 77
