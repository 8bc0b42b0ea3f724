"""Processes that are killed, frozen and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.crash.worker import AT_WORK
from tests.support.server import TOSSBILL
from tossbill_ui.build import ROOT

PATIENCE_SECONDS = 90.0
HASTY = (sys.executable, "-m", "tests.crash.worker")
REAL = (str(TOSSBILL), "worker", "--name")


def eventually(true: Callable[[], bool], what: str) -> None:
    """Wait for what other processes do; there is nothing to be told by."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


@dataclass
class Life:
    """A process that may end and begin many times.

    Attributes:
        command: What it runs.
        environment: All of its environment.
        log: Where everything it ever prints goes.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    _read_from: int = 0

    def start(self) -> None:
        """Start it; returns before it is ready."""
        with self.log.open("ab") as log:
            self._read_from = log.tell()
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    @property
    def lives(self) -> bool:
        """Whether it runs or is frozen."""
        return self.process is not None and self.process.poll() is None

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has started its passes in this life."""
        if self.process and self.process.poll() is not None:
            raise RuntimeError(f"{self.command} ended:\n{self.said[-3000:]}")
        return AT_WORK in self.said

    @property
    def said(self) -> str:
        """What it printed in this life."""
        return self.log.read_bytes()[self._read_from :].decode(errors="replace")

    def kill(self) -> None:
        """End it at once, frozen or not."""
        if self.process and self.lives:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if no time had passed."""
        self._send(signal.SIGCONT)

    def _send(self, sign: signal.Signals) -> None:
        assert self.process
        os.kill(self.process.pid, sign)
