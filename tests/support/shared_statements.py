"""Compiled SQL that all databases of a test process share.

Almost every test opens a database of its own, for which SQLAlchemy would compile every statement
anew: a fifth of the time of a test.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from tossbill_ui.core import db

DIALECTS = (SQLiteDialect_aiosqlite, PGDialectAsync_psycopg)
STATEMENTS = 5_000


def share_statements() -> None:
    """Give every database that is opened from now on the same cache."""
    create, compiled = db._create_engine, LRUCache[Any, Any](STATEMENTS)

    def create_engine(url: str) -> AsyncEngine:
        engine = create(url)
        engine.sync_engine._compiled_cache = compiled
        return engine

    for dialect in DIALECTS:
        # A part of the key of a statement. Those of a kind are alike, since they speak to the
        # same library or server.
        dialect.__eq__ = _is_same_kind
        dialect.__hash__ = _hash_of_kind
    db._create_engine = create_engine


def _is_same_kind(self: object, other: object) -> bool:
    return type(self) is type(other)


def _hash_of_kind(self: object) -> int:
    return hash(type(self))
