"""Idempotency-Key: the same request twice has one effect and one answer (contract §6)."""

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
    """Name a request by key + API key + URL + method; the body is no part of it (§6).

    Raises:
        TossRefusal: ``INVALID_IDEMPOTENCY_KEY`` when the key is longer than 300 characters.
    """
    if len(key) > MAX_LENGTH:
        raise TossRefusal("INVALID_IDEMPOTENCY_KEY")
    # Hashed, so that the table holds no secret key and its index stays small.
    return hashlib.sha256(json.dumps([key, secret_key, method, url]).encode()).hexdigest()


def recall(connection: sqlite3.Connection, identity: str, call: Call) -> SandboxResponse | None:
    """Return the answer given before, while it is kept.

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
    """Keep an answer, in the transaction that has its effect."""
    connection.execute(
        "INSERT OR REPLACE INTO idempotent_answer VALUES (?, ?, ?, ?, ?)",
        (identity, answer.status, answer.body, call.trace_id, call.now.isoformat()),
    )


class InProgress:
    """The requests being worked on right now.

    Kept in the memory of the process and not in the database: what a killed process was doing
    is then over, and its key is free again.
    """

    def __init__(self) -> None:
        self._identities: set[str] = set()

    @contextmanager
    def hold(self, identity: str) -> Generator[None]:
        """Occupy an identity.

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
