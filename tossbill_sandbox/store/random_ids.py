"""Random ids and numbers, all drawn from one seed: the same calls produce the same ids.

The number of draws is stored with the data, so a transaction that is rolled back (or killed) also
rolls back its draws.
"""

import hashlib
import secrets
import sqlite3
from base64 import urlsafe_b64encode
from datetime import datetime

from tossbill_sandbox.store.clock import KST

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_seed() -> str:
    """Return a random seed."""
    return secrets.token_hex(8)


def draw(connection: sqlite3.Connection, size: int) -> bytes:
    """Return the next ``size`` random bytes."""
    [seed, number] = connection.execute(
        "UPDATE chance SET draws = draws + 1 RETURNING seed, draws"
    ).fetchone()
    return hashlib.shake_256(f"{seed}/{number}".encode()).digest(size)


def fraction(connection: sqlite3.Connection) -> float:
    """Return a random number in ``[0, 1)``."""
    return int.from_bytes(draw(connection, 6)) / 2**48


def base64_key(connection: sqlite3.Connection) -> str:
    """Return 44 characters that end in "=", as billing keys do (contract §4.1)."""
    return urlsafe_b64encode(draw(connection, 32)).decode()


def letters(connection: sqlite3.Connection, count: int) -> str:
    """Return ``count`` random letters and digits."""
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in draw(connection, count))


def trace_id(connection: sqlite3.Connection) -> str:
    """Return a trace id in the recorded format: 32 hex digits (contract §4.8)."""
    return draw(connection, 16).hex()


def payment_key(connection: sqlite3.Connection, m_id: str, now: datetime) -> str:
    """Return a payment key: five letters of the mId, the time in KST, six characters (§4.3)."""
    return f"{m_id[:5]}{now.astimezone(KST):%Y%m%d%H%M%S}{letters(connection, 6)}"


def dated_key(connection: sqlite3.Connection, prefix: str, now: datetime) -> str:
    """Return a key like ``txrd_a01jynxp0s26y5cy454srqf6hab``: a lowercase ULID (§4.3, §9)."""
    number = int(now.timestamp() * 1000) << 80 | int.from_bytes(draw(connection, 10))
    digits = "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_a{digits}"
