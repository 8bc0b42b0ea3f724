"""The worker process beside the web process, when either is stopped or killed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.support.server import Server
from tossbill_ui.build import ensure_build
from tossbill_ui.cli import text

pytestmark = pytest.mark.processes

TIMEOUT_SECONDS = 60


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


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # other processes, which send no signal


def has_started(server: Server, times: int = 1) -> bool:
    return server.log.read_text().count("is at work") >= times


def test_killed_worker_is_replaced_and_killed_web_process_leaves_none(server: Server) -> None:
    wait_until(lambda: has_started(server))
    first = worker_of(server)
    assert first
    first.kill()
    wait_until(lambda: has_started(server, times=2))
    second = worker_of(server)
    assert second
    assert second.pid != first.pid

    server.kill()

    wait_until(lambda: not second.is_running())


def test_first_start_and_stop_log_no_errors(server: Server) -> None:
    wait_until(lambda: has_started(server))

    server.stop()

    output = server.log.read_text()
    assert "Traceback" not in output
    assert "Fatal" not in output
    assert "the worker ended" not in output


def test_stopping_the_server_stops_the_worker(server: Server) -> None:
    wait_until(lambda: has_started(server))
    worker = worker_of(server)
    assert worker

    server.stop()

    assert not worker.is_running()


def test_a_start_and_a_restart_say_what_to_do_and_log_nothing_else(server: Server) -> None:
    wait_until(lambda: has_started(server))
    wait_until(lambda: "Stop with Ctrl-C." in server.log.read_text())
    server.stop()
    server.start()
    wait_until(lambda: has_started(server, times=2))
    wait_until(lambda: server.log.read_text().count("Stop with Ctrl-C.") == 2)
    server.stop()

    lines = server.log.read_text().splitlines()
    logged = [json.loads(line)["message"] for line in lines if line.startswith("{")]
    said = [line for line in lines if not line.startswith("{")]
    assert logged == ["worker worker-1 is at work"] * 2
    assert (
        said
        == [
            text.STARTING,
            f"Tossbill UI (sandbox mode) is at {server.url}",
            f"Sandbox panel: {server.url}/sandbox/",
            *text.NEXT_STEP,
            text.STOP,
        ]
        * 2
    )


def test_the_address_is_printed_once_the_app_listens(tmp_path: Path) -> None:
    app = Server(tmp_path / "data")
    with app.spawn() as process:
        said = (line.decode() for line in process.stderr or ())
        assert any(line.startswith("Tossbill UI (sandbox mode) is at") for line in said)

        with httpx.Client(trust_env=False) as client:
            assert client.get(f"{app.url}/healthz").status_code == 200
        app.stop()
