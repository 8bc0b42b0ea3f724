"""Fault rules: errors on the wire, before or after a request's effect.

A kind named "before", ``conflict_409``, ``too_many_429`` and ``refuse`` prevent the effect
(``delay_before`` only delays it), and ``key_deleted`` deletes the billing key first. All others
strike when the effect and its idempotent response are committed, and change only what the client
receives.
"""

import random
import sqlite3
from collections.abc import Container, Iterable
from dataclasses import asdict, astuple, dataclass, fields
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
        for holds, sentence in (
            (_is_in(self.endpoint, ENDPOINTS), f"endpoint must be one of {_listed(ENDPOINTS)}"),
            (_is_in(self.kind, KINDS), f"kind must be one of {_listed(KINDS)}"),
            (
                self.count is None or _is_whole(self.count),
                "count must be null or a whole number from 0",
            ),
            (_is_whole(self.delay_ms), "delay_ms must be a whole number from 0"),
            (_is_rate(self.rate), "rate must be a number from 0 to 1"),
            (self.seed is None or _is_text(self.seed), "seed must be a text"),
            (
                (self.kind == "refuse") == _is_in(self.code, ERRORS),
                "refuse, and no other kind, needs one of Toss's codes",
            ),
            (
                _is_in(self.kind, WEBHOOK_KINDS) == (self.endpoint == "webhook"),
                f"the endpoint webhook, and no other, takes {_listed(WEBHOOK_KINDS)}",
            ),
        ):
            if not holds:
                raise ValueError(sentence)

    @property
    def delay_seconds(self) -> float:
        """The delay in seconds."""
        return self.delay_ms / 1000


def parse(value: object) -> list[Rule]:
    """Return the rules of a JSON list.

    Raises:
        ValueError: It is not a valid list of rules; the message says why.
    """
    if not isinstance(value, list):
        raise ValueError("expected a list of fault rules")  # noqa: TRY004 - the request's fault
    return [_parsed(each) for each in cast("list[object]", value)]


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


def _parsed(value: object) -> Rule:
    if not isinstance(value, dict):
        raise ValueError("a fault rule must be an object")  # noqa: TRY004 - the request's fault
    given, names = cast("dict[str, Any]", value), [each.name for each in fields(Rule)]
    for name in given:
        if name not in names:
            raise ValueError(f"there is no field {name}; there are {', '.join(names)}")
    for name in ("endpoint", "kind"):
        if name not in given:
            raise ValueError(f"{name} is missing")
    return Rule(**given)


def _is_in(value: object, known: Container[str]) -> bool:
    return isinstance(value, str) and value in known


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return type(value) is int and 0 <= value < 10**9


def _is_rate(value: object) -> bool:
    return type(value) in (int, float) and 0 <= cast("float", value) <= 1


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


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
