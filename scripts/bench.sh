#!/usr/bin/env bash
# make bench: the benchmarks, a table of what they reached, and a plot of it. What
# is compared with a real LXD is left out where that cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -z "${TEST_LXD_SOCKET:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	scripts/lxd.sh install
	trap 'scripts/lxd.sh remove .test/bench' EXIT
	TEST_LXD_SOCKET=$(scripts/lxd.sh start .test/bench | tail -n 1)
	export TEST_LXD_SOCKET
fi
mkdir -p bin
go test -run '^$' -bench "${BENCH:-.}" -benchmem -timeout 60m ./bench | go run ./bench/report bin/bench.svg
