"""Database migrations and the function that applies them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import make_url

from tossbill_ui.core.errors import SettingsError

HERE = Path(__file__).parent


def alembic_config(database_url: str) -> Config:
    """Return Alembic's configuration for a database URL with an async or a sync driver."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    # Alembic works synchronously; psycopg serves both, aiosqlite does not.
    url = make_url(database_url)
    if url.drivername == "sqlite+aiosqlite":
        url = url.set(drivername="sqlite")
    config.attributes["url"] = url
    return config


def is_newer(revision: str | None) -> bool:
    """Whether a schema was made by a newer version of this app, which alone can use it."""
    scripts = ScriptDirectory(str(HERE))
    return revision is not None and all(
        revision != script.revision for script in scripts.walk_revisions()
    )


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate a database to the newest schema; safe at every start and in several processes.

    Args:
        database_url: The URL, with an async or a sync driver.
        revision: An older revision, for tests of the migrations after it.

    Raises:
        SettingsError: The schema is of a newer version of this app.
    """
    url = make_url(database_url)
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # SQLite gives its helper files the mode of the database.
        Path(url.database).touch(mode=0o600)
    try:
        command.upgrade(alembic_config(database_url), revision)
    except CommandError as error:
        raise SettingsError(
            f"The database cannot be migrated ({error}): a newer version made it. Install that one."
        ) from None
