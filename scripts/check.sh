#!/bin/sh
# Everything that can be said about the code without running it.
set -eu

ruff format --check .
ruff check .
basedpyright --warnings
lint-imports
python scripts/check_hosts.py

# The locks say what the project asks for, and a build changes neither of them.
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
