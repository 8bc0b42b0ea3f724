"""Faults by rule: what goes wrong on the wire, before or after the effect.

A fault never changes what happens, only what the caller gets to hear of it. Every kind that is
not named "before" (nor ``conflict_409``) strikes when the effect and its idempotent answer are
committed.
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
# What can happen to a webhook on its way; whoever delivers it asks ``take`` for "webhook".
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
    """One rule; the first that still counts and fits the endpoint strikes.

    Attributes:
        endpoint: One of ``ENDPOINTS``; ``any`` fits all but webhooks.
        kind: One of ``KINDS``.
        count: How often it strikes; None is always.
        delay_ms: How long a delay lasts, or a slow answer drips, or no answer comes.
        rate: How likely it strikes a request that fits, from 0 to 1.
        seed: What its luck is drawn from; the sandbox's own seed if None.
        code: The code ``refuse`` answers with.
    """

    endpoint: str
    kind: str
    count: int | None = None
    delay_ms: int = 0
    rate: float = 1.0
    seed: str | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no rule can be."""
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
            raise ValueError("refuse, and nothing else, needs a code of Toss's")
        if (self.kind in WEBHOOK_KINDS) != (self.endpoint == "webhook"):
            raise ValueError(f"webhooks, and nothing else, are struck by {sorted(WEBHOOK_KINDS)}")

    @property
    def delay_seconds(self) -> float:
        """The delay in seconds."""
        return self.delay_ms / 1000


def parse(text: bytes) -> list[Rule]:
    """Read a JSON list of rules.

    Raises:
        ValueError: It is not a list of rules; the message says why.
    """
    try:
        return [Rule(**rule) for rule in cast("list[dict[str, Any]]", json.loads(text))]
    except TypeError as error:
        raise ValueError(f"expected a list of rules: {error}") from error


def replace(connection: sqlite3.Connection, rules: list[Rule]) -> None:
    """Put these rules in place of all there were."""
    connection.execute("DELETE FROM fault")
    connection.executemany(
        "INSERT INTO fault (endpoint, kind, remaining, delay_ms, rate, seed, code)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [astuple(rule) for rule in rules],
    )


def read(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the rules with what is left of their counts."""
    return [asdict(_rule(row)) for row in connection.execute("SELECT * FROM fault ORDER BY 1")]


def take(connection: sqlite3.Connection, endpoint: str) -> Rule | None:
    """Return the rule that strikes this request and count it down."""
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
    return random.Random(f"{row['seed']}/{row['seen']}").random() < row["rate"]  # noqa: S311 - luck


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
