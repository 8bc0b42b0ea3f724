#!/bin/sh
# All static checks.
set -eu

ruff format --check .
ruff check .
basedpyright --warnings
lint-imports
python scripts/check_hosts.py

# The lock files match the project's dependencies, and a build changes neither.
locks="requirements.lock scripts/uv.lock tossbill_sandbox/requirements.lock examples/fastapi/requirements.txt"
before=$(mktemp -d)
tar -cf "$before/locks.tar" $locks
tar -xf "$before/locks.tar" -C "$before"
sh scripts/lock.sh
for lock in $locks; do
    if ! cmp -s "$before/$lock" $lock; then
        cp "$before/$lock" $lock
        echo "$lock does not match pyproject.toml: run make lock" >&2
        exit 1
    fi
done
tossbill build
git diff --exit-code -- reflex.lock
