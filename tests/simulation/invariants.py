"""What must be true after every step, whatever happened before it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from sqlmodel import select

from tests.simulation.world import World
from tossbill_ui.payments.models import (
    OPEN,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
)
from tossbill_ui.subscriptions.models import (
    Attention,
    Price,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
)


class Broken(AssertionError):
    """An invariant does not hold."""


class Judge:
    """Reads the sandbox's own ledger and ours, and compares."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self._toss = sqlite3.connect(f"file:{folder / 'sandbox.db'}?mode=ro", uri=True)
        self._seen = 0
        self._orders: dict[str, int] = {}
        self._charged: defaultdict[str, set[str]] = defaultdict(set)

    def close(self) -> None:
        self._toss.close()

    def after_a_step(self) -> None:
        """Read what is new at Toss: at most one payment of a period has money in it."""
        rows = self._toss.execute(
            "SELECT id, effect, order_id, amount_krw FROM ledger"
            " WHERE id > ? AND amount_krw IS NOT NULL ORDER BY id",
            (self._seen,),
        ).fetchall()
        for number, effect, order_id, amount in rows:
            self._seen = number
            sign = 1 if effect == "payment_approved" else -1
            left = self._orders[order_id] = self._orders.get(order_id, 0) + sign * amount
            period = order_id.rsplit("-", 1)[0]
            if left > 0:
                self._charged[period].add(order_id)
            else:
                self._charged[period].discard(order_id)
            if len(self._charged[period]) > 1:
                raise Broken(f"{period} was charged twice: {sorted(self._charged[period])}")

    async def now_and_then(self) -> None:
        """Check everything that must hold while work is going on."""
        async with self.world.rt.db.read() as db:
            self.subscriptions = {row.id: row for row in await db.exec(select(Subscription))}
            self.invoices = list(await db.exec(select(Invoice)))
            self.payments = list(await db.exec(select(Payment)))
            self.refunds = list(await db.exec(select(Refund)))
            self.prices = {row.id: row for row in await db.exec(select(Price))}
            self.events = list(await db.exec(select(SubscriptionEvent)))
        self._no_money_unaccounted()
        self._periods_follow_each_other()
        self._nothing_is_forgotten()

    async def at_the_end(self) -> None:
        """Check what must hold when nothing is under way any more."""
        await self.now_and_then()
        self._ledgers_agree()
        self._nothing_after_a_cancel()
        for payment in self.payments:
            if payment.status in OPEN:
                raise Broken(f"payment {payment.order_id} is still {payment.status}")
        for row in self.subscriptions.values():
            if row.due_at is not None and row.due_at <= self.world.clock.now():
                raise Broken(f"subscription {row.id} is still due")

    def _no_money_unaccounted(self) -> None:
        """Every payment with money at Toss has a row here that is done or still open."""
        ours = {row.order_id: row for row in self.payments}
        for order_id in self._orders:
            row = ours.get(order_id)
            if row is None or row.status == PaymentStatus.REFUSED:
                raise Broken(f"{order_id} has money at Toss and is {row and row.status} here")
        for row in self.payments:
            if row.status == PaymentStatus.DONE and row.order_id not in self._orders:
                raise Broken(f"{row.order_id} is done here and unknown at Toss")

    def _ledgers_agree(self) -> None:
        back: defaultdict[str, int] = defaultdict(int)
        for refund in self.refunds:
            if refund.status == PaymentStatus.DONE:
                back[refund.payment_id] += refund.amount_krw
        ours = {
            row.order_id: row.amount_krw - back[row.id]
            for row in self.payments
            if row.status == PaymentStatus.DONE
        }
        if ours != self._orders:
            wrong = set(ours.items()) ^ set(self._orders.items())
            raise Broken(f"the ledgers differ: {sorted(wrong)}")

    def _periods_follow_each_other(self) -> None:
        paid: defaultdict[str, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices:
            if invoice.status == InvoiceStatus.PAID:
                paid[invoice.subscription_id].append(invoice)
        for rows in paid.values():
            rows.sort(key=lambda row: row.period_number)
            for before, after in pairwise(rows):
                self._follows(before, after)
            for invoice in rows:
                self._is_counted_from_its_anchor(invoice)

    def _follows(self, before: Invoice, after: Invoice) -> None:
        if after.kind == InvoiceKind.RENEWAL and after.starts_on != before.ends_on:
            raise Broken(f"{after.subscription_id}: a gap before {after.starts_on}")
        if after.kind == InvoiceKind.CHANGE and after.starts_on > before.ends_on:
            raise Broken(f"{after.subscription_id}: a gap before {after.starts_on}")

    def _is_counted_from_its_anchor(self, invoice: Invoice) -> None:
        interval = self.prices[invoice.price_id].interval
        index = invoice.period_number - invoice.anchor_period + 1
        if invoice.ends_on != interval.after(invoice.anchor_on, index):
            raise Broken(f"{invoice.subscription_id}: {invoice.ends_on} is not from the anchor")

    def _nothing_is_forgotten(self) -> None:
        working = {row.subscription_id for row in self.payments if row.status in OPEN}
        for row in self.subscriptions.values():
            waits = row.due_at or row.attention or row.id in working
            quiet = (SubscriptionStatus.ENDED, SubscriptionStatus.PAUSED)
            if row.status not in quiet and not waits:
                raise Broken(f"subscription {row.id} ({row.status}) waits for nothing")
            if row.attention == Attention.FAULT:
                raise Broken(f"our code failed on subscription {row.id}")
            over = (SubscriptionStatus.CANCELED, SubscriptionStatus.ENDED)
            if row.canceled_at and row.status not in over:
                raise Broken(f"subscription {row.id} was canceled and is {row.status}")
            self._renews_in_time(row)
        long_ago = self.world.clock.now() - timedelta(days=2)
        for payment in self.payments:
            lease = payment.lease_until
            if payment.status in OPEN and lease and lease < long_ago:
                raise Broken(f"nobody took over payment {payment.order_id}")
            if payment.status in OPEN and not (payment.next_try_at or payment.lease_until):
                self._waits_for_a_person(payment)

    def _renews_in_time(self, row: Subscription) -> None:
        """An active one whose period is long over, with no payment open, was forgotten."""
        late = self.world.clock.now() - timedelta(days=40)
        is_active = row.status == SubscriptionStatus.ACTIVE and not row.attention
        if is_active and row.due_at and row.due_at < late:
            raise Broken(f"subscription {row.id} was due at {row.due_at}")

    def _waits_for_a_person(self, payment: Payment) -> None:
        age = self.world.clock.now() - payment.first_sent_at
        if age < timedelta(days=14):
            raise Broken(f"payment {payment.order_id} is {payment.status} and nobody looks")

    def _nothing_after_a_cancel(self) -> None:
        """What was approved after a subscription ended has gone back, or waits for a person."""
        back: defaultdict[str, int] = defaultdict(int)
        for refund in self.refunds:
            if refund.status in (PaymentStatus.DONE, PaymentStatus.REFUSED, *OPEN):
                back[refund.payment_id] += refund.amount_krw
        for payment in self.payments:
            subscription = self.subscriptions[payment.subscription_id]
            ended_at = subscription.ended_at
            if payment.status == PaymentStatus.DONE and ended_at and payment.ended_at:
                is_late = payment.ended_at > ended_at
                if is_late and back[payment.id] < payment.amount_krw:
                    raise Broken(f"{payment.order_id} was charged after the end and kept")
