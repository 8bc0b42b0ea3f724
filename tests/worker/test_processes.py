"""The worker beside the web process, killed and left alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from tests.support.server import Server
from tossbill_ui.build import ensure_build

pytestmark = pytest.mark.processes

PATIENCE_SECONDS = 60


@pytest.fixture
def server(tmp_path: Path) -> Generator[Server]:
    ensure_build()
    running = Server(tmp_path / "data", {"TOSSBILL_WORKER": "on"})
    running.start()
    yield running
    running.stop()


def worker_of(server: Server) -> psutil.Process | None:
    assert server.process
    children = psutil.Process(server.process.pid).children()
    return next((child for child in children if "worker" in child.cmdline()), None)


def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # other processes: there is nothing to be told by


def is_at_work(server: Server, times: int = 1) -> bool:
    return server.log.read_text().count("is at work") >= times


def test_a_killed_worker_is_replaced_and_a_killed_web_process_leaves_none(server: Server) -> None:
    eventually(lambda: is_at_work(server))
    first = worker_of(server)
    assert first
    first.kill()
    eventually(lambda: is_at_work(server, times=2))
    second = worker_of(server)
    assert second
    assert second.pid != first.pid

    server.kill()

    eventually(lambda: not second.is_running())


def test_nothing_goes_wrong_at_the_very_first_start(server: Server) -> None:
    eventually(lambda: is_at_work(server))

    server.stop()

    said = server.log.read_text()
    assert "Traceback" not in said
    assert "Fatal" not in said
    assert "the worker ended" not in said


def test_a_stop_ends_the_worker_too(server: Server) -> None:
    eventually(lambda: is_at_work(server))
    worker = worker_of(server)
    assert worker

    server.stop()

    assert not worker.is_running()
