# Part of lxd.sh: pool, bridge, default profile and image, once per DIR.

set_up() {
	local https=$1 bridge=$2 subnet=$3
	if [ ! -e "$dir/ready" ]; then
		exec 8>/run/lxdql/network.lock
		flock -w 120 8 || die "another daemon has been starting for two minutes"
		choose_network "$bridge" "$subnet"
		preseed | LXD_DIR=$lxd_dir LXD_CONF=$dir/lxc lxd init --preseed 8>&- 9>&- >&2 || die "setting up LXD failed"
		exec 8>&-
		import_busybox
		touch "$dir/ready"
	fi
	if [ -n "$https" ] && [ "$(client config get core.https_address)" != "127.0.0.1:$https" ]; then
		client config set core.https_address "127.0.0.1:$https"
	fi
}

# lxd init applies this as a whole; what exists already is updated, so it can be repeated after an interruption.
preseed() {
	cat <<TEXT
storage_pools:
- name: default
  driver: dir
networks:
- name: $(cat "$dir/bridge")
  type: bridge
  config:
    ipv4.address: $(cat "$dir/subnet").1/24
    ipv4.nat: "false"
    ipv6.address: none
profiles:
- name: default
  devices:
    root: {type: disk, path: /, pool: default}
    eth0: {type: nic, name: eth0, network: $(cat "$dir/bridge")}
TEXT
}

import_busybox() {
	! client query /1.0/images/aliases/busybox >/dev/null 2>&1 || return 0
	"$here/busybox-image.sh" "$dir/image/busybox.tar.gz"
	client image import "$dir/image/busybox.tar.gz" --alias busybox >/dev/null
}
