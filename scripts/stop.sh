#!/usr/bin/env bash
# make stop: end what make run started in this checkout, and nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -f .run/lxdql.pid ]; then
	pid=$(cat .run/lxdql.pid)
	# A pid may have been given to another program since.
	if [ "$(readlink "/proc/$pid/exe" 2>/dev/null | sed 's/ (deleted)$//')" = "$PWD/bin/lxdql" ]; then
		kill "$pid"
		for _ in $(seq 150); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
		echo "make stop: ended lxdql"
	fi
	rm -f .run/lxdql.pid
fi
if [ -d .run/lxd ]; then
	scripts/lxd.sh stop .run/lxd
	echo "make stop: ended the LXD of this checkout; its data stays (scripts/lxd.sh remove .run/lxd deletes it)"
fi
