"""Reflex's dev server as a group of processes, none of which outlives ``tossbill dev``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from tossbill_ui.core.address import next_free

LOCAL = "127.0.0.1"
# The ports of pages and routes, 3000 and 8000 by default.
APART = 5000
END_SECONDS, LOOK_SECONDS = 10.0, 0.05


def serve(port: int, environment: dict[str, str]) -> int:
    """Serve until the dev server or a signal ends it; return the exit code.

    Args:
        port: The port of the pages.
        environment: The environment variables of Reflex.
    """
    backend = next_free(LOCAL, port + APART if port < APART * 10 else port - APART)
    command = [sys.executable, "-m", "reflex", "run", "--backend-host", LOCAL]
    command += ["--frontend-port", str(port), "--backend-port", str(backend)]
    return run_group(command, environment)


def run_group(command: list[str], environment: dict[str, str]) -> int:
    """Run a command in a session of its own, and end all of it with this process.

    Reflex leaves Vite behind when it is told to end. A second signal changes nothing.

    Args:
        command: The command.
        environment: Its environment variables.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _exit)
    process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own
    try:
        return process.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _end(process)


def _exit(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        if _is_gone(process):
            return


def _is_gone(process: subprocess.Popen[bytes]) -> bool:
    """Wait until no process of the group is left; False if some are after a while."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        process.poll()  # else it stays in its group as a zombie
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(LOOK_SECONDS)
    return False
