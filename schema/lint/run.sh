#!/usr/bin/env bash
# Lints the schema, and compares it with its golden copy; --update accepts it
# as it is now.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

own=$(echo "$PWD"/../../.node/node_modules/node-linux-*/bin)
[ ! -x "$own/node" ] || PATH="$own:$PATH"
command -v npm >/dev/null || { echo "schema/lint needs npm: on Debian, apt-get install nodejs npm" >&2; exit 1; }
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --silent --no-audit --no-fund >/dev/null 2>&1 || { echo "npm ci failed in schema/lint" >&2; exit 1; }
	touch node_modules/.package-lock.json
fi
if [ "${1:-}" = --update ]; then
	exec node golden.js --update
fi
(cd .. && node lint/node_modules/eslint/bin/eslint.js --config lint/eslint.config.js '*.graphqls')
node golden.js
