"""The simulation's database snapshot on PostgreSQL."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy as sa

from tests.simulation.db_snapshot import DbSnapshot


class PostgresSnapshot(DbSnapshot):
    """Runs the same queries. Ids are counted, so they sort like SQLite's row ids."""

    def __init__(self, url: str) -> None:
        address = sa.make_url(url).set(drivername="postgresql")
        self._server = psycopg.connect(
            address.render_as_string(hide_password=False), autocommit=True
        )
        self._due = {}

    def close(self) -> None:
        self._server.close()

    def _has_changed(self) -> bool:
        return True  # the server has no cheap way to tell

    def _one(self, query: str, *values: object) -> Any:
        return self._server.execute(_translated(query), values or None).fetchone()

    def _all(self, query: str) -> list[Any]:
        return self._server.execute(_translated(query)).fetchall()


def _translated(query: str) -> bytes:
    return query.replace("rowid", "id").replace("?", "%s").encode()
