# Part of lxd.sh: two daemons that are a cluster. Without a bridge: its name would be both members' on this one machine.

# cluster DIR PORT PORT: the members n1 and n2 live in DIR/n1 and DIR/n2.
cluster() {
	[ $# -eq 3 ] || usage
	local token
	(bootstrap "$1/n1" "$2")
	locate "$1/n1"
	token=$(client cluster add n2 | tail -n 1)
	(join "$1/n2" "$3" "$token")
	printf '%s\n' "$socket"
}

# begin starts the daemon of DIR with nothing in it.
begin() {
	locate "$1"
	lock
	(umask 022 && mkdir -p "$dir")
	! running || die "$dir is running already"
	sweep
	prepare_host
	make_lxd_dir
	spawn
}

bootstrap() {
	begin "$1"
	initialise <<TEXT
config: {core.https_address: "127.0.0.1:$2"}
storage_pools: [{name: default, driver: dir}]
profiles: [{name: default, devices: {root: {type: disk, path: /, pool: default}}}]
cluster: {server_name: n1, enabled: true}
TEXT
	import_busybox
}

join() {
	begin "$1"
	initialise <<TEXT
cluster:
  enabled: true
  server_name: n2
  server_address: 127.0.0.1:$2
  cluster_token: $3
  member_config: [{entity: storage-pool, name: default, key: source, value: ""}]
TEXT
}

initialise() { LXD_DIR=$lxd_dir LXD_CONF=$dir/lxc lxd init --preseed 9>&- >&2 || die "setting up the cluster failed"; }
