"""Processes that hold secrets leave no core dump."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import Server
from tossbill_ui.build import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
# As on a machine that keeps core dumps, however large.
CRASH = """
import os, resource
from click.testing import CliRunner
from tossbill_ui import cli
{command}
os.abort()
"""
RUN = "CliRunner().invoke(cli.main, ['doctor', '--help'])"


def crash(command: str, folder: Path) -> bool:
    """Run Python code that ends in a crash; return whether its memory was dumped."""

    def allow_dumps() -> None:
        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        os.chdir(folder)

    code = CRASH.format(command=command)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment,
        preexec_fn=allow_dumps,
        stderr=subprocess.DEVNULL,
    )
    _, status = os.waitpid(process.pid, 0)
    process.returncode = status  # so that nobody waits for it again
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


def test_command_that_crashes_is_not_dumped(tmp_path: Path) -> None:
    assert not crash(RUN, tmp_path)


@linux
def test_commands_are_not_dumpable_even_by_a_program() -> None:
    code = f"{CRASH.format(command=RUN)}".replace(
        "os.abort()", "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert shown.stdout.strip() == "0", shown.stderr


@linux
def test_app_has_a_limit_of_no_bytes(server: Server) -> None:
    assert server.process
    limits = Path(f"/proc/{server.process.pid}/limits").read_text()

    [line] = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]
