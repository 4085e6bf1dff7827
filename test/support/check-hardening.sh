#!/bin/sh
# check-hardening.sh - the program is built so that a mistake in it is of
# little use
#
# What configure asks for has to be in what comes out: the program lies at
# another place each time (PIE), what the loader has filled in is read-only
# afterwards (RELRO and BIND_NOW), no stack can be executed, and the stack and
# the calls of libc that copy are checked while it runs.
set -eu

program=fcgi/bayeux-fcgi
[ -x "$program" ] || { echo "$program is not built"; exit 1; }
if "${NM:-nm}" -D "$program" | grep -q __asan_; then
	echo "a build with sanitizers"
	exit 77
fi

bad=0
# holds WHAT PATTERN TEXT: there is such a line.
holds() {
	echo "$3" | grep -qE "$2" || { echo "$program: no $1"; bad=1; }
}

headers=$(readelf -W -h -l -d "$program")
symbols=$(readelf -W --dyn-syms "$program")
holds 'position-independent executable' 'Type: +DYN' "$headers"
holds 'PIE flag' 'FLAGS_1.* PIE' "$headers"
holds 'GNU_RELRO' '^ +GNU_RELRO ' "$headers"
holds 'BIND_NOW' 'BIND_NOW|FLAGS_1.* NOW' "$headers"
holds 'stack that is not executed' '^ +GNU_STACK .* RW +0x' "$headers"
holds 'stack protector' ' __stack_chk_fail(@|$)' "$symbols"
# Without optimisation there is no such thing.
if grep -q '^BX_CPPFLAGS = .*FORTIFY_SOURCE' Makefile; then
	holds 'fortified calls' ' __(memcpy|v?snprintf)_chk(@|$)' "$symbols"
fi
if echo "$headers" | grep -qE 'RPATH|RUNPATH|TEXTREL'; then
	echo "$program: looks for libraries elsewhere, or writes to its code"
	bad=1
fi
for module in conf-examples/plugins/*.so; do
	[ -e "$module" ] || continue
	readelf -W -l "$module" | grep -qE '^ +GNU_STACK .* RW +0x' ||
	    { echo "$module: its stack could be executed"; bad=1; }
done
exit "$bad"
