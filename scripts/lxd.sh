#!/usr/bin/env bash
# An LXD daemon that belongs to this checkout: every DIR is one daemon with data, bridge and socket of its own.
# Other daemons of the machine are never touched.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:/snap/bin"
# A caller who works with another LXD must not lead us there.
unset LXD_SOCKET LXD_DIR LXD_CONF

for part in install host daemon network setup sweep cluster; do
	# shellcheck source=/dev/null
	. "$here/lxd-$part.sh"
done

usage() {
	cat >&2 <<'TEXT'
usage: scripts/lxd.sh COMMAND
  install                                              install LXD and what it needs (Debian, root)
  start DIR [--https PORT] [--bridge NAME] [--subnet 10.x.y]
                                                       start the daemon of DIR; the last line printed is its socket
  stop DIR                                             end it with its containers, bridge and mounts; data stays
  kill DIR                                             end the daemon alone (SIGTERM); its containers keep running
  restart DIR                                          kill, then start on the same data
  remove DIR                                           stop, then delete the data
  status DIR                                           exit 0 when running, 3 when not
  cluster DIR PORT PORT                                start DIR/n1 and DIR/n2 as a cluster of two; remove each of them
  find                                                 print the socket of the machine's own LXD, or exit 1
TEXT
	exit 2
}

say() { printf 'lxd.sh: %s\n' "$*" >&2; }
die() {
	say "$@"
	exit 1
}

# Sets what every command on a DIR needs: dir, lxd_dir, socket, hash. The daemon's data are in DIR/lxd. Where that cannot
# be, DIR/lxd is a link to a place that root alone writes to: unix socket paths hold 107 characters, and LXD puts longer
# names than unix.socket into its directory; and a container's root is nobody on the host, who has to get to its files
# through every directory above them, which in /root nobody can.
locate() {
	[ $# -ge 1 ] && [ -n "$1" ] || usage
	dir=$(realpath -m -- "$1")
	hash=$(printf %s "$dir" | sha256sum | cut -c1-8)
	lxd_dir="$dir/lxd"
	if [ -L "$lxd_dir" ] || { [ ! -d "$lxd_dir" ] && { [ ${#lxd_dir} -gt 60 ] || ! passable "$dir"; }; }; then
		lxd_dir="/var/lib/lxdql-$hash"
	fi
	socket="$lxd_dir/unix.socket"
}

# passable: may everybody pass through this directory, or the one that it will be made in, and all above?
passable() {
	local above=$1
	while [ "$above" != / ]; do
		if [ -d "$above" ] && ! (($(stat -c 0%a "$above") & 1)); then
			return 1
		fi
		above=$(dirname "$above")
	done
}

# One command at a time on a DIR. Descriptor 9 must be closed for whatever outlives this script.
lock() {
	[ "$(id -u)" = 0 ] || die "LXD daemons need root: run this as root, or use the simulated LXD"
	mkdir -p -m 700 /run/lxdql
	exec 9>"/run/lxdql/$hash.lock"
	flock -w 180 9 || die "another command has been working on $dir for three minutes"
}

start() {
	locate "$@"
	shift
	local https="" bridge="" subnet=""
	while [ $# -gt 0 ]; do
		[ $# -ge 2 ] || usage
		case $1 in
		--https) https=$2 ;;
		--bridge) bridge=$2 ;;
		--subnet) subnet=$2 ;;
		*) usage ;;
		esac
		shift 2
	done
	lock
	command -v lxd >/dev/null && command -v lxc >/dev/null || die "LXD is not installed: scripts/lxd.sh install"
	(umask 022 && mkdir -p "$dir")
	if ! running; then
		sweep
		prepare_host
		make_lxd_dir
		spawn
	fi
	set_up "$https" "$bridge" "$subnet"
	printf '%s\n' "$socket"
}

stop() {
	locate "$@"
	lock
	if running; then
		stop_instances
		end_daemon PWR 20 # it waits for operations, of which a test may leave one that never ends
	fi
	sweep
}

kill_daemon() {
	locate "$@"
	lock
	running || die "no daemon of $dir is running"
	end_daemon TERM 30
}

restart() {
	locate "$@"
	! running || (kill_daemon "$@")
	start "$@"
}

remove() {
	stop "$@"
	# DIR may hold things of the caller's: only what start made goes.
	rm -rf -- "$lxd_dir" "$dir/lxc" "$dir/image"
	rm -f -- "$dir"/{lxd,lxd.log,lxd.pid,bridge,subnet,ready}
	rmdir -- "$dir" 2>/dev/null || true
}

status() {
	locate "$@"
	if running; then
		printf 'running pid %s socket %s\n' "$(cat "$dir/lxd.pid")" "$socket"
	else
		printf 'stopped\n'
		exit 3
	fi
}

# A snap's LXD is looked for first, as the lxc client does.
find_socket() {
	local candidate
	for candidate in /var/snap/lxd/common/lxd/unix.socket /var/lib/lxd/unix.socket; do
		[ -S "$candidate" ] || continue
		if LXD_SOCKET=$candidate LXD_CONF=/nonexistent timeout 5 lxc query /1.0 >/dev/null 2>&1; then
			printf '%s\n' "$candidate"
			return 0
		fi
	done
	return 1
}

[ $# -ge 1 ] || usage
command=$1
shift
case $command in
install) install ;;
start) start "$@" ;;
stop) stop "$@" ;;
kill) kill_daemon "$@" ;;
restart) restart "$@" ;;
remove) remove "$@" ;;
status) status "$@" ;;
cluster) cluster "$@" ;;
find) find_socket ;;
*) usage ;;
esac
