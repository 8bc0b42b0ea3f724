"""Runs the examples of ``docs/examples`` against a sandbox on a free port: ``make examples``.

Says which languages this machine has not, and fails if an example of one that it has fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tossbill_sandbox.testing import toss_on_a_port

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "docs" / "examples"
# The example of each language, and the command that runs it.
COMMANDS: dict[str, tuple[str, ...]] = {
    "charge.py": (sys.executable,),
    "charge.mjs": ("node",),
    "Charge.java": ("java",),
    "charge.php": ("php",),
    "charge.rb": ("ruby",),
    "charge.go": ("go", "run"),
}
EXPECTED = "DONE"
SECONDS = 120


def program_of(name: str) -> str | None:
    """Return the path of the program that runs an example; None if this machine has none."""
    beside_python = str(Path(sys.executable).parent)
    path = os.pathsep.join((beside_python, os.environ.get("PATH", os.defpath)))
    return shutil.which(COMMANDS[name][0], path=path)


def is_found(name: str) -> bool:
    """Whether this machine can run an example."""
    return program_of(name) is not None


def run(name: str, base_url: str) -> str:
    """Run an example; return what it prints, and its errors if there are any."""
    environment = os.environ | {"TOSS_BASE_URL": base_url}
    done = subprocess.run(  # noqa: S603 - our own examples
        [program_of(name) or COMMANDS[name][0], *COMMANDS[name][1:], EXAMPLES / name],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return (done.stdout if done.returncode == 0 else done.stdout + done.stderr).strip()


def main(names: Sequence[str]) -> int:
    """Run the examples, and return the exit code."""
    is_all_done = True
    with toss_on_a_port() as toss:
        for name in names or COMMANDS:
            printed = run(name, toss.base_url) if is_found(name) else "not run, no such program"
            is_all_done &= printed == EXPECTED or not is_found(name)
            sys.stdout.write(f"{name:12} {COMMANDS[name][0].rpartition('/')[2]:8} {printed}\n")
    return 0 if is_all_done else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
