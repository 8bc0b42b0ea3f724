"""Bugs to plant: the simulation has to find each of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tossbill_ui.core import calendar as our_calendar
from tossbill_ui.payments import charge, record, repository
from tossbill_ui.payments.outcome import Declined
from tossbill_ui.subscriptions import billing, follow, periods, renewal
from tossbill_ui.toss.client import TossClient

Bug = Callable[[pytest.MonkeyPatch], None]


def fresh_order_for_every_request(patch: pytest.MonkeyPatch) -> None:
    """As published examples do it: a random order id and key for each try."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        order_id = f"{values['order_id']}-{uuid.uuid4().hex[:6]}"
        values |= {"order_id": order_id, "idempotency_key": order_id}
        paid = await real(self, **values)
        return paid.model_copy(update={"order_id": order_id})

    patch.setattr(TossClient, "charge", wrong)


def unknown_is_refused(patch: pytest.MonkeyPatch) -> None:
    """A lost answer counts as a declined card."""

    async def wrong(*_: Any) -> Any:
        return Declined("REJECT_CARD_PAYMENT")

    patch.setattr(charge, "_doubt", wrong)


def month_is_added_to_the_last_day(patch: pytest.MonkeyPatch) -> None:
    """31 January, 28 February, 28 March."""
    real = our_calendar.Interval.after

    def next_period(subscription: Any, interval: Any, **_: Any) -> Any:
        number = subscription.period_number + 1
        return periods.Period(
            number=number,
            starts_on=subscription.ends_on,
            ends_on=real(interval, subscription.ends_on, 1),
            anchor_on=subscription.anchor_on,
            anchor_period=subscription.anchor_period,
        )

    patch.setattr(periods, "next_period", next_period)


def period_begins_when_it_is_charged(patch: pytest.MonkeyPatch) -> None:
    """A late charge moves the period, and the days before it are lost."""
    real = renewal.periods.next_period

    def wrong(subscription: Any, interval: Any, **more: Any) -> Any:
        period = real(subscription, interval, **more)
        return replace(period, starts_on=period.starts_on + timedelta(days=1))

    patch.setattr(periods, "next_period", wrong)


def canceled_payments_are_kept(patch: pytest.MonkeyPatch) -> None:
    """What turns out to be paid is entered, whatever the customer did meanwhile."""
    patch.setattr(follow, "_is_wanted", lambda *_: True)


def nobody_takes_over_from_the_dead(patch: pytest.MonkeyPatch) -> None:
    """Only payments with a next look are looked at, not those whose worker died."""
    real = repository.due

    def wrong(table: Any, now: Any) -> Any:
        return real(table, now) & (table.next_try_at.is_not(None))

    patch.setattr(repository, "due", wrong)


def a_doubt_is_looked_at_once(patch: pytest.MonkeyPatch) -> None:
    """The second look is never planned."""
    real = record.next_look

    def wrong(rt: Any, row: Any) -> Any:
        return real(rt, row) if row.attempts < 2 else None

    patch.setattr(record, "next_look", wrong)


def a_claim_leaves_the_row_due(patch: pytest.MonkeyPatch) -> None:
    """The next worker finds the subscription due while its payment is open."""
    real = billing.collect_or_enter

    async def wrong(rt: Any, db: Any, subscription: Any, invoice: Any) -> Any:
        due_at = subscription.due_at
        claim = await real(rt, db, subscription, invoice)
        subscription.due_at = due_at if claim else subscription.due_at
        return claim

    patch.setattr(billing, "collect_or_enter", wrong)


def a_refusal_keeps_its_order_id(patch: pytest.MonkeyPatch) -> None:
    """The next try has the number of the last one."""
    real = repository.last_number

    async def wrong(*args: Any) -> int:
        return max(0, await real(*args) - 1)

    patch.setattr(repository, "last_number", wrong)


def not_found_is_not_charged(patch: pytest.MonkeyPatch) -> None:
    """A look-up that finds nothing counts as a refusal, though the request may still come."""
    real = charge._ask

    async def wrong(rt: Any, claim: Any, work: Any, hold: Any) -> Any:
        if claim.attempt > 1:
            found = await rt.toss.payment_by_order_id(order_id=work.payment.order_id)
            if found is None:
                return Declined("REJECT_CARD_PAYMENT")
        return await real(rt, claim, work, hold)

    patch.setattr(charge, "_ask", wrong)


BUGS: dict[str, Bug] = {
    bug.__name__: bug
    for bug in (
        fresh_order_for_every_request,
        unknown_is_refused,
        month_is_added_to_the_last_day,
        period_begins_when_it_is_charged,
        canceled_payments_are_kept,
        nobody_takes_over_from_the_dead,
        a_doubt_is_looked_at_once,
        a_claim_leaves_the_row_due,
        a_refusal_keeps_its_order_id,
        not_found_is_not_charged,
    )
}
