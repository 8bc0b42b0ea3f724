"""A fixture that runs a folder's tests on both databases: import it in its ``conftest.py``."""

import shutil
from pathlib import Path

import pytest

from tests.support.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, empty_database: Path, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{shutil.copy(empty_database, tmp_path / 'tossbill.db')}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.migrated()
