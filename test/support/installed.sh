#!/bin/sh
# installed.sh - what is installed is enough to make plugins, and runs them
#
#   installed.sh PROGRAM INCLUDE SOURCES MODULES
#
# As somebody who has nothing else: the examples in SOURCES are compiled with
# the headers in INCLUDE, and PROGRAM loads them, and the modules in MODULES.
# Then it is asked something through cgi-fcgi, where there is that.
set -eu

program=$1
include=$2
sources=$3
modules=$4

scratch=$(mktemp -d)
process=
finish() {
	[ -z "$process" ] || kill "$process" 2>/dev/null || :
	rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

wait_for() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		sleep 0.1
	done
}

# loads FOLDER: the program loads every example as a plugin from there.
loads() {
	for source in "$sources"/*.c; do
		name=$(basename "$source" .c)
		echo "plugin \"$name\" { path = \"$1/$name.so\" }"
	done >"$scratch/all.conf"
	"$program" -t -c "$scratch/all.conf"
}

# The flags are those of bayeux.pc, and of the one that needs more.
for source in "$sources"/*.c; do
	${CC:-cc} -shared -fPIC -pthread -I"$include" \
	    -o "$scratch/$(basename "$source" .c).so" "$source" -lcrypt
done
loads "$scratch"
loads "$modules"

if ! command -v cgi-fcgi >/dev/null 2>&1; then
	echo "cgi-fcgi is not there, so the program was not asked anything"
	exit 0
fi

# ask MESSAGE: what one message is answered.
ask() {
	printf '%s' "$1" | env REQUEST_METHOD=POST SCRIPT_NAME=/cometd \
	    REQUEST_URI=/cometd CONTENT_TYPE=application/json \
	    CONTENT_LENGTH=${#1} SERVER_PROTOCOL=HTTP/1.1 HTTP_HOST=localhost \
	    cgi-fcgi -bind -connect "$scratch/socket"
}

echo "plugin \"echo\" { path = \"$scratch/echo.so\" }" >"$scratch/echo.conf"
"$program" -c "$scratch/echo.conf" -o "listen=unix:$scratch/socket" \
    2>"$scratch/log" &
process=$!
wait_for grep -q event=listening "$scratch/log" ||
    { cat "$scratch/log"; exit 1; }
id=$(ask '{"channel":"/meta/handshake","version":"1.0",
    "supportedConnectionTypes":["long-polling"]}' |
    sed -n 's/.*"clientId" *: *"\([^"]*\)".*/\1/p')
answer=$(ask "{\"channel\":\"/service/echo\",\"clientId\":\"$id\",\"id\":\"7\",
    \"data\":{\"text\":\"installed\"}}")
case $answer in
*'"data":{"text":"installed"}'*)	;;
*)	echo "no echo: $answer"; cat "$scratch/log"; exit 1 ;;
esac
kill "$process"
wait "$process"
process=
