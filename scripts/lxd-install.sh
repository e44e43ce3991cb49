# Part of lxd.sh: Debian's LXD and the programs it calls, installed without starting any service.

# command:package, for whatever a daemon of ours runs or the busybox image is made of.
lxd_needs="lxd:lxd lxc:lxd-client dnsmasq:dnsmasq-base nft:nftables ip:iproute2 mksquashfs:squashfs-tools rsync:rsync
newuidmap:uidmap setfattr:attr setfacl:acl xdelta3:xdelta3 mkfs.btrfs:btrfs-progs"

missing_packages() {
	local need
	for need in $lxd_needs; do
		command -v "${need%%:*}" >/dev/null || printf '%s ' "${need##*:}"
	done
	static_busybox >/dev/null || printf 'busybox-static '
}

# A busybox that needs no libraries of the host: its container has none.
static_busybox() {
	local candidate
	candidate=$(command -v busybox) || return 1
	! ldd "$candidate" >/dev/null 2>&1 || return 1
	printf '%s\n' "$candidate"
}

install() {
	local packages
	packages=$(missing_packages)
	[ -n "$packages" ] || return 0
	[ "$(id -u)" = 0 ] || die "missing: $packages; run this as root to install them"
	command -v apt-get >/dev/null || die "missing: $packages; this machine has no apt-get, install them by hand"
	say "installing $packages"
	keep_services_down
	export DEBIAN_FRONTEND=noninteractive
	local log
	log=$(mktemp)
	# A package whose service cannot start without systemd may report failure though it is unpacked and usable.
	# shellcheck disable=SC2086
	{ apt-get -qq update && apt-get -qq install -y --no-install-recommends $packages; } >"$log" 2>&1 </dev/null || true
	packages=$(missing_packages)
	if [ -n "$packages" ]; then
		tail -n 20 "$log" >&2
		die "still missing after apt-get install: $packages"
	fi
	rm -f "$log"
}

# While packages are installed, Debian asks policy-rc.d before it starts a service; 101 forbids it.
keep_services_down() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	chmod 755 /usr/sbin/policy-rc.d
}
