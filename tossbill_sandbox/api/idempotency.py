"""Idempotency-Key: a repeated request has one effect and one response (contract §6)."""

import hashlib
import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

from tossbill_sandbox.api.call import Call
from tossbill_sandbox.api.response import SandboxResponse
from tossbill_sandbox.errors import TossRefusal

KEPT_FOR = timedelta(days=15)
MAX_LENGTH = 300


def identity_of(*, key: str, secret_key: str, method: str, url: str) -> str:
    """Return a hash of key, API key, URL and method; the body is not part of it (§6).

    Raises:
        TossRefusal: ``INVALID_IDEMPOTENCY_KEY`` if the key is longer than 300 characters.
    """
    if len(key) > MAX_LENGTH:
        raise TossRefusal("INVALID_IDEMPOTENCY_KEY")
    # Hashed, so the table holds no secret key and its index stays small.
    return hashlib.sha256(json.dumps([key, secret_key, method, url]).encode()).hexdigest()


def recall(connection: sqlite3.Connection, identity: str, call: Call) -> SandboxResponse | None:
    """Return the stored response, if it has not expired.

    A replay's trace id is "new, original", as measured (§6).
    """
    row = connection.execute(
        "SELECT * FROM idempotent_answer WHERE identity = ?", (identity,)
    ).fetchone()
    if row is None or call.now - datetime.fromisoformat(row["created_at"]) >= KEPT_FOR:
        return None
    trace_id = f"{call.trace_id}, {row['trace_id']}"
    return SandboxResponse(row["status"], row["body"], trace_id)


def remember(
    connection: sqlite3.Connection, identity: str, answer: SandboxResponse, call: Call
) -> None:
    """Store a response, in the transaction that has its effect."""
    connection.execute(
        "INSERT OR REPLACE INTO idempotent_answer VALUES (?, ?, ?, ?, ?)",
        (identity, answer.status, answer.body, call.trace_id, call.now.isoformat()),
    )


class InProgress:
    """Requests in progress.

    Kept in memory and not in the database, so that the keys of a killed process are free again.
    """

    def __init__(self) -> None:
        self._identities: set[str] = set()

    @contextmanager
    def hold(self, identity: str) -> Generator[None]:
        """Reserve an identity for the duration of a request.

        Raises:
            TossRefusal: ``IDEMPOTENT_REQUEST_PROCESSING`` while another request holds it.
        """
        if identity in self._identities:
            raise TossRefusal("IDEMPOTENT_REQUEST_PROCESSING")
        self._identities.add(identity)
        try:
            yield
        finally:
            self._identities.discard(identity)
