# Part of lxd.sh: bridge names (at most 15 characters) and subnets are shared by all daemons of a machine.

# Chooses what the caller left open and remembers it in DIR. The caller holds the machine-wide lock.
choose_network() {
	local bridge=$1 subnet=$2
	[ ! -e "$dir/bridge" ] || return 0
	bridge=${bridge:-lxdql-$hash}
	[[ $bridge =~ ^[a-zA-Z][a-zA-Z0-9_-]{1,14}$ ]] || die "not a bridge name of 2 to 15 characters: $bridge"
	[ ! -e "/sys/class/net/$bridge" ] || die "network interface $bridge exists already: choose another with --bridge"
	if [ -n "$subnet" ]; then
		[[ $subnet =~ ^10\.[0-9]{1,3}\.[0-9]{1,3}$ ]] || die "not a subnet of the form 10.x.y: $subnet"
		subnet_is_free "$subnet" || die "subnet $subnet.0/24 is in use: choose another with --subnet"
	else
		subnet=$(free_subnet)
	fi
	echo "$subnet" >"$dir/subnet"
	echo "$bridge" >"$dir/bridge"
}

# From the hash of DIR on, the first of 10.64.0 to 10.191.255 that nothing on this machine routes.
free_subnet() {
	local number=$((16#${hash:0:4} % 32768)) tries=100 subnet
	while [ $tries -gt 0 ]; do
		subnet="10.$((64 + number / 256)).$((number % 256))"
		if subnet_is_free "$subnet"; then
			printf '%s\n' "$subnet"
			return 0
		fi
		number=$(((number + 1) % 32768))
		tries=$((tries - 1))
	done
	die "no free subnet found: choose one with --subnet"
}

subnet_is_free() { [ -z "$(ip -4 route show table all match "$1.1" | grep -v '^default')" ]; }
