"""Authentication: Toss's Basic scheme and the table of registered key pairs."""

import base64
import binascii
import sqlite3
from dataclasses import dataclass

from tossbill_sandbox import hints
from tossbill_sandbox.errors import TossRefusal


@dataclass(frozen=True, slots=True)
class Shop:
    """A registered key pair (contract §1)."""

    client_key: str
    secret_key: str
    m_id: str
    api_version: str


def authenticate(connection: sqlite3.Connection, header: str | None) -> Shop:
    """Return the shop that an ``Authorization`` header identifies.

    Raises:
        TossRefusal: ``INCORRECT_BASIC_AUTH_FORMAT`` if the colon is missing from the encoded text,
            ``UNAUTHORIZED_KEY`` for anything else that is not a registered secret key.

    Source: contract §1, table of key errors.
    """
    decoded = _decode(header)
    if ":" not in decoded:
        raise TossRefusal("INCORRECT_BASIC_AUTH_FORMAT", hints.COLON)
    secret_key, _, password = decoded.partition(":")
    if password:
        raise TossRefusal("UNAUTHORIZED_KEY", hints.BASIC)
    shop = shop_of_secret_key(connection, secret_key)
    if shop is None:
        raise TossRefusal("UNAUTHORIZED_KEY", hints.about_secret_key(secret_key))
    return shop


def shop_of_client_key(connection: sqlite3.Connection, client_key: str) -> Shop | None:
    """Return the shop that a client key belongs to."""
    return _find(connection, "client_key", client_key)


def shop_of_secret_key(connection: sqlite3.Connection, secret_key: str) -> Shop | None:
    """Return the shop that a secret key belongs to."""
    return _find(connection, "secret_key", secret_key)


def register(connection: sqlite3.Connection, shop: Shop) -> None:
    """Add a key pair, or update the one with the same client key."""
    connection.execute(
        "INSERT INTO shop VALUES (?, ?, ?, ?) ON CONFLICT (client_key) DO UPDATE SET"
        " secret_key = excluded.secret_key, m_id = excluded.m_id,"
        " api_version = excluded.api_version",
        (shop.client_key, shop.secret_key, shop.m_id, shop.api_version),
    )


def _decode(header: str | None) -> str:
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        raise TossRefusal("UNAUTHORIZED_KEY", hints.BASIC)
    try:
        # A byte-order mark is not stripped, so it fails as an unknown key, as at Toss (§1).
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TossRefusal("UNAUTHORIZED_KEY", hints.BASIC) from error


def _find(connection: sqlite3.Connection, column: str, key: str) -> Shop | None:
    row = connection.execute(f"SELECT * FROM shop WHERE {column} = ?", (key,)).fetchone()  # noqa: S608 - a constant column
    return Shop(**dict(row)) if row else None
