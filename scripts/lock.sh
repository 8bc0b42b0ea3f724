#!/bin/sh
# Write the lock files: every package with its hashes, without index URLs. The sandbox's package is in
# the checkout. What an example needs has the versions with which the tests run it.
set -eu
uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
    --no-emit-package tossbill-sandbox --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock "$@"
uv pip compile --group uv --universal --python-version 3.11 --no-annotate \
    --generate-hashes --no-emit-index-url --no-header --quiet --output-file scripts/uv.lock "$@"
uv pip compile tossbill_sandbox/pyproject.toml --constraint requirements.lock --universal --python-version 3.11 --no-annotate \
    --generate-hashes --no-emit-index-url --no-header --quiet \
    --output-file tossbill_sandbox/requirements.lock "$@"
uv pip compile examples/fastapi/requirements.in --constraint requirements.lock --universal --python-version 3.11 --no-annotate \
    --generate-hashes --no-emit-index-url --no-header --quiet \
    --output-file examples/fastapi/requirements.txt "$@"
