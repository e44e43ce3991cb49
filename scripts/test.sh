#!/usr/bin/env bash
# make test: everything. Its end is go test's own closing lines.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

step() { printf '\n== %s\n' "$*"; }

# real_lxd starts the daemon that the contract and the stories use, in a
# directory of its own. Where it could be had and is not, that is a failure.
real_lxd() {
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "no real LXD without root and Debian's packages: its tests are skipped"
		return
	fi
	export TEST_LXD_REQUIRED=1
	scripts/lxd.sh install
	trap 'scripts/lxd.sh remove .test/lxd >.test/remove.log 2>&1' EXIT # its words would come behind go test's
	TEST_LXD_SOCKET=$(scripts/lxd.sh start .test/lxd --https "${TEST_LXD_PORT:-28443}" | tail -n 1)
	export TEST_LXD_SOCKET TEST_LXD_DIRECTORY=$PWD/.test/lxd
}

# generated_is_current generates into the tree and compares with what was there.
generated_is_current() {
	local before
	before=$(mktemp -d)
	cp -r graph resolvers "$before"
	make -s generate
	if ! diff -r "$before/graph" graph || ! diff -r "$before/resolvers" resolvers; then
		echo "generated code was not up to date: make generate has written it again, commit it" >&2
		return 1
	fi
	rm -rf "$before"
}

# other_programs are the browser, npm and PostgreSQL. The tests start a PostgreSQL themselves: the one that its package
# would start stays down.
other_programs() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
	export TEST_POSTGRES_REQUIRED=1
	local missing=()
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
	command -v chromium >/dev/null || missing+=(chromium)
	command -v npm >/dev/null || missing+=(nodejs npm)
	[ ${#missing[@]} -gt 0 ] || return 0
	apt-get update -qq
	(
		. scripts/lxd-install.sh
		keep_services_down # until this shell ends
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
	)
}

step "programs"
other_programs
step "generated code"
generated_is_current
step "format"
unformatted=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go'))
[ -z "$unformatted" ] || { echo "run make format: $unformatted"; exit 1; }
step "GraphiQL"
web/build.sh
step "vet, staticcheck, schema"
make -s lint
step "a real LXD"
real_lxd
step "tests"
# One package after the other: they share one LXD, which starts and stops containers slowly when pressed.
go test -race -count=1 -p 1 -timeout 40m ./...
