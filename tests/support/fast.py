"""What ``--fast`` leaves out, and a guard that fails whatever starts a process all the same."""

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


def is_left_out(item: pytest.Item) -> bool:
    """Whether a test is marked, uses one of `FIXTURES`, or is about PostgreSQL."""
    used: set[str] = set(getattr(item, "fixturenames", ()))
    if any(item.get_closest_marker(name) for name in MARKERS) or used & FIXTURES:
        return True
    spec = getattr(item, "callspec", None)
    return spec is not None and "postgresql" in map(str, spec.params.values())


class ProcessStarted(RuntimeError):
    """A test of ``make test-fast`` started a process."""


class Fast:
    """The plugin behind ``--fast``."""

    def __init__(self) -> None:
        self._is_watching = False
        self._started: list[str] = []
        sys.addaudithook(self.hear)
        _tell_of_multiprocessing()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        left_out = [item for item in items if is_left_out(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not is_left_out(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Generator[None, Any, Any]:
        with self.watching():
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Generator[None, Any, Any]:
        """Fail a test that swallowed the exception, too."""
        result = yield
        if sentence := self.sentence():
            pytest.fail(sentence, pytrace=False)
        return result

    @contextmanager
    def watching(self) -> Generator[None]:
        """Allow no process while the block runs."""
        self._is_watching = True
        try:
            yield
        finally:
            self._is_watching = False

    def sentence(self) -> str | None:
        """Return what is wrong with what was started since the last call, if anything was."""
        started, self._started = self._started, []
        return _sentence(started[0]) if started else None

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of everything that Python audits; stop what starts a process."""
        if self._is_watching and event in EVENTS:
            what = f"{event} {arguments[0]!r}" if arguments else event
            self._started.append(what)
            raise ProcessStarted(_sentence(what))


def _tell_of_multiprocessing() -> None:
    """Audit the start of a process that multiprocessing spawns; Python itself does not."""
    start = multiprocessing.process.BaseProcess.start

    def audited(self: multiprocessing.process.BaseProcess) -> None:
        sys.audit(MULTIPROCESSING)
        start(self)

    multiprocessing.process.BaseProcess.start = audited


def _sentence(what: str) -> str:
    return (
        f"make test-fast promises to start no process, and this test does ({what}): mark it with "
        "@pytest.mark.processes, or its file with pytestmark = pytest.mark.processes"
    )
