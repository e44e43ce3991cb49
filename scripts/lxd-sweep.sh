# Part of lxd.sh: what a daemon of DIR left behind, after it was stopped or was killed. Nothing else is touched.

sweep() {
	rm -f "$dir/lxd.pid"
	if [ ! -d "$lxd_dir" ]; then # deleted while it ran, or never there
		remove_bridges
		return 0
	fi
	# Containers outlive a daemon on purpose (kill, restart). Only stop ends them, and only start without one keeps them.
	[ "$command" = stop ] || [ "$command" = remove ] || return 0
	end_containers
	end_children
	remove_bridges
	unmount_all
}

# A container is the child of its monitor, whose name tells the LXD_DIR.
end_containers() {
	local pid child
	for pid in $(pids_with "[lxc monitor] $lxd_dir/containers "); do
		for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); do
			kill -s KILL "$child" 2>/dev/null || true
		done
		kill -s KILL "$pid" 2>/dev/null || true
	done
}

# dnsmasq and LXD's own forks carry paths of LXD_DIR in their arguments or LXD_DIR in their environment.
end_children() {
	local pid
	for pid in $(pids_with "$lxd_dir/networks/"); do
		case $(command_line "$pid") in
		dnsmasq\ * | */dnsmasq\ * | *forkdns*) kill -s TERM "$pid" 2>/dev/null || true ;;
		esac
	done
	for pid in $(pids_with "lxd"); do
		! is_ours "$pid" || kill -s KILL "$pid" 2>/dev/null || true
	done
}

# Processes whose command line holds a text, found without pgrep, whose patterns a path could break.
pids_with() {
	local process
	for process in /proc/[0-9]*; do
		case $(command_line "${process#/proc/}") in
		*"$1"*) printf '%s\n' "${process#/proc/}" ;;
		esac
	done
}

# Empty when the process has ended meanwhile.
command_line() { { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || true; }

# LXD keeps a directory for each bridge that it manages. The one named after DIR is ours though DIR were deleted.
remove_bridges() {
	local bridge chain
	for bridge in $(ls "$lxd_dir/networks" 2>/dev/null) "lxdql-$hash"; do
		[ ! -d "/sys/class/net/$bridge/bridge" ] || ip link delete "$bridge" || true
		for chain in fwd in out pstrt; do
			nft delete chain inet lxd "$chain.$bridge" 2>/dev/null || true
		done
	done
}

# The innermost mount goes first: /proc/mounts lists in the order of mounting.
unmount_all() {
	local mounted
	while read -r _ mounted _; do
		case $mounted in
		"$lxd_dir"/*) umount -l "$mounted" || true ;;
		esac
	done < <(tac /proc/mounts)
}
