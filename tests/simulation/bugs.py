"""Planted bugs, each of which the simulation must find."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from tests.simulation.wire import DUPLICATE_ORDERS, LONG_OUTAGES, NO_KEYS, ORDINARY, ROUGH, Rules
from tossbill_ui.core import calendar as our_calendar
from tossbill_ui.core.lease import Lease
from tossbill_ui.payments import charge, outcome, record, repository
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.payments.outcome import Declined, Unresolved
from tossbill_ui.subscriptions import periods
from tossbill_ui.subscriptions.engine import claiming
from tossbill_ui.subscriptions.lifecycle import billing_cycle, invoicing
from tossbill_ui.subscriptions.lifecycle import facts as lifecycle_facts
from tossbill_ui.subscriptions.lifecycle import outcome as lifecycle_outcome
from tossbill_ui.subscriptions.lifecycle.billing_cycle import Collect
from tossbill_ui.subscriptions.lifecycle.rules import RULES
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.terms import consent
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import OutcomeUnknown, TossError

ACTIVATE = billing_cycle.activate_period

Plant = Callable[[pytest.MonkeyPatch], None]


def fresh_order_for_every_request(patch: pytest.MonkeyPatch) -> None:
    """Use a random order id and key for each attempt, as published examples do."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        order_id = f"{values['order_id']}-{uuid.uuid4().hex[:6]}"
        values |= {"order_id": order_id, "idempotency_key": order_id}
        paid = await real(self, **values)
        return paid.model_copy(update={"order_id": order_id})

    patch.setattr(TossClient, "charge", wrong)


def fresh_key_for_every_request(patch: pytest.MonkeyPatch) -> None:
    """Keep the order id, and use a random Idempotency-Key."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        values["idempotency_key"] = uuid.uuid4().hex
        return await real(self, **values)

    patch.setattr(TossClient, "charge", wrong)


def retry_after_decline_keeps_its_key(patch: pytest.MonkeyPatch) -> None:
    """Give the next attempt a new order id, and the period's key."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        values["idempotency_key"] = values["order_id"].rpartition("-")[0]
        return await real(self, **values)

    patch.setattr(TossClient, "charge", wrong)


def retry_without_lookup(patch: pytest.MonkeyPatch) -> None:
    """Retry an unresolved charge at any time, without a lookup. For 15 days the key covers it."""

    async def wrong(rt: Any, claim: Any, hold: Any) -> Any:
        try:
            return await charge._charge(rt, claim)
        except OutcomeUnknown as unknown:
            return Unresolved(unknown.toss_code)
        except TossError as error:
            return outcome.of_error(error, attempt=claim.attempt)

    patch.setattr(charge, "charge_or_look_up", wrong)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """Let a worker continue after its lease has expired."""
    patch.setattr(Lease, "is_ours", lambda *_: True)


def lease_excludes_nobody(patch: pytest.MonkeyPatch) -> None:
    """Let workers claim every open payment, leased or not."""
    all_open = select(Payment).where(repository._IS_OPEN).limit(sa.bindparam("limit"))
    patch.setattr(repository, "_OPEN_DUE", all_open)


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


def card_changes_while_unresolved(patch: pytest.MonkeyPatch) -> None:
    """Retry an open payment on the card that the subscription has by then."""
    real = repository.load_charge_rows

    async def allow_always(*_: Any) -> None:
        pass

    async def wrong(db: Any, payment_ids: Any) -> Any:
        for payment_id in payment_ids:
            payment = await db.get_one(Payment, payment_id)
            subscription = await db.get_one(Subscription, payment.subscription_id)
            payment.payment_method_id = subscription.payment_method_id
        await db.flush()
        return await real(db, payment_ids)

    patch.setattr(invoicing, "refuse_while_open", allow_always)
    patch.setattr(repository, "load_charge_rows", wrong)


def lost_response_is_a_decline(patch: pytest.MonkeyPatch) -> None:
    """Treat a lost response as a decline."""

    async def wrong(*_: Any) -> Any:
        return Declined("REJECT_CARD_PAYMENT")

    patch.setattr(charge, "_look_up_unresolved", wrong)


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


def payments_of_dead_workers_are_never_claimed(patch: pytest.MonkeyPatch) -> None:
    """Claim only payments with a scheduled lookup, not those whose worker died."""
    scheduled = repository._OPEN_DUE.where(col(Payment.next_try_at).is_not(None))
    patch.setattr(repository, "_OPEN_DUE", scheduled)


def unresolved_payment_is_looked_up_once(patch: pytest.MonkeyPatch) -> None:
    """Schedule one lookup only."""
    real = record.next_look

    def wrong(rt: Any, row: Any) -> Any:
        return real(rt, row) if row.attempts < 2 else None

    patch.setattr(record, "next_look", wrong)


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


def retry_after_decline_keeps_its_order_id(patch: pytest.MonkeyPatch) -> None:
    """Give the next attempt the number of the last one."""
    real = repository.payment_counts

    async def wrong(*args: Any) -> Any:
        return Counter({key: max(0, number - 1) for key, number in (await real(*args)).items()})

    patch.setattr(repository, "payment_counts", wrong)


def not_found_is_a_decline(patch: pytest.MonkeyPatch) -> None:
    """Treat a lookup that finds nothing as a decline, though the request may still arrive."""
    real = charge.charge_or_look_up

    async def wrong(rt: Any, claim: Any, hold: Any) -> Any:
        if claim.attempt > 1:
            with suppress(TossError):
                order_id = claim.payment.order_id
                if await rt.toss.payment_by_order_id(order_id=order_id) is None:
                    return Declined("REJECT_CARD_PAYMENT")
        return await real(rt, claim, hold)

    patch.setattr(charge, "charge_or_look_up", wrong)


def silence_is_consent(patch: pytest.MonkeyPatch) -> None:
    """Treat a missing answer about the end of a trial as consent."""
    patch.setattr(consent, "_holds", lambda _: True)


@dataclass(frozen=True)
class Bug:
    """A bug, and a world in which nothing else masks it."""

    plant: Plant
    rules: Rules = ORDINARY
    first_seed: int = 0

    def __str__(self) -> str:
        """Return the bug's name, with its world if that is not the ordinary one."""
        name = self.plant.__name__
        return name if self.rules is ORDINARY else f"{name} ({self.rules.name})"


BUGS = (
    Bug(fresh_order_for_every_request),
    Bug(fresh_key_for_every_request),
    Bug(fresh_key_for_every_request, DUPLICATE_ORDERS),
    Bug(no_period_guard),
    Bug(no_fence, NO_KEYS),
    Bug(lease_excludes_nobody, NO_KEYS),
    Bug(period_activated_before_the_charge),
    Bug(claimed_subscription_stays_due),
    Bug(card_changes_while_unresolved),
    Bug(card_changes_while_unresolved, DUPLICATE_ORDERS),
    Bug(month_added_to_the_last_period),
    Bug(late_charge_moves_the_period),
    Bug(retry_after_decline_keeps_its_order_id),
    Bug(retry_after_decline_keeps_its_key),
    Bug(lost_response_is_a_decline),
    Bug(not_found_is_a_decline),
    # The power must fail during a charge, for longer than Toss keeps keys.
    Bug(retry_without_lookup, replace(LONG_OUTAGES, fates=ROUGH), first_seed=3),
    Bug(payments_after_cancellation_are_kept),
    Bug(payments_of_dead_workers_are_never_claimed),
    Bug(unresolved_payment_is_looked_up_once),
    Bug(silence_is_consent),
)
