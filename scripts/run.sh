#!/usr/bin/env bash
# make run: serve on a real LXD. The one configured or found is used as it is;
# where there is none, one of this checkout's own is set up under .run; where
# that cannot be, a simulated one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(umask 022 && mkdir -p .run) # the containers of .run/lxd have to get through

say() { printf 'make run: %s\n' "$*"; }

# configured: does the environment or .env name this variable?
configured() {
	[ -n "${!1:-}" ] || { [ -f .env ] && grep -Eq "^(export )?$1=.+" .env; }
}

choose_lxd() {
	local socket
	if configured LXD_SOCKET_PATH || configured LXD_REMOTE_URL || configured LXD_CONNECTION_MODE; then
		say "using the LXD that is configured"
	elif socket=$(scripts/lxd.sh find 2>/dev/null); then
		say "using this machine's LXD at $socket"
		export LXD_SOCKET_PATH=$socket
	elif [ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] && scripts/lxd.sh install && socket=$(scripts/lxd.sh start .run/lxd | tail -n 1); then
		say "no LXD found: started one of this checkout's own under .run (make stop ends it), with a pool, a bridge and the image busybox"
		export LXD_SOCKET_PATH=$socket
	else
		say "no real LXD can be had here (that takes Linux, root and Debian's packages): serving a SIMULATED one, in which nothing really happens"
		export LXD_CONNECTION_MODE=simulated
	fi
}

# The first start makes the administrator. The password is kept where only this
# user reads it, so that the next make run can print it again.
choose_password() {
	configured SEED_ADMIN_PASSWORD && return
	configured DATABASE_URL && return
	if [ ! -f .run/admin-password ] && [ ! -f data/lxdql.db ]; then
		(umask 077 && od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >.run/admin-password)
	fi
	[ -f .run/admin-password ] && export SEED_ADMIN_PASSWORD=$(cat .run/admin-password)
	return 0
}

choose_lxd
choose_password
port=${APP_PORT:-8000}
say "GraphQL and GraphiQL: http://localhost:$port/"
if [ -f .run/admin-password ] && ! configured DATABASE_URL; then
	say "log in as ${SEED_ADMIN_USERNAME:-admin} with the password $(cat .run/admin-password)"
fi
echo $$ >.run/lxdql.pid # exec keeps the pid
exec bin/lxdql
