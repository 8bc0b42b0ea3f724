#!/bin/sh
# All static checks.
set -eu

ruff format --check .
ruff check .
basedpyright --warnings
lint-imports
python scripts/check_hosts.py

# The lock files match the project's dependencies, and a build changes neither.
before=$(mktemp -d)
cp requirements.lock scripts/uv.lock "$before"
sh scripts/lock.sh
for lock in requirements.lock scripts/uv.lock; do
    if ! cmp -s "$before/$(basename $lock)" $lock; then
        cp "$before/$(basename $lock)" $lock
        echo "$lock does not match pyproject.toml: run make lock" >&2
        exit 1
    fi
done
tossbill build
git diff --exit-code -- reflex.lock
