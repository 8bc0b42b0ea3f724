"""A worker process beside the web process: starts with it, restarts if it dies, ends with it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

log = logging.getLogger(__name__)

COMMAND = [sys.executable, "-m", "tossbill_ui.cli", "worker", "--with-parent"]
WAITS_SECONDS = (1.0, 2.0, 5.0, 15.0, 30.0)
LONG_LIFE_SECONDS = 60.0
END_SECONDS = 5.0


@contextmanager
def run_worker_beside() -> Generator[None]:
    """Keep a worker process alive while the block runs.

    Its standard input is a pipe from this process: if this process is killed, the kernel closes
    the pipe and the worker exits.
    """
    supervisor = _Supervisor()
    thread = threading.Thread(target=supervisor.run, name="worker beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        supervisor.end()
        thread.join()


class _Supervisor:
    def __init__(self) -> None:
        self._ending = threading.Event()
        self._worker: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        failures = 0
        while True:
            started = time.monotonic()
            with subprocess.Popen(COMMAND, stdin=subprocess.PIPE) as self._worker:  # noqa: S603 - our own
                code = self._worker.wait()
            if self._ending.is_set():
                return
            # Back off only if workers die in a row, soon after their start.
            failures = 1 if time.monotonic() - started > LONG_LIFE_SECONDS else failures + 1
            wait = WAITS_SECONDS[min(failures, len(WAITS_SECONDS)) - 1]
            log.warning("the worker ended with exit code %s; restarting in %s s", code, wait)
            if self._ending.wait(wait):
                return

    def end(self) -> None:
        self._ending.set()
        worker = self._worker
        if worker is None or worker.stdin is None:
            return
        worker.stdin.close()
        try:
            worker.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            worker.kill()
