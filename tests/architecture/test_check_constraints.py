"""CHECK constraints and conditions of indexes that migrations lead to are those of the models.

Alembic compares neither, and they name members of enums.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.postgres import Postgres
from tossbill_ui import migrations
from tossbill_ui.migrations.models import metadata

Checks = dict[str, dict[str, str]]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Return addresses of empty databases, by name."""
    if request.param == "sqlite":
        return lambda name: f"sqlite+aiosqlite:///{tmp_path / name / 'tossbill.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return lambda _: postgres.empty()


def engine_of(url: str) -> sa.Engine:
    return sa.create_engine(sa.make_url(migrations.alembic_config(url).attributes["url"]))


def checks(engine: sa.Engine) -> Checks:
    """Return the text of each CHECK by table and name, as the database tells it."""
    inspector = sa.inspect(engine)
    found = {
        table: {
            str(check["name"]): " ".join(check["sqltext"].split())
            for check in inspector.get_check_constraints(table)
        }
        for table in metadata.tables
    }
    engine.dispose()
    return found


def indexes(engine: sa.Engine) -> dict[str, str]:
    """Return the text of each index by name, as the database tells it."""
    of_sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    of_postgres = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    query = of_sqlite if engine.dialect.name == "sqlite" else of_postgres
    with engine.connect() as connection:
        rows = connection.execute(sa.text(query)).all()
    engine.dispose()
    tables = "|".join(metadata.tables)
    return {
        name: " ".join(text.split())
        for name, text in rows
        if re.search(rf'\bON (?:\w+\.)?"?({tables})"? ', text)
    }


def test_migrations_lead_to_the_indexes_of_the_models(new_url: Callable[[str], str]) -> None:
    migrated, made = new_url("migrated"), new_url("made")
    migrations.upgrade(migrated)
    Path(str(sa.make_url(made).database)).parent.mkdir(parents=True, exist_ok=True)
    metadata.create_all(engine := engine_of(made))

    expected = indexes(engine)

    assert sum(" WHERE " in text for text in expected.values()) >= 10
    assert indexes(engine_of(migrated)) == expected


def test_migrations_lead_to_the_checks_of_the_models(new_url: Callable[[str], str]) -> None:
    migrated, made = new_url("migrated"), new_url("made")
    migrations.upgrade(migrated)
    Path(str(sa.make_url(made).database)).parent.mkdir(parents=True, exist_ok=True)
    metadata.create_all(engine := engine_of(made))

    expected = checks(engine)

    assert sum(len(of) for of in expected.values()) >= 30
    assert checks(engine_of(migrated)) == expected


def test_another_member_of_an_enum_is_noticed(new_url: Callable[[str], str]) -> None:
    """Give the column `price.unit` of the models one more value, as a new member does."""
    url, table = new_url("made"), sa.MetaData()
    Path(str(sa.make_url(url).database)).parent.mkdir(parents=True, exist_ok=True)
    sa.Table(
        "price",
        table,
        sa.Column("unit", sa.String(8)),
        sa.CheckConstraint("unit IN ('week', 'month', 'year', 'quarter')", name="ck_price_unit"),
    )
    table.create_all(engine := engine_of(url))
    migrations.upgrade(migrated := new_url("migrated"))

    [quarterly] = [
        str(check["sqltext"]) for check in sa.inspect(engine).get_check_constraints("price")
    ]
    engine.dispose()

    assert checks(engine_of(migrated))["price"]["ck_price_unit"] != quarterly
