"""The production build: rebuilt when its sources change, separate from Reflex's dev server."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.progress import step

ROOT = Path(__file__).resolve().parents[1]
BUILD_DIR = ROOT / ".build"
SOURCES = ("tossbill_ui/**/*.py", "assets/**/*", "rxconfig.py", "reflex.lock/*")
KEPT_BUILDS = 3
# The compiled files that Reflex reads when it serves without compiling again.
KEPT = ("build", "backend")
LOCKED_PACKAGES = ROOT / "reflex.lock" / "package.json"


def reflex_environment() -> dict[str, str]:
    """Return the environment variables for every Reflex command that we run.

    Bun and Node come from the virtual environment, and the npm registry from npm's configuration
    (otherwise Reflex would try several). Telemetry and version checks are off.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {
        "PATH": path,
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    if "NPM_CONFIG_REGISTRY" not in environment:
        registry = subprocess.run(
            ["npm", "config", "get", "registry"],  # noqa: S607 - the one of the virtual environment
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        environment["NPM_CONFIG_REGISTRY"] = registry.stdout.strip()
    return environment


def stamp() -> str:
    """Return the hash of everything the build depends on, 16 hex characters."""
    digest = hashlib.sha256(version("reflex").encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "external" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def ensure_build() -> Path:
    """Return the folder of the current build; build first if the sources have changed.

    Safe to call from several processes; a server running from an older build keeps its files.

    Raises:
        SettingsError: The build failed; its output is in ``.build/build.log``.
    """
    BUILD_DIR.mkdir(exist_ok=True)
    with _locked(BUILD_DIR / "lock"):
        done = BUILD_DIR / stamp()
        if not done.exists():
            with step("Pages: compiled once after each change, in about half a minute"):
                _build(BUILD_DIR / "web")
                _store(BUILD_DIR / "web", done)
    return done


def _build(web_dir: Path) -> None:
    environment = reflex_environment() | {
        "REFLEX_WEB_WORKDIR": str(web_dir.relative_to(ROOT)),
        "REFLEX_ENV_MODE": "prod",
    }
    with (BUILD_DIR / "build.log").open("w") as log, _format_kept(LOCKED_PACKAGES):
        result = subprocess.run(
            [sys.executable, "-m", "reflex", "export", "--no-zip", "--env", "prod"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if result.returncode:
        tail = "\n".join((BUILD_DIR / "build.log").read_text().splitlines()[-15:])
        raise SettingsError(f"The build failed; .build/build.log ends with:\n{tail}")


def _store(web_dir: Path, done: Path) -> None:
    """Copy the files needed for serving; delete old builds except a few that may be in use."""
    others = [path for path in BUILD_DIR.iterdir() if path.is_dir() and path != web_dir]
    for old in sorted(others, key=lambda path: path.stat().st_mtime)[:-KEPT_BUILDS]:
        shutil.rmtree(old)
    draft = done.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    for name in KEPT:
        if (web_dir / name).exists():
            shutil.copytree(web_dir / name, draft / name)
    draft.rename(done)


@contextmanager
def _format_kept(path: Path) -> Generator[None]:
    """Keep the formatting of a JSON file if its content has not changed.

    Reflex writes it on one line the first time and on many lines later, so a first build would
    modify a committed file without changing its content.
    """
    before = path.read_text() if path.exists() else ""
    yield
    if before and path.exists() and json.loads(path.read_text()) == json.loads(before):
        path.write_text(before)


@contextmanager
def _locked(path: Path) -> Generator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
