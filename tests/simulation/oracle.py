"""Compares what the sandbox did with what our tables say, after every step."""

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
    ALWAYS,
    AT_THE_END,
    ENTER,
    MONEY,
    NEW_EFFECTS,
    NOW_AND_THEN,
    PAID_PERIODS,
)

# Every rule over the whole of both ledgers is asked after so many steps.
EACH = 10


class Broken(AssertionError):
    """An invariant does not hold."""


class Judge:
    """Reads both databases, and every request on its way."""

    def __init__(self, folder: Path) -> None:
        # In no transaction: each question is asked about what is committed by then.
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
        """How often Toss has charged anybody."""
        [times] = self._db.execute("SELECT sum(times) FROM money").fetchone()
        return times or 0

    def watch(self, request: httpx.Request) -> None:
        """See to it that what is repeated is the same: key, address and body (contract §6)."""
        key = request.headers.get("idempotency-key")
        if request.method != "POST":
            return
        if key is None:
            raise Broken(f"a POST without Idempotency-Key to {request.url.path}")
        asked = (key, str(request.url), request.content.decode())
        order_id = json.loads(request.content).get("orderId", key)
        for name in (("order", order_id), ("key", key)):
            if self._sent.setdefault(name, asked) != asked:
                raise Broken(f"{name[0]} {name[1]} stands for two different requests")

    def after_a_step(self, now: datetime) -> None:
        """Read what is new at Toss: at most one payment of a period has money in it."""
        self._steps += 1
        self._read_effects()
        if self._steps % EACH == 0:
            self._ask(ALWAYS, now)

    def _read_effects(self) -> None:
        for effect in self._db.execute(NEW_EFFECTS, (self._seen,)).fetchall():
            self._seen, order_id, amount, is_paid = effect
            values = (order_id, amount * is_paid, amount if is_paid else -amount, is_paid)
            [left] = self._db.execute(ENTER, values).fetchone()
            self._one_payment_at_most(order_id, left)

    def _one_payment_at_most(self, order_id: str, left_krw: int) -> None:
        period = "-".join(order_id.split("-")[:2])
        charged = self._charged[period]
        (charged.add if left_krw > 0 else charged.discard)(order_id)
        if len(charged) > 1:
            raise Broken(f"{period} was charged twice: {sorted(charged)}")

    def now_and_then(self, now: datetime) -> None:
        """Ask what takes longer."""
        self._read_effects()
        self._ask({**ALWAYS, **NOW_AND_THEN}, now)
        for subscription, *days, index, unit, count in self._db.execute(PAID_PERIODS):
            starts_on, ends_on, anchor_on = map(date.fromisoformat, days)
            if (starts_on, ends_on) != (
                later(anchor_on, unit, count * (index - 1)),
                later(anchor_on, unit, count * index),
            ) and index > 0:
                raise Broken(f"{subscription}: {starts_on}-{ends_on} is not from its anchor")

    def at_the_end(self, now: datetime) -> None:
        """Check what must hold when nothing is under way any more."""
        self.now_and_then(now)
        self._ask(AT_THE_END, now)

    def _ask(self, rules: Mapping[str, str], now: datetime) -> None:
        at = now.strftime("%Y-%m-%d %H:%M:%S.%f")
        for name, query in rules.items():
            found = self._db.execute(query, {"now": at}).fetchall()
            if found:
                raise Broken(f"{name}: {found[:3]}")


@cache  # the same days are asked for again and again
def later(anchor: date, unit: str, count: int) -> date:
    """Return the day some weeks, months or years after another, on its day of the month."""
    if unit == "week":
        return anchor + timedelta(weeks=count)
    months = anchor.month - 1 + count * (12 if unit == "year" else 1)
    year, month = anchor.year + months // 12, months % 12 + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))
