"""Compares what the sandbox did with what our tables say, after every step."""

from __future__ import annotations

import calendar
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx

from tests.simulation.invariants import ALWAYS, AT_THE_END, MONEY, NOW_AND_THEN, PAID_PERIODS

# Every rule over the whole of both ledgers is asked after so many steps.
EACH = 10


class Broken(AssertionError):
    """An invariant does not hold."""


class Judge:
    """Reads both databases, and every request on its way."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(f"file:{folder / 'shop.db'}?mode=ro", uri=True)
        self._db.execute(f"ATTACH 'file:{folder / 'sandbox.db'}?mode=ro' AS toss")
        self._db.execute(MONEY)
        self._steps = self._seen = 0
        self._left: defaultdict[str, int] = defaultdict(int)
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
        query = (
            "SELECT id, effect, order_id, amount_krw FROM toss.ledger"
            " WHERE id > ? AND amount_krw IS NOT NULL ORDER BY id"
        )
        for number, effect, order_id, amount in self._db.execute(query, (self._seen,)).fetchall():
            self._seen = number
            self._left[order_id] += amount if effect == "payment_approved" else -amount
            self._one_payment_at_most(order_id)
        if self._steps % EACH == 0:
            self._ask(ALWAYS, now)

    def _one_payment_at_most(self, order_id: str) -> None:
        period = "-".join(order_id.split("-")[:2])
        charged = self._charged[period]
        (charged.add if self._left[order_id] > 0 else charged.discard)(order_id)
        if len(charged) > 1:
            raise Broken(f"{period} was charged twice: {sorted(charged)}")

    def now_and_then(self, now: datetime) -> None:
        """Ask what takes longer."""
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


def later(anchor: date, unit: str, count: int) -> date:
    """Return the day some weeks, months or years after another, on its day of the month."""
    if unit == "week":
        return anchor + timedelta(weeks=count)
    months = anchor.month - 1 + count * (12 if unit == "year" else 1)
    year, month = anchor.year + months // 12, months % 12 + 1
    return date(year, month, min(anchor.day, calendar.monthrange(year, month)[1]))
