"""Processes that are killed, frozen and started again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from tests.crash.worker import AT_WORK, live
from tests.support.server import TOSSBILL
from tossbill_ui.build import ROOT

PATIENCE_SECONDS = 300.0
# Loads our code once and forks a process for each life: loading is most of a start.
NURSERY = multiprocessing.get_context("forkserver")
NURSERY.set_forkserver_preload(["tests.crash.worker"])


class Running(Protocol):
    """A process of either kind below."""

    @property
    def pid(self) -> int | None:
        """Its number."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def poll(self) -> int | None:
        """Return how it ended, or None."""
        ...

    def wait(self) -> object:
        """Wait for its end."""
        ...


Birth = Callable[[Path, dict[str, str]], Running]


def command(*words: str) -> Birth:
    """Run our own command line."""

    def begin(log: Path, environment: dict[str, str]) -> Running:
        with log.open("ab") as file:
            return subprocess.Popen(
                [TOSSBILL, *words], cwd=ROOT, env=environment, stdout=file, stderr=file
            )

    return begin


class _Forked:
    def __init__(self, name: str, log: Path, environment: dict[str, str]) -> None:
        self._process = NURSERY.Process(target=live, args=(name, log, environment))
        self._process.start()
        self.pid, self.kill, self.wait = (
            self._process.pid,
            self._process.kill,
            self._process.join,
        )

    def poll(self) -> int | None:
        return self._process.exitcode


def hasty(name: str) -> Birth:
    """Run a worker that gives up waiting sooner."""
    return partial(_Forked, name)


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
        begin: Starts the process.
        environment: All of its environment.
        log: Where everything it ever prints goes.
    """

    begin: Birth
    environment: dict[str, str]
    log: Path
    process: Running | None = None
    _read_from: int = 0

    def start(self) -> None:
        """Start it; returns before it is ready."""
        self.log.touch()
        self._read_from = self.log.stat().st_size
        self.process = self.begin(self.log, self.environment)

    @property
    def lives(self) -> bool:
        """Whether it runs or is frozen."""
        return self.process is not None and self.process.poll() is None

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has started its passes in this life."""
        if self.process and self.process.poll() is not None:
            raise RuntimeError(f"It ended:\n{self.said[-3000:]}")
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
        assert self.process.pid
        os.kill(self.process.pid, sign)
