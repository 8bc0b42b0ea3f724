"""The oracle: compares the sandbox's ledger with our tables after every step."""

from __future__ import annotations

import calendar
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx

from tests.simulation.invariants import (
    ADD_EFFECT,
    ALWAYS,
    FINAL,
    MONEY,
    NEW_EFFECTS,
    OCCASIONAL,
    PAID_PERIODS,
)

# The rules over the whole of both ledgers are checked every so many steps.
STEPS_PER_CHECK = 10


class InvariantBroken(AssertionError):
    """An invariant does not hold."""


class Oracle:
    """Reads both databases and every request on its way to Toss."""

    def __init__(self, folder: Path) -> None:
        # In autocommit, so that each query sees everything committed by then.
        self._db = sqlite3.connect(
            f"file:{folder / 'shop.db'}?mode=ro", uri=True, isolation_level=None
        )
        self._db.execute(f"ATTACH 'file:{folder / 'sandbox.db'}?mode=ro' AS toss")
        self._db.execute(MONEY)
        self._steps = self._seen = 0
        self._charged: defaultdict[str, set[str]] = defaultdict(set)
        self._sent: dict[tuple[str, str], tuple[str, ...]] = {}

    def close(self) -> None:
        self._db.close()

    @property
    def charges(self) -> int:
        """The number of charges at Toss."""
        [times] = self._db.execute("SELECT sum(times) FROM money").fetchone()
        return times or 0

    def watch(self, request: httpx.Request) -> None:
        """Check that a retry repeats key, URL and body of the first request (contract §6)."""
        key = request.headers.get("idempotency-key")
        if request.method != "POST":
            return
        if key is None:
            raise InvariantBroken(f"a POST without Idempotency-Key to {request.url.path}")
        sent = (key, str(request.url), request.content.decode())
        order_id = json.loads(request.content).get("orderId", key)
        for name in (("order", order_id), ("key", key)):
            if self._sent.setdefault(name, sent) != sent:
                raise InvariantBroken(f"{name[0]} {name[1]} is used for two different requests")

    def check_step(self, now: datetime) -> None:
        """Read Toss's new ledger rows: at most one payment of a period holds money."""
        self._steps += 1
        self._read_effects()
        if self._steps % STEPS_PER_CHECK == 0:
            self._check(ALWAYS, now)

    def _read_effects(self) -> None:
        for effect in self._db.execute(NEW_EFFECTS, (self._seen,)).fetchall():
            self._seen, order_id, amount, is_paid, is_theirs = effect
            left = amount if is_paid else -amount
            values = (order_id, amount * is_paid, left, amount * is_theirs, is_paid)
            [left] = self._db.execute(ADD_EFFECT, values).fetchone()
            self._one_payment_at_most(order_id, left)

    def _one_payment_at_most(self, order_id: str, left_krw: int) -> None:
        period = "-".join(order_id.split("-")[:2])
        charged = self._charged[period]
        (charged.add if left_krw > 0 else charged.discard)(order_id)
        if len(charged) > 1:
            raise InvariantBroken(f"{period} was charged twice: {sorted(charged)}")

    def check_all(self, now: datetime) -> None:
        """Check everything, including the slow rules."""
        self._read_effects()
        self._check({**ALWAYS, **OCCASIONAL}, now)
        for subscription, *days, index, unit, count in self._db.execute(PAID_PERIODS):
            starts_on, ends_on, anchor_on = map(date.fromisoformat, days)
            if (starts_on, ends_on) != (
                date_after(anchor_on, unit, count * (index - 1)),
                date_after(anchor_on, unit, count * index),
            ) and index > 0:
                raise InvariantBroken(
                    f"{subscription}: {starts_on}-{ends_on} is not counted from its anchor"
                )

    def check_end(self, now: datetime) -> None:
        """Check the rules that hold once nothing is in flight any more."""
        self.check_all(now)
        self._check(FINAL, now)

    def _check(self, rules: Mapping[str, str], now: datetime) -> None:
        at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        for name, query in rules.items():
            found = self._db.execute(query, {"now": at}).fetchall()
            if found:
                raise InvariantBroken(f"{name}: {found[:3]}")


@cache  # called again and again with the same days
def date_after(anchor: date, unit: str, count: int) -> date:
    """Return the day some weeks, months or years after the anchor, on its day of the month."""
    if unit == "week":
        return anchor + timedelta(weeks=count)
    months = anchor.month - 1 + count * (12 if unit == "year" else 1)
    year, month = anchor.year + months // 12, months % 12 + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))
