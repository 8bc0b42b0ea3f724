# Commands: run test test-fast proof dev check fix bench lock wheels examples sbom clean. `make run` needs only git, make and Python >= 3.11.
SHELL := /bin/sh
VENV := .venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Closed networks bring their own certificate store; uv reads it only when told to.
export UV_SYSTEM_CERTS := 1
# Tests start dozens of processes, and each would compile every module anew: three seconds a start.
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3
READY := $(VENV)/.ready
# How many processes share the files of `make test`; with 0 there is only the one.
PROCESSES ?= 3

.PHONY: run test test-fast proof dev check fix bench lock wheels examples sbom clean

run: $(READY)
	@exec tossbill run

dev: $(READY)
	@exec tossbill dev

test: $(READY)
	@tossbill build && python scripts/browser.py && \
		python -m pytest --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder

test-fast: $(READY)
	@python -m pytest --fast --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder

check: $(READY)
	@sh scripts/check.sh

fix: $(READY)
	@ruff check --fix . && ruff format .

bench: $(READY)
	@tossbill build && python scripts/browser.py && python -m tests.benchmarks

proof: $(READY)
	@python -m tests.proof --processes $(PROCESSES)

lock: $(READY)
	@sh scripts/lock.sh

wheels: $(READY)
	@uv build --quiet --wheel --no-build-isolation --out-dir dist tossbill_sandbox
	@uv build --quiet --wheel --no-build-isolation --out-dir dist .
	@ls dist/*.whl

examples: $(READY)
	@python -m scripts.run_examples

sbom: $(READY)
	@python -m scripts.make_sbom

clean:
	rm -rf $(VENV) .web .build .states dist

$(READY): requirements.lock scripts/uv.lock pyproject.toml tossbill_sandbox/pyproject.toml clients/python/pyproject.toml
	@$(PYTHON) -m scripts.set_up $(VENV)
	@touch $(READY)
