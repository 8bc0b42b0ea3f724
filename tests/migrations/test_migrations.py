"""The migrations and the models define the same schema on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.support.postgres import Postgres
from tossbill_ui import migrations
from tossbill_ui.migrations.models import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new' / 'tossbill.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.empty()


def differences(url: str) -> list[object]:
    plain = sa.make_url(migrations.alembic_config(url).attributes["url"])
    engine = sa.create_engine(plain)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_migrated_schema_matches_the_models(url: str) -> None:
    migrations.upgrade(url)

    assert differences(url) == []


def test_repeated_upgrades_and_downgrades_change_nothing(url: str) -> None:
    migrations.upgrade(url)
    migrations.upgrade(url)
    command.downgrade(migrations.alembic_config(url), "base")
    migrations.upgrade(url)

    assert differences(url) == []


@pytest.mark.processes
def test_concurrent_migrations_wait_for_each_other(tmp_path: Path) -> None:
    environment = os.environ | {"TOSSBILL_DATA_DIR": str(tmp_path / "new")}
    command = [sys.executable, "-m", "tossbill_ui.cli", "migrate"]
    started = [subprocess.Popen(command, env=environment, stderr=PIPE) for _ in range(6)]

    errors = [process.communicate(timeout=120)[1].decode() for process in started]

    assert [process.returncode for process in started] == [0] * 6, errors
