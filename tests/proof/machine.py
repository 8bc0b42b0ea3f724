"""The machine and software versions of a proof, without anything that identifies the owner."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass

import sqlalchemy as sa

from tests.support.postgres import Postgres
from tossbill_ui.build import ROOT


@dataclass(frozen=True)
class Machine:
    """Cores and software versions."""

    cores: int
    python: str
    sqlite: str
    postgresql: str


def this_machine() -> Machine:
    """Return the description of this machine."""
    server = Postgres()
    try:
        engine = sa.create_engine(server.empty(), poolclass=sa.NullPool)
        with engine.connect() as connection:
            version = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    finally:
        server.close()
    cores, python = os.cpu_count() or 1, platform.python_version()
    return Machine(cores, python, sqlite3.sqlite_version, version)


def commit() -> str:
    """Return the commit of the code, and whether there are uncommitted changes."""
    number = _git("rev-parse", "--short=12", "HEAD")
    return f"{number} with changes" if _git("status", "--porcelain", "-uno") else number


def _git(*arguments: str) -> str:
    result = subprocess.run(
        ["git", *arguments],  # noqa: S607 - the machine's own
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip()
