# Part of lxd.sh: what containers need from the host and a host without systemd may lack.

prepare_host() {
	prepare_cgroups
	prepare_subordinate_ids
}

# Containers need a writable cgroup tree. A machine with systemd has one; a bare or nested one may not.
prepare_cgroups() {
	if ! grep -Eq '^[^ ]+ /sys/fs/cgroup(/[^ ]*)? cgroup2? ' /proc/mounts; then
		say "mounting cgroup2 on /sys/fs/cgroup"
		mkdir -p /sys/fs/cgroup
		mount -t cgroup2 none /sys/fs/cgroup || die "no cgroups: this machine does not allow mounting /sys/fs/cgroup"
	fi
	if grep -Eq '^[^ ]+ /sys/fs/cgroup cgroup2 ro[, ]' /proc/mounts; then
		mount -o remount,rw /sys/fs/cgroup || die "/sys/fs/cgroup is read-only: run this in a privileged container"
	fi
	if [ -e /sys/fs/cgroup/cgroup.type ]; then
		delegate_controllers
	fi
}

# In a container of somebody else's, what looks like the root of cgroup2 is an inner node: it can pass controllers
# on to its children only when no process sits in it.
delegate_controllers() {
	local pid controller
	mkdir -p /sys/fs/cgroup/init
	while read -r pid; do
		echo "$pid" >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || true
	done </sys/fs/cgroup/cgroup.procs
	for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
		echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
	done
}

# Unprivileged containers map their ids to a range that these files must grant to root.
prepare_subordinate_ids() {
	local file
	for file in /etc/subuid /etc/subgid; do
		grep -q '^root:' "$file" 2>/dev/null && continue
		say "granting root a range of ids in $file"
		echo 'root:1000000:1000000000' >>"$file"
	done
}
