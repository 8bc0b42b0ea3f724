"""Planted bugs of billing periods: when they begin, what they cover, and who agreed to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tossbill_ui.core import calendar as our_calendar
from tossbill_ui.payments import charge, record
from tossbill_ui.payments.models import Invoice, PaymentStatus
from tossbill_ui.subscriptions import periods
from tossbill_ui.subscriptions.engine import claiming
from tossbill_ui.subscriptions.lifecycle import access, billing_cycle, invoicing
from tossbill_ui.subscriptions.lifecycle import facts as lifecycle_facts
from tossbill_ui.subscriptions.lifecycle import outcome as lifecycle_outcome
from tossbill_ui.subscriptions.lifecycle.billing_cycle import Collect
from tossbill_ui.subscriptions.lifecycle.rules import RULES
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.terms import consent

ACTIVATE = billing_cycle.activate_period


def no_period_guard(patch: pytest.MonkeyPatch) -> None:
    """Activate a period for every response, so that a repeated one activates two."""

    def wrong(subscription: Any, invoice: Any, price: Any, facts: Any, **more: Any) -> Any:
        number = subscription.period_number + 1
        subscription.period_number = invoice.period_number - 1
        events = ACTIVATE(subscription, invoice, price, facts, **more)
        subscription.period_number = number
        return events

    patch.setattr(record, "OPEN", tuple(PaymentStatus))
    patch.setattr(lifecycle_outcome, "activate_period", wrong)


def period_activated_before_the_charge(patch: pytest.MonkeyPatch) -> None:
    """Activate the period before Toss is asked to charge it."""
    real = invoicing.collect

    def wrong(rt: Any, db: Any, bill: Any, **more: Any) -> Any:
        found = real(rt, db, bill, **more)
        if isinstance(found, charge.PaymentClaim):
            facts = bill.facts
            price = bill.offer.price
            ACTIVATE(bill.subscription, bill.invoice, price, facts, paid_on=facts.today)
        return found

    def already_active(*_: Any, **__: Any) -> list[Any]:
        return []

    _replace_collect(patch, wrong)
    patch.setattr(lifecycle_outcome, "activate_period", already_active)


def _replace_collect(patch: pytest.MonkeyPatch, wrong: Callable[..., Any]) -> None:
    """Replace `collect`, for the engine and for customers."""
    patch.setattr(invoicing, "collect", wrong)
    patch.setattr(claiming, "collect", wrong)


def month_added_to_the_last_period(patch: pytest.MonkeyPatch) -> None:
    """Count from the last period: 31 January, 28 February, 28 March."""
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

    patch.setattr(lifecycle_facts, "next_period", next_period)


def late_charge_moves_the_period(patch: pytest.MonkeyPatch) -> None:
    """Let a late charge move the period, which loses the days before it."""
    real = periods.next_period

    def wrong(subscription: Any, interval: Any, **more: Any) -> Any:
        period = real(subscription, interval, **more)
        return replace(period, starts_on=period.starts_on + timedelta(days=1))

    patch.setattr(lifecycle_facts, "next_period", wrong)


def payments_after_cancellation_are_kept(patch: pytest.MonkeyPatch) -> None:
    """Activate a period that turns out to be paid, even after a cancellation."""
    patch.setattr(lifecycle_outcome, "is_wanted", lambda *_: True)
    rule = RULES["activate_period"]
    without_rule = replace(rule, allowed=frozenset(SubscriptionStatus))
    patch.setitem(RULES, "activate_period", without_rule)


def claimed_subscription_stays_due(patch: pytest.MonkeyPatch) -> None:
    """Leave the subscription due while its payment is open."""
    real = claiming.begin_renewal

    def wrong(subscription: Any, *rest: Any) -> Any:
        due_at = subscription.due_at
        decision = real(subscription, *rest)
        if isinstance(decision, Collect):
            subscription.due_at = due_at
        return decision

    patch.setattr(claiming, "begin_renewal", wrong)


def silence_is_consent(patch: pytest.MonkeyPatch) -> None:
    """Treat a missing answer about the end of a trial as consent."""
    patch.setattr(consent, "_holds", lambda _: True)


def late_payment_buys_the_days_before_it(patch: pytest.MonkeyPatch) -> None:
    """Let a late payment buy the days for which it was asked, though nothing worked on them."""

    def wrong(_: Subscription, invoice: Invoice, *__: Any, **___: Any) -> periods.Period:
        return periods.Period(
            number=invoice.period_number,
            starts_on=invoice.starts_on,
            ends_on=invoice.ends_on,
            anchor_on=invoice.anchor_on,
            anchor_period=invoice.anchor_period,
        )

    patch.setattr(billing_cycle, "bought_period", wrong)


def grace_ends_unpublished(patch: pytest.MonkeyPatch) -> None:
    """Note that access has ended by the clock, and publish nothing."""
    real = access.settle

    def wrong(subscription: Any, now: Any, events: Any = ()) -> Any:
        found = real(subscription, now, events)
        return found if events else []

    patch.setattr(access, "settle", wrong)


def grace_ends_a_day_late(patch: pytest.MonkeyPatch) -> None:
    """Let a past-due subscription work on the day after its grace."""
    real = periods.access_ends_on

    def wrong(subscription: Any) -> Any:
        ends_on = real(subscription)
        is_owed = subscription.status == SubscriptionStatus.PAST_DUE
        return ends_on + timedelta(days=1) if ends_on and is_owed else ends_on

    for module in (periods, access):
        patch.setattr(module, "access_ends_on", wrong)
