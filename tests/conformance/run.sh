#!/usr/bin/env bash
# Suites and clients that others wrote against a running demo, and GraphiQL in a browser. Leaves nothing running.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD
suites=$root/.cache/conformance
export PATH="$root/.venv/bin:$PATH"

mkdir -p "$suites"
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

# Meanwhile the demo's history is filled.
if ! cmp -s tests/conformance/package-lock.json "$suites/installed"; then
    cp tests/conformance/package.json tests/conformance/package-lock.json "$suites/"
    npm ci --prefix "$suites" --ignore-scripts --no-audit --no-fund --loglevel=error
    cp tests/conformance/package-lock.json "$suites/installed"
fi
outside=$suites/python
if ! cmp -s tests/conformance/requirements.lock "$outside/installed"; then
    uv venv --quiet --clear --python .venv/bin/python "$outside"
    uv pip sync --quiet --require-hashes --python "$outside/bin/python" tests/conformance/requirements.lock
    cp tests/conformance/requirements.lock "$outside/installed"
fi
# Beside their packages, where Node looks for them.
rm -rf "$suites"/{relay,codegen,openapi,examples}
cp -r tests/conformance/*.mjs tests/conformance/*.py tests/conformance/{relay,codegen,openapi} app/web/examples "$suites/"
export EXPORTED_SCHEMA=$root/schema.graphql OUTSIDE_PYTHON=$outside/bin/python

status=0
node "$suites/main.mjs" "$port" "$data" || status=$?
if ((status == 2)); then cat "$suites/server.log"; fi
exit "$status"
