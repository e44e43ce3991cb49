#!/usr/bin/env bash
# Makes an LXD container image of 1 MB out of the host's static busybox: busybox-image.sh OUTPUT.tar.gz
# The same busybox gives the same bytes, so the same fingerprint.
set -euo pipefail

output=$1
busybox=$(command -v busybox)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/rootfs

mkdir -p "$root"/{bin,dev,etc,home,mnt,proc,root,run,sbin,sys,tmp,var/log,usr/bin,usr/share/udhcpc}
cp "$busybox" "$root/bin/busybox"
for applet in $("$busybox" --list); do
	[ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
ln -s /proc/mounts "$root/etc/mtab"

# The first process. busybox init takes 3 s to shut down; this takes none, and still reboots and powers off by the
# signals that LXD, reboot and poweroff send.
cat >"$root/sbin/init" <<'INIT'
#!/bin/sh
trap 'poweroff -f' PWR USR1 USR2
trap 'reboot -f' TERM INT
export PATH=/bin:/sbin HOME=/root
[ ! -s /etc/hostname ] || hostname "$(cat /etc/hostname)"
ip link set lo up
while :; do udhcpc -f -i eth0 -s /usr/share/udhcpc/default.script; sleep 5; done >/var/log/udhcpc.log 2>&1 &
while :; do setsid -c sh -l </dev/console >/dev/console 2>&1; sleep 1; done &
while :; do wait; done
INIT

cat >"$root/usr/share/udhcpc/default.script" <<'DHCP'
#!/bin/sh
case "$1" in
deconfig)
	ip addr flush dev "$interface"
	ip link set "$interface" up
	;;
bound | renew)
	ip addr replace "$ip/${mask:-24}" dev "$interface"
	[ -z "$router" ] || ip route replace default via "${router%% *}"
	: >/etc/resolv.conf
	for server in $dns; do echo "nameserver $server" >>/etc/resolv.conf; done
	;;
esac
DHCP
chmod 755 "$root/sbin/init" "$root/usr/share/udhcpc/default.script"

cat >"$work/metadata.yaml" <<TEXT
architecture: $(uname -m)
creation_date: 1700000000
properties:
  architecture: $(uname -m)
  description: busybox, made on this machine
  os: busybox
  release: "$("$busybox" | sed -n '1s/^BusyBox v\([0-9.]*\).*/\1/p')"
TEXT

mkdir -p "$(dirname "$output")"
tar -C "$work" --sort=name --mtime=@1700000000 --numeric-owner --owner=0 --group=0 -cf - metadata.yaml rootfs |
	gzip -n -9 >"$output.new"
mv "$output.new" "$output"
