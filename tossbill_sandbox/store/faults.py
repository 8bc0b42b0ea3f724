"""Fault rules: errors on the wire, before or after a request's effect.

A kind named "before", ``conflict_409``, ``too_many_429`` and ``refuse`` prevent the effect
(``delay_before`` only delays it), and ``key_deleted`` deletes the billing key first. All others
strike when the effect and its idempotent response are committed, and change only what the client
receives.
"""

import json
import random
import sqlite3
from dataclasses import asdict, astuple, dataclass
from typing import Any, cast

from tossbill_sandbox.errors import ERRORS
from tossbill_sandbox.store import random_ids

ENDPOINTS = frozenset(
    {
        "any",
        "issue",
        "charge",
        "delete",
        "confirm",
        "lookup",
        "cancel",
        "transactions",
        "settlements",
        "cash_receipts",
        "webhook",
    }
)
# Faults of webhooks; their sender calls ``take`` with the endpoint "webhook".
WEBHOOK_KINDS = frozenset({"duplicate", "late", "out_of_order", "lost"})
KINDS = WEBHOOK_KINDS | frozenset(
    {
        "refuse",
        "too_many_429",
        "no_answer_before",
        "no_answer_after",
        "key_deleted",
        "delay_before",
        "delay_after",
        "reset_before",
        "reset_after",
        "error_500_before",
        "error_500_after",
        "conflict_409",
        "html",
        "bad_json",
        "wrong_shape",
        "huge_body",
        "slow_drip",
        "wrong_customer_key",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; the first with a count left that matches the endpoint strikes.

    Attributes:
        endpoint: One of ``ENDPOINTS``; ``any`` matches all but webhooks.
        kind: One of ``KINDS``.
        count: How often it strikes; None is always.
        delay_ms: The duration of a delay, of a slow response, or of the wait for none.
        rate: The probability that it strikes a matching request, from 0 to 1.
        seed: The seed of its random draws; the sandbox's own if None.
        code: The code that ``refuse`` returns.
    """

    endpoint: str
    kind: str
    count: int | None = None
    delay_ms: int = 0
    rate: float = 1.0
    seed: str | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        """Validate the rule."""
        if self.endpoint not in ENDPOINTS:
            raise ValueError(f"endpoint must be one of {sorted(ENDPOINTS)}")
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}")
        if self.count is not None and self.count < 0:
            raise ValueError("count must be null or not negative")
        if self.delay_ms < 0:
            raise ValueError("delay_ms must not be negative")
        if not 0 <= self.rate <= 1:
            raise ValueError("rate must be from 0 to 1")
        if (self.kind == "refuse") != (self.code in ERRORS):
            raise ValueError("refuse, and no other kind, needs one of Toss's codes")
        if (self.kind in WEBHOOK_KINDS) != (self.endpoint == "webhook"):
            raise ValueError(f"the endpoint webhook, and no other, takes {sorted(WEBHOOK_KINDS)}")

    @property
    def delay_seconds(self) -> float:
        """The delay in seconds."""
        return self.delay_ms / 1000


def parse(text: bytes) -> list[Rule]:
    """Parse a JSON list of rules.

    Raises:
        ValueError: It is not a valid list of rules; the message says why.
    """
    try:
        return [Rule(**rule) for rule in cast("list[dict[str, Any]]", json.loads(text))]
    except TypeError as error:
        raise ValueError(f"expected a list of rules: {error}") from error


def replace(connection: sqlite3.Connection, rules: list[Rule]) -> None:
    """Replace all rules."""
    connection.execute("DELETE FROM fault")
    connection.executemany(
        "INSERT INTO fault (endpoint, kind, remaining, delay_ms, rate, seed, code)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [astuple(rule) for rule in rules],
    )


def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the rules with their remaining counts."""
    return [asdict(_rule(row)) for row in connection.execute("SELECT * FROM fault ORDER BY 1")]


def take(connection: sqlite3.Connection, endpoint: str) -> Rule | None:
    """Return the rule that strikes this request, and decrement its count."""
    rows = connection.execute(
        "SELECT * FROM fault WHERE endpoint IN (?, ?) AND (remaining IS NULL OR remaining > 0)"
        " ORDER BY position",
        (endpoint, "any" if endpoint != "webhook" else endpoint),
    ).fetchall()
    for row in rows:
        if _strikes(connection, row):
            connection.execute(
                "UPDATE fault SET remaining = remaining - 1 WHERE position = ?", (row["position"],)
            )
            return _rule(row)
    return None


def _strikes(connection: sqlite3.Connection, row: sqlite3.Row) -> bool:
    if row["rate"] >= 1:
        return True
    connection.execute("UPDATE fault SET seen = seen + 1 WHERE position = ?", (row["position"],))
    if row["seed"] is None:
        return random_ids.fraction(connection) < row["rate"]
    return random.Random(f"{row['seed']}/{row['seen']}").random() < row["rate"]  # noqa: S311 - not for security


def _rule(row: sqlite3.Row) -> Rule:
    return Rule(
        row["endpoint"],
        row["kind"],
        row["remaining"],
        row["delay_ms"],
        row["rate"],
        row["seed"],
        row["code"],
    )
