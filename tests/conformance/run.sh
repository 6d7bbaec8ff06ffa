#!/usr/bin/env bash
# Outside suites against a running demo: the graphql-http audits, and GraphiQL in a browser. Leaves nothing running.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
suites=$root/.cache/conformance
export PATH="$root/.venv/bin:$PATH"

mkdir -p "$suites"
if ! cmp -s tests/conformance/package-lock.json "$suites/installed"; then
    cp tests/conformance/package.json tests/conformance/package-lock.json "$suites/"
    npm ci --prefix "$suites" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp tests/conformance/package-lock.json "$suites/installed"
fi
# Beside their packages, where Node looks for them.
cp tests/conformance/*.mjs "$suites/"

data=$(mktemp -d)
port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
env -u CREATORGRAPH_DATABASE_URL -u CREATORGRAPH_REDIS_URL PORT="$port" DATA_DIR="$data" \
    creatorgraph up --demo >"$suites/server.log" 2>&1 &
server=$!
finish() {
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    rm -rf "$data"
}
trap finish EXIT

status=0
node "$suites/main.mjs" "$port" "$data" || status=$?
if ((status == 2)); then cat "$suites/server.log"; fi
exit "$status"
