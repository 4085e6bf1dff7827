#!/bin/sh
# check-size.sh - no file and no function is longer than a reader can hold
#
# .c <= 400 lines, .h <= 120 (but for the two structs between plugins and
# server, which a stranger reads from end to end; tests, examples and manual
# pages, of which one thing is read at a time, may be longer), a function <= 70
# from its name to its brace, a line <= 80 columns.
set -eu

cd "$(dirname "$0")/../.."
examples='^(conf-examples|test/(engine|fcgi|model|plugins|support))/'
awk -v long="$examples|[.][1-8]\$" '
	function file_done() {
		limit = file ~ /\.h$/ ? 120 : 400
		if (file == "engine/host.h")
			limit = 300
		if (file == "engine/plugin.h")
			limit = 150
		if (file ~ long)
			limit = 1200
		if (lines > limit)
			complain(file ": " lines " lines, " limit " allowed")
	}
	function complain(text) {
		print text
		bad = 1
	}
	FNR == 1 {
		file_done()
		file = FILENAME
		start = 0
	}
	{ lines = FNR }
	/^[a-z_][a-zA-Z0-9_]*\(/ {
		start = FNR
		name = $0
		sub(/\(.*/, "", name)
	}
	/^}/ && start {
		if (FNR - start + 1 > 70)
			complain(file ":" start ": " name " has " \
			    FNR - start + 1 " lines, 70 allowed")
		start = 0
	}
	length(expanded($0)) > 80 {
		complain(file ":" FNR ": over 80 columns")
	}
	function expanded(line,    out, n, i, part) {
		n = split(line, part, "\t")
		out = part[1]
		for (i = 2; i <= n; i++) {
			do out = out " "; while (length(out) % 8)
			out = out part[i]
		}
		return out
	}
	END { file_done(); exit bad }
' engine/*.[ch] fcgi/*.[ch] conf-examples/*/*.c test/*/*.[ch] \
    fcgi/*.[58] test/load/*.1
