"""Pairs of keys: list and register them."""

import re
import sqlite3
from dataclasses import replace
from typing import Any

from tossbill_sandbox.api.auth import (
    M_ID,
    PLACEHOLDER,
    Shop,
    is_made_by,
    register,
    shop_of_client_key,
    shop_of_secret_key,
)
from tossbill_sandbox.control import body
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store.schema import NEWEST_API_VERSION

_FIELDS = ("client_key", "secret_key", "m_id", "api_version")
_VERSION = re.compile(r"1\.[0-9]|20[0-9]{2}-[0-9]{2}-[0-9]{2}")


def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return every pair; a secret key may be a developer's own, so most of it is hidden.

    Of a pair that nobody registered the key that has not been used yet is null.
    """
    rows = connection.execute("SELECT * FROM shop ORDER BY rowid")
    return [
        {
            "client_key": row["paired_client_key"] or _known(row["client_key"]),
            "secret_key": _known(row["secret_key"]) and masked(row["secret_key"]),
            "m_id": row["m_id"],
            "api_version": row["api_version"],
        }
        for row in rows
    ]


def parse(fields: dict[str, Any]) -> Shop:
    """Return the pair that a request describes.

    Raises:
        ValueError: A field is missing, unknown or malformed; the message says which.
    """
    for name in fields:
        if name not in _FIELDS:
            raise ValueError(f"there is no field {name}; there are {', '.join(_FIELDS)}")
    shop = Shop(
        _key(fields, "client_key", "test_ck_"),
        _key(fields, "secret_key", "test_sk_"),
        body.text(fields, "m_id", M_ID),
        body.text(fields, "api_version", NEWEST_API_VERSION),
    )
    if not re.fullmatch("[A-Za-z0-9_-]{1,14}", shop.m_id):
        raise ValueError("m_id must have 1 to 14 letters, digits, - or _")
    if not _VERSION.fullmatch(shop.api_version):
        raise ValueError(f"api_version must be a version of Toss's API, as {NEWEST_API_VERSION}")
    return shop


def add(connection: sqlite3.Connection, shop: Shop) -> None:
    """Register a pair, or give the client key of a known one another secret key.

    Raises:
        ValueError: Another pair has the secret key.
    """
    mine = shop_of_client_key(connection, shop.client_key)
    known = shop_of_secret_key(connection, shop.secret_key)
    if known and (mine is None or mine.client_key != known.client_key):
        # A server has used the one key before, and perhaps a window the other.
        if not _is_paired(connection, known, shop.client_key):
            raise ValueError("the secret_key belongs to another client_key")
        mine = known
    register(connection, replace(shop, client_key=mine.client_key) if mine else shop)


def _is_paired(connection: sqlite3.Connection, known: Shop, client_key: str) -> bool:
    try:
        return is_made_by(connection, known, client_key, pairs=True)
    except TossRefusal as refused:
        raise ValueError("both keys have a payment of the same orderId") from refused


def masked(key: str) -> str:
    """Return a secret key of which the end is recognizable."""
    return f"test_sk_********{key[-4:]}" if len(key) > len("test_sk_") + 8 else "test_sk_********"


def _known(key: str) -> str | None:
    return None if key.startswith(PLACEHOLDER) else key


def _key(fields: dict[str, Any], name: str, prefix: str) -> str:
    key = body.text(fields, name)
    if not re.fullmatch(f"{prefix}[A-Za-z0-9_]{{1,100}}", key):
        raise ValueError(f"{name} must begin with {prefix}, with letters and digits after it")
    return key
