"""``make test-fast`` starts no process, and a test that starts one fails."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.support.fast import FIXTURES, Fast, ProcessStarted, is_skipped

STARTS: dict[str, Callable[[], object]] = {
    "subprocess": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "fork": os.fork,
    "spawn": lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "multiprocessing": lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
}


@pytest.mark.processes
@pytest.mark.parametrize("name", STARTS)
def test_starting_a_process_fails_the_test(name: str, guard: Fast) -> None:
    with guard.guarding(), pytest.raises(ProcessStarted, match=r"pytest\.mark\.processes"):
        STARTS[name]()

    assert guard.message() is not None


@pytest.mark.processes
def test_swallowed_exception_still_fails_the_test(guard: Fast) -> None:
    with guard.guarding(), suppress(RuntimeError):
        os.fork()

    assert "os.fork" in (guard.message() or "")
    assert guard.message() is None, "the next test has started nothing"


def test_processes_may_start_outside_of_tests(guard: Fast) -> None:
    guard.audit("os.fork", ())

    assert guard.message() is None


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_tests_with_process_fixtures_are_skipped(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = request.node
    assert not is_skipped(item)

    monkeypatch.setattr(item, "fixturenames", [*item.fixturenames, name])

    assert is_skipped(item)


@pytest.mark.parametrize("database", ["postgresql"])
def test_postgresql_tests_are_skipped(database: str, request: pytest.FixtureRequest) -> None:
    assert is_skipped(request.node)


@pytest.mark.processes
def test_marked_test_is_skipped(request: pytest.FixtureRequest) -> None:
    assert is_skipped(request.node)


@pytest.fixture(scope="module")
def guard() -> Fast:
    """A guard for these tests only; a single one, because an audit hook cannot be removed."""
    return Fast()
