"""Processes that tests kill, freeze and restart."""

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

from tests.crash.worker import AT_WORK, run_worker
from tests.support.server import TOSSBILL
from tossbill_ui.build import ROOT

PATIENCE_SECONDS = 300.0
# Imports our code once and forks each process from it: importing is most of the start time.
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["tests.crash.worker"])


class Running(Protocol):
    """A running process of either kind below."""

    @property
    def pid(self) -> int | None:
        """The process id."""
        ...

    def kill(self) -> None:
        """Kill it."""
        ...

    def poll(self) -> int | None:
        """Return its exit code, or None if it is running."""
        ...

    def wait(self) -> object:
        """Wait until it ends."""
        ...


Starter = Callable[[Path, dict[str, str]], Running]


def command(*words: str) -> Starter:
    """Return a starter of our command line."""

    def start(log: Path, environment: dict[str, str]) -> Running:
        with log.open("ab") as file:
            return subprocess.Popen(
                [TOSSBILL, *words], cwd=ROOT, env=environment, stdout=file, stderr=file
            )

    return start


class _Forked:
    def __init__(self, name: str, log: Path, environment: dict[str, str]) -> None:
        self._process = FORKSERVER.Process(target=run_worker, args=(name, log, environment))
        self._process.start()
        self.pid, self.kill, self.wait = (
            self._process.pid,
            self._process.kill,
            self._process.join,
        )

    def poll(self) -> int | None:
        return self._process.exitcode


def fast_worker(name: str) -> Starter:
    """Return a starter of a worker with short waits."""
    return partial(_Forked, name)


def eventually(true: Callable[[], bool], what: str) -> None:
    """Poll until a condition that depends on other processes is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.05)


@dataclass
class ManagedProcess:
    """A process that can be restarted any number of times.

    Attributes:
        starter: Starts the process.
        environment: Its whole environment.
        log: The file for the output of all its runs.
    """

    starter: Starter
    environment: dict[str, str]
    log: Path
    process: Running | None = None
    _read_from: int = 0

    def start(self) -> None:
        """Start it, without waiting until it is ready."""
        self.log.touch()
        self._read_from = self.log.stat().st_size
        self.process = self.starter(self.log, self.environment)

    @property
    def is_running(self) -> bool:
        """Whether it is running or frozen."""
        return self.process is not None and self.process.poll() is None

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has started its jobs since its last start."""
        if self.process and self.process.poll() is not None:
            raise RuntimeError(f"The process ended:\n{self.output[-3000:]}")
        return AT_WORK in self.output

    @property
    def output(self) -> str:
        """Its output since its last start."""
        return self.log.read_bytes()[self._read_from :].decode(errors="replace")

    def kill(self) -> None:
        """Kill it, frozen or not."""
        if self.process and self.is_running:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """Suspend it with SIGSTOP."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume it."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self.process
        assert self.process.pid
        os.kill(self.process.pid, number)
