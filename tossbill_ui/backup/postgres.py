"""Backup and restoration of a PostgreSQL database, by its own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from tossbill_ui.core.errors import SettingsError
from tossbill_ui.migrations import is_newer
from tossbill_ui.migrations.models import metadata

TABLES = ("alembic_version", *sorted(metadata.tables))
END_OF_ROWS = b"\\.\n"
COPY = b"COPY "


def write(url: str, draft: Path) -> Mapping[str, int]:
    """Dump our tables at one moment into an existing file, and read all of it back.

    Raises:
        SettingsError: pg_dump is missing or failed, or the archive has other rows.
    """
    with psycopg.connect(_address(url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        [snapshot] = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        expected = _rows(connection)
        tables = [f"--table={name}" for name in expected]
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run(["pg_dump", *options, *tables, f"--file={draft}"], url)
    if (found := verify(draft)) != expected:
        raise SettingsError("The backup failed: the copy has other rows than the database.")
    return found


def verify(path: Path) -> Mapping[str, int]:
    """Return the number of rows by table of an archive, after reading all of it.

    Raises:
        SettingsError: It is not an archive of ours, it is damaged, or of a newer version.
    """
    command = [_program("pg_restore"), "--data-only", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reading:  # noqa: S603 - no shell
        rows = _count(reading.stdout or ())
    if reading.returncode or rows.get("alembic_version") != 1:
        raise SettingsError(f"{path} is not an intact backup of this app's database.")
    if is_newer(_schema(path)):
        raise SettingsError(f"{path} is of a newer version of this app: install that one.")
    return rows


def _schema(path: Path) -> str:
    """Return the schema's version in an archive: the one row of its table."""
    command = [_program("pg_restore"), "--data-only", f"--table={TABLES[0]}", "--file=-", str(path)]
    script = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - no shell
    lines = script.splitlines()
    return next(after for line, after in pairwise(lines) if line.startswith(COPY)).decode()


def restore(url: str, path: Path, *, replace: bool) -> Mapping[str, int]:
    """Replace our tables by those of an archive in one transaction.

    Raises:
        SettingsError: See `service.restore`.
    """
    verified = verify(path)
    with psycopg.connect(_address(url), autocommit=True) as connection:
        _refuse_while_used(connection)
        old = _rows(connection)
        if not replace and any(number for name, number in old.items() if name != TABLES[0]):
            raise SettingsError("The database has rows: back it up, then repeat with --replace.")
    drop = f"DROP TABLE IF EXISTS {', '.join(old)} CASCADE" if old else "SELECT 1"
    _load(url, path, first=drop)
    return verified


def _refuse_while_used(connection: psycopg.Connection) -> None:
    others = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    """
    [count] = connection.execute(others).fetchone() or (0,)
    if count:
        raise SettingsError("The app or another program uses the database: stop it first.")


def _load(url: str, path: Path, *, first: str) -> None:
    """Run a statement and an archive; psql commits only after it has received all of it."""
    read = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    load = [_program("psql"), *options, f"--command={first}", "--file=-"]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with (
        subprocess.Popen(read, stdout=pipe, stderr=quiet) as archive,  # noqa: S603 - no shell
        subprocess.Popen(load, stdin=pipe, stdout=quiet, stderr=pipe, env=_env(url)) as database,  # noqa: S603 - no shell
    ):
        _pass_on(archive, database)
        error = database.stderr.read().decode(errors="replace").strip() if database.stderr else ""
    if archive.returncode or database.returncode:
        raise SettingsError(f"Nothing was restored: {error.splitlines()[0] if error else path}")


def _pass_on(archive: subprocess.Popen[bytes], database: subprocess.Popen[bytes]) -> None:
    """Pass the archive to psql; end psql before its input ends if some is missing: it commits."""
    if archive.stdout is None or database.stdin is None:
        return
    with suppress(BrokenPipeError):  # psql has ended with an error
        shutil.copyfileobj(archive.stdout, database.stdin)
    archive.stdout.close()
    if archive.wait():
        database.kill()
    with suppress(BrokenPipeError):
        database.stdin.close()


def _count(lines: Iterable[bytes]) -> dict[str, int]:
    """Count the rows of each table in a script; in COPY's text a row is one line."""
    rows: dict[str, int] = {}
    table = ""
    for line in lines:
        if table and line == END_OF_ROWS:
            table = ""
        elif table:
            rows[table] += 1
        elif line.startswith(COPY):
            table = line.split()[1].decode().rpartition(".")[2]
            rows[table] = 0
    return rows


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    """Count the rows of those of our tables that exist."""
    rows: dict[str, int] = {}
    for name in TABLES:
        [exists] = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone() or (
            False,
        )
        if exists:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            [rows[name]] = connection.execute(query).fetchone() or (0,)
    return rows


def _run(command: list[str], url: str) -> None:
    done = subprocess.run(  # noqa: S603 - no shell
        [_program(command[0]), *command[1:]], env=_env(url), capture_output=True, check=False
    )
    if done.returncode:
        error = done.stderr.decode(errors="replace").strip().splitlines()
        raise SettingsError(f"The backup failed: {error[-1] if error else command[0]}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise SettingsError(f"{name} is not installed: install PostgreSQL's client programs.")
    return found


def _address(url: str) -> str:
    plain = sa.make_url(url).set(drivername="postgresql")
    return plain.render_as_string(hide_password=False)


def _env(url: str) -> dict[str, str]:
    """Return the environment for PostgreSQL's programs: a password in arguments is public."""
    given = conninfo_to_dict(_address(url))
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in Conninfo.get_defaults()
        if option.envvar
    }
    return os.environ | {names[key]: str(value) for key, value in given.items() if key in names}
