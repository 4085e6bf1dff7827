#!/bin/sh
# check-purity.sh - the engine calls nothing but memory, text and cJSON
#
# What the engine's archive leaves undefined is all that it can reach.  A list
# of what is allowed, so that a new name has to be looked at: no allocator (it
# comes with the environment), socket, clock, file, stream, loop or process.
set -eu

archive=engine/libbayeux.a
symbols=$("${NM:-nm}" "$archive")

defined=$(echo "$symbols" | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }')
undefined=$(echo "$symbols" | awk '$1 == "U" { print $2 }' | sort -u)
[ -n "$defined" ] || { echo "$archive defines nothing"; exit 1; }

foreign=$(for symbol in $undefined; do
	case $symbol in
	memchr | memcmp | memcpy | memmove | memset) ;;
	strchr | strcmp | strlen | strncmp | strspn) ;;
	snprintf | vsnprintf | qsort | bsearch) ;;
	__mem*_chk | __snprintf_chk | __vsnprintf_chk) ;;
	__stack_chk_fail | __assert_fail | _GLOBAL_OFFSET_TABLE_) ;;
	cJSON_*) ;;
	# What --enable-sanitizers and --enable-fuzzers add.
	__asan_* | __ubsan_* | __sanitizer_* | __sancov_* | __start___sancov_* | \
	    __stop___sancov_*) ;;
	*)	echo "$defined" | grep -qxF "$symbol" || echo "$symbol" ;;
	esac
done)

[ -z "$foreign" ] || {
	echo "$archive reaches outside the engine:"
	"${NM:-nm}" -A "$archive" | grep -wF "$foreign"
	exit 1
}
echo "$archive: $(echo "$undefined" | wc -l) names used, none foreign"
