"""The ``--fast`` option: skips tests that start processes, and fails tests that start one."""

from __future__ import annotations

import multiprocessing.process
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

OPTION = "--fast"
MARKERS = ("processes", "slow")
# Each of these starts an app, a browser, a database server or a sandbox in a process of its own.
FIXTURES = frozenset({"browser", "chromium", "hunts", "postgres", "server", "shop_process"})
MULTIPROCESSING = "multiprocessing"
EVENTS = frozenset(
    {
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "subprocess.Popen",
        MULTIPROCESSING,
    }
)


def is_skipped(item: pytest.Item) -> bool:
    """Whether a test is marked, uses one of `FIXTURES`, or is about PostgreSQL."""
    used: set[str] = set(getattr(item, "fixturenames", ()))
    if any(item.get_closest_marker(name) for name in MARKERS) or used & FIXTURES:
        return True
    spec = getattr(item, "callspec", None)
    return spec is not None and "postgresql" in map(str, spec.params.values())


class ProcessStarted(RuntimeError):
    """A test of ``make test-fast`` started a process."""


class Fast:
    """The pytest plugin of ``--fast``."""

    def __init__(self) -> None:
        self._is_guarding = False
        self._started: list[str] = []
        sys.addaudithook(self.audit)
        _audit_multiprocessing()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        skipped = [item for item in items if is_skipped(item)]
        config.hook.pytest_deselected(items=skipped)
        items[:] = [item for item in items if not is_skipped(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, Any, Any]:
        with self.guarding():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """Also fail a test that swallowed the exception."""
        result = yield
        if message := self.message():
            pytest.fail(message, pytrace=False)
        return result

    @contextmanager
    def guarding(self) -> Generator[None]:
        """Forbid starting processes while the block runs."""
        self._is_guarding = True
        try:
            yield
        finally:
            self._is_guarding = False

    def message(self) -> str | None:
        """Return the error about a process started since the last call, if there was one."""
        started, self._started = self._started, []
        return _message(started[0]) if started else None

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Receive Python's audit events; raise on those that start a process."""
        if self._is_guarding and event in EVENTS:
            what = f"{event} {arguments[0]!r}" if arguments else event
            self._started.append(what)
            raise ProcessStarted(_message(what))


def _audit_multiprocessing() -> None:
    """Audit processes that multiprocessing spawns, which Python itself does not."""
    start = multiprocessing.process.BaseProcess.start

    def audited(self: multiprocessing.process.BaseProcess) -> None:
        sys.audit(MULTIPROCESSING)
        start(self)

    multiprocessing.process.BaseProcess.start = audited


def _message(what: str) -> str:
    return (
        f"make test-fast must not start processes, but this test does ({what}): mark it with "
        "@pytest.mark.processes, or its file with pytestmark = pytest.mark.processes"
    )
