"""A worker process beside the web process: started with it, restarted when it dies, never left."""

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

    Its standard input is a pipe from us: should we be killed, the kernel closes it and the
    worker ends by itself.
    """
    keeper = _Keeper()
    thread = threading.Thread(target=keeper.keep, name="worker beside", daemon=True)
    thread.start()
    try:
        yield
    finally:
        keeper.end()
        thread.join()


class _Keeper:
    def __init__(self) -> None:
        self._ending = threading.Event()
        self._worker: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        deaths = 0
        while True:
            born = time.monotonic()
            with subprocess.Popen(COMMAND, stdin=subprocess.PIPE) as self._worker:  # noqa: S603 - our own
                code = self._worker.wait()
            if self._ending.is_set():
                return
            # Only deaths in a row make it wait longer: what kills a worker at its start.
            deaths = 1 if time.monotonic() - born > LONG_LIFE_SECONDS else deaths + 1
            wait = WAITS_SECONDS[min(deaths, len(WAITS_SECONDS)) - 1]
            log.warning("the worker ended with %s; it starts again in %s s", code, wait)
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
