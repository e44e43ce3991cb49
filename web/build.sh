#!/usr/bin/env bash
# Builds GraphiQL from web/graphiql into web/dist, gzip files only, for the
# server to embed. Does nothing when the sources have not changed. Where it
# cannot be built, it says why and succeeds: the server then says so at /.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'web/build.sh: %s\n' "$*" >&2; }

without() {
	say "GraphiQL is not built: $*"
	say "install npm (on Debian: apt-get install nodejs npm) and run make again; the server works without it"
	exit 0
}

# modern_node: vite needs node 20.19 or later. Debian's is older: then npm
# brings one into the checkout.
modern_node() {
	local own=.node/node_modules/node-linux-$1/bin
	is_modern && return
	if [ ! -x "$own/node" ]; then
		npm install --silent --no-audit --no-fund --no-save --prefix .node "node-linux-$1@22" >/dev/null 2>&1 || return 1
	fi
	PATH="$PWD/$own:$PATH"
	is_modern
}

is_modern() {
	node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

sources=$(cd web && find graphiql build.sh -type f -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64)
if [ "$(cat web/dist/.stamp 2>/dev/null)" = "$sources" ]; then
	exit 0
fi
case $(uname -m) in
x86_64) machine=x64 ;;
aarch64) machine=arm64 ;;
*) machine=unknown ;;
esac
command -v npm >/dev/null || without "there is no npm"
modern_node $machine || without "node is older than 20.19, and npm could not bring a newer one"
(cd web/graphiql && npm ci --silent --no-audit --no-fund >/dev/null 2>&1) || without "npm ci failed in web/graphiql"
(cd web/graphiql && node node_modules/vite/bin/vite.js build --logLevel error) >/tmp/lxdql-vite.$$ 2>&1 || {
	cat "/tmp/lxdql-vite.$$" >&2
	rm -f "/tmp/lxdql-vite.$$"
	without "vite failed"
}
rm -f "/tmp/lxdql-vite.$$"
find web/dist -mindepth 1 -not -name README -delete
(cd web/build && find . -type f -print0) | while IFS= read -r -d '' file; do
	mkdir -p "web/dist/$(dirname "$file")"
	gzip -9 -n -c "web/build/$file" >"web/dist/$file.gz"
done
printf '%s' "$sources" >web/dist/.stamp
say "GraphiQL: $(du -sb web/build | cut -f1) bytes, $(find web/dist -name '*.gz' -printf '%s\n' | awk '{s += $1} END {print s}') compressed"
