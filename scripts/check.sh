#!/bin/sh
# All static checks.
set -eu

ruff format --check .
ruff check .
basedpyright --warnings
lint-imports
python scripts/check_hosts.py

# The lock files match the project's dependencies, and a build changes neither.
before=$(mktemp)
cp requirements.lock "$before"
sh scripts/lock.sh
if ! cmp -s "$before" requirements.lock; then
    cp "$before" requirements.lock
    echo "requirements.lock does not match pyproject.toml: run make lock" >&2
    exit 1
fi
tossbill build
git diff --exit-code -- reflex.lock
