# Part of lxd.sh: the daemon's process.

# The client, on the daemon of DIR, with a configuration that is not the user's own.
client() { LXD_DIR=$lxd_dir LXD_CONF=$dir/lxc lxc "$@" 9>&-; }

# True when process $1 is an LXD daemon that works on our LXD_DIR: a number read from a file may be anybody's by now.
is_ours() {
	local program
	{ IFS= read -r -d '' program <"/proc/$1/cmdline"; } 2>/dev/null || return 1
	[ "${program##*/}" = lxd ] || return 1
	grep -qzxF "LXD_DIR=$lxd_dir" "/proc/$1/environ" 2>/dev/null
}

running() {
	local pid
	pid=$(cat "$dir/lxd.pid" 2>/dev/null) || return 1
	[ -n "$pid" ] && is_ours "$pid"
}

# A directory that is not root's own is refused.
make_lxd_dir() {
	mkdir -p -m 711 "$lxd_dir"
	[ ! -L "$lxd_dir" ] && [ "$(stat -c %u "$lxd_dir")" = 0 ] || die "$lxd_dir exists and is not root's"
	[ "$lxd_dir" = "$dir/lxd" ] || ln -sfn "$lxd_dir" "$dir/lxd"
	# Without a configuration the client greets its user with advice.
	mkdir -p "$dir/lxc"
	touch "$dir/lxc/config.yml"
}

# The daemon outlives this script: a session of its own, nothing of the caller's environment, no inherited lock.
spawn() {
	setsid env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 LXD_DIR="$lxd_dir" \
		lxd --group root >>"$dir/lxd.log" 2>&1 </dev/null 9>&- &
	echo $! >"$dir/lxd.pid"
	if ! LXD_DIR=$lxd_dir timeout 60 lxd waitready --timeout 50 >/dev/null 2>&1 9>&- || ! running; then
		tail -n 20 "$dir/lxd.log" >&2
		die "LXD did not get ready; its log is $dir/lxd.log"
	fi
}

# end_daemon SIGNAL SECONDS: TERM leaves containers running, PWR ends them first.
end_daemon() {
	local pid tries=$(($2 * 10))
	pid=$(cat "$dir/lxd.pid")
	kill -s "$1" "$pid"
	while is_ours "$pid"; do
		tries=$((tries - 1))
		if [ $tries -le 0 ]; then
			say "daemon $pid did not end on SIG$1 within $2 s, killing it"
			kill -s KILL "$pid"
		fi
		sleep 0.1
	done
	rm -f "$dir/lxd.pid"
}

# Every running instance of every project ends at once: nothing of a test daemon is worth a clean shutdown.
stop_instances() {
	local project
	for project in $(client query '/1.0/projects' 2>/dev/null | tr -d '[]", '); do
		client query -X PUT --wait "/1.0/instances?project=${project##*/}" \
			-d '{"state":{"action":"stop","force":true,"timeout":10}}' >/dev/null 2>&1 || true
	done
}
