"""Authentication: Toss's Basic scheme and the table of key pairs.

A sandbox that takes any key has pairs of which only one key is known. A server's first exchange
or confirm of what a window made pairs the two keys; nothing in the keys says that they belong
together. Until then the other key of each is a placeholder.
"""

import base64
import binascii
import hashlib
import sqlite3
from dataclasses import dataclass

from tossbill_sandbox import hints
from tossbill_sandbox.errors import TossRefusal
from tossbill_sandbox.store.schema import NEWEST_API_VERSION

M_ID = "tossbillbox"
# Begins a placeholder; no key of Toss does.
PLACEHOLDER = "any_"


@dataclass(frozen=True, slots=True)
class Shop:
    """A key pair (contract §1).

    Attributes:
        client_key: The client key, or a placeholder; identifies the shop.
        secret_key: The secret key, or a placeholder.
        m_id: Toss's id of the shop.
        api_version: The version of Toss's API that the keys have.
        paired_client_key: The client key that replaces a placeholder.
    """

    client_key: str
    secret_key: str
    m_id: str
    api_version: str
    paired_client_key: str | None = None


def authenticate(
    connection: sqlite3.Connection, header: str | None, *, any_key: bool = False
) -> Shop:
    """Return the shop that an ``Authorization`` header identifies.

    Args:
        connection: The connection in a transaction.
        header: The header.
        any_key: Whether a secret key that nobody registered gets a shop.

    Raises:
        TossRefusal: ``INCORRECT_BASIC_AUTH_FORMAT`` if the colon is missing from the encoded text,
            ``UNAUTHORIZED_KEY`` for anything else that is not a registered secret key.

    Source: contract §1, table of key errors.
    """
    decoded = _decode(header)
    if ":" not in decoded:
        raise TossRefusal(
            "INCORRECT_BASIC_AUTH_FORMAT", hints.COLON if decoded else hints.EMPTY_SECRET_KEY
        )
    secret_key, _, password = decoded.partition(":")
    if password:
        raise TossRefusal("UNAUTHORIZED_KEY", hints.BASIC)
    shop = shop_of_secret_key(connection, secret_key)
    if shop is None and any_key and hints.SECRET_KEY_FORM.fullmatch(secret_key):
        digest = hashlib.sha256(secret_key.encode()).hexdigest()[:24]
        shop = _admit(connection, f"{PLACEHOLDER}{digest}", secret_key)
    if shop is None:
        raise TossRefusal("UNAUTHORIZED_KEY", hints.about_secret_key(secret_key))
    return shop


def shop_of_client_key(
    connection: sqlite3.Connection, client_key: str, *, any_key: bool = False
) -> Shop | None:
    """Return the shop of a client key; with ``any_key`` one that nobody registered gets a shop."""
    shop = _find(connection, "client_key", client_key)
    shop = shop or _find(connection, "paired_client_key", client_key)
    if shop is None and any_key and hints.CLIENT_KEY_FORM.fullmatch(client_key):
        return _admit(connection, client_key, f"{PLACEHOLDER}{client_key}")
    return shop


def shop_of_secret_key(connection: sqlite3.Connection, secret_key: str) -> Shop | None:
    """Return the shop that a secret key belongs to."""
    is_placeholder = secret_key.startswith(PLACEHOLDER)
    return None if is_placeholder else _find(connection, "secret_key", secret_key)


def is_made_by(
    connection: sqlite3.Connection, shop: Shop, client_key: str, *, pairs: bool = False
) -> bool:
    """Return whether something belongs to a shop, by the client key that it was made with.

    With ``pairs`` two keys that nobody registered become a pair the first time: for the calls that
    only the server of the window's own shop makes.
    """
    return client_key == shop.client_key or (pairs and _pair(connection, shop, client_key))


def register(connection: sqlite3.Connection, shop: Shop) -> None:
    """Add a key pair, or update the one with the same client key."""
    connection.execute(
        "INSERT INTO shop (client_key, secret_key, m_id, api_version) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (client_key) DO UPDATE SET"
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


def _admit(connection: sqlite3.Connection, client_key: str, secret_key: str) -> Shop:
    shop = Shop(client_key, secret_key, M_ID, NEWEST_API_VERSION)
    register(connection, shop)
    return shop


def _pair(connection: sqlite3.Connection, shop: Shop, client_key: str) -> bool:
    """Give a shop without a client key one without a secret key, with what its windows made."""
    other = _find(connection, "client_key", client_key)
    if other and not other.secret_key.startswith(PLACEHOLDER):
        return False
    paired = connection.execute(
        "UPDATE shop SET paired_client_key = ? WHERE client_key = ? AND client_key LIKE ? || '%'"
        " AND paired_client_key IS NULL",
        (client_key, shop.client_key, PLACEHOLDER),
    )
    if paired.rowcount == 0:
        return False
    try:
        # The ledger has nothing of a client key: only servers move money and billing keys.
        for table in ("trip", "authorization", "payment"):
            connection.execute(
                f"UPDATE {table} SET client_key = ? WHERE client_key = ?",  # noqa: S608 - constants
                (shop.client_key, client_key),
            )
    except sqlite3.IntegrityError as error:
        raise TossRefusal("DUPLICATED_ORDER_ID") from error
    connection.execute("DELETE FROM shop WHERE client_key = ?", (client_key,))
    return True
