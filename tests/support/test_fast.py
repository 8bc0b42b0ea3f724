"""``make test-fast`` starts no process; what does so all the same fails."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.support.fast import FIXTURES, Fast, ProcessStarted, is_left_out

STARTS: dict[str, Callable[[], object]] = {
    "subprocess": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "fork": os.fork,
    "spawn": lambda: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "multiprocessing": lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
}


@pytest.mark.processes
@pytest.mark.parametrize("name", STARTS)
def test_a_process_fails_the_test_that_starts_it(name: str, guard: Fast) -> None:
    with guard.watching(), pytest.raises(ProcessStarted, match=r"pytest\.mark\.processes"):
        STARTS[name]()

    assert guard.sentence() is not None


@pytest.mark.processes
def test_a_swallowed_exception_fails_the_test_too(guard: Fast) -> None:
    with guard.watching(), suppress(RuntimeError):
        os.fork()

    assert "os.fork" in (guard.sentence() or "")
    assert guard.sentence() is None, "the next test has done nothing"


def test_outside_of_a_test_anybody_may_start_one(guard: Fast) -> None:
    guard.hear("os.fork", ())

    assert guard.sentence() is None


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_fixtures_that_start_processes_are_left_out(
    name: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = request.node
    assert not is_left_out(item)

    monkeypatch.setattr(item, "fixturenames", [*item.fixturenames, name])

    assert is_left_out(item)


@pytest.mark.parametrize("database", ["postgresql"])
def test_postgresql_is_left_out(database: str, request: pytest.FixtureRequest) -> None:
    assert is_left_out(request.node)


@pytest.mark.processes
def test_a_marked_test_is_left_out(request: pytest.FixtureRequest) -> None:
    assert is_left_out(request.node)


@pytest.fixture(scope="module")
def guard() -> Fast:
    """A guard that fails nobody but who asks it; one, since an audit hook cannot be removed."""
    return Fast()
