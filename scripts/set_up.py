"""Sets up the virtual environment with the locked packages; `make` runs it, before any package.

Only the standard library may be imported here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tossbill_ui.core.progress import step

# With hashes: what installs everything else is checked, too.
UV_LOCK = "scripts/uv.lock"
TAIL_LINES = 30


def set_up(venv: Path) -> None:
    """Create the environment if there is none, and install exactly the locked packages.

    Args:
        venv: The folder of the environment; one that exists is brought up to date.

    Raises:
        SystemExit: A step failed; its last lines have been printed.
    """
    python, uv = venv / "bin" / "python", venv / "bin" / "uv"
    print("Setting up Tossbill UI. The first time takes a minute or two.", file=sys.stderr)  # noqa: T201
    with step(f"Python environment in {venv}"):
        if not python.exists():
            _run(sys.executable, "-m", "venv", str(venv))
        if not uv.exists():
            options = ("--quiet", "--disable-pip-version-check", "--require-hashes")
            _run(str(python), "-m", "pip", "install", *options, "--requirement", UV_LOCK)
    with step("Python packages of requirements.lock"):
        environment = {"VIRTUAL_ENV": str(venv)}
        sync = ("pip", "sync", "--quiet", "--require-hashes", "requirements.lock")
        _run(str(uv), *sync, **environment)
        folders = ("./tossbill_sandbox", "./clients/python", ".")
        own = [part for folder in folders for part in ("--editable", folder)]
        options = ("--quiet", "--no-deps", "--no-build-isolation")
        _run(str(uv), "pip", "install", *options, *own, **environment)


def _run(*command: str, **environment: str) -> None:
    """Run a command; its output is shown only if it fails."""
    done = subprocess.run(  # noqa: S603 - our own
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-TAIL_LINES:])
        raise SystemExit(f"\n{' '.join(command)} failed:\n{tail}")


if __name__ == "__main__":
    try:
        set_up(Path(sys.argv[1]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
