"""Bugs to plant: the simulation has to find each of them."""

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

from tests.simulation.wire import FORGETFUL, LONG_AWAY, ORDINARY, ROUGH, WITHOUT_ORDERS, Rules
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
    """As published examples do it: a random order id and key for each try."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        order_id = f"{values['order_id']}-{uuid.uuid4().hex[:6]}"
        values |= {"order_id": order_id, "idempotency_key": order_id}
        paid = await real(self, **values)
        return paid.model_copy(update={"order_id": order_id})

    patch.setattr(TossClient, "charge", wrong)


def fresh_key_for_every_request(patch: pytest.MonkeyPatch) -> None:
    """The order id stays, and the Idempotency-Key is random."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        values["idempotency_key"] = uuid.uuid4().hex
        return await real(self, **values)

    patch.setattr(TossClient, "charge", wrong)


def a_refusal_keeps_its_key(patch: pytest.MonkeyPatch) -> None:
    """The next try has an order id of its own, and the key of the period."""
    real = TossClient.charge

    async def wrong(self: TossClient, **values: Any) -> Any:
        values["idempotency_key"] = values["order_id"].rpartition("-")[0]
        return await real(self, **values)

    patch.setattr(TossClient, "charge", wrong)


def no_look_before_a_repeat(patch: pytest.MonkeyPatch) -> None:
    """What is in doubt is asked for again, at any time. Inside 15 days the key covers it."""

    async def wrong(rt: Any, claim: Any, hold: Any) -> Any:
        try:
            return await charge._charge(rt, claim)
        except OutcomeUnknown as doubt:
            return Unresolved(doubt.toss_code)
        except TossError as error:
            return outcome.of_error(error, attempt=claim.attempt)

    patch.setattr(charge, "ask", wrong)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """A worker whose lease is over goes on as if it were not."""
    patch.setattr(Lease, "is_ours", lambda *_: True)


def a_lease_keeps_nobody_out(patch: pytest.MonkeyPatch) -> None:
    """Every open payment is free to be taken up."""
    anybody = select(Payment).where(repository._IS_OPEN).limit(sa.bindparam("limit"))
    patch.setattr(repository, "_OPEN_DUE", anybody)


def no_period_guard(patch: pytest.MonkeyPatch) -> None:
    """An answer that comes twice is entered twice, each time into the next period."""

    def wrong(subscription: Any, invoice: Any, price: Any, facts: Any) -> Any:
        number = subscription.period_number + 1
        subscription.period_number = invoice.period_number - 1
        events = ACTIVATE(subscription, invoice, price, facts)
        subscription.period_number = number
        return events

    patch.setattr(record, "OPEN", tuple(PaymentStatus))
    patch.setattr(lifecycle_outcome, "activate_period", wrong)


def entered_before_it_is_charged(patch: pytest.MonkeyPatch) -> None:
    """The period is written down as paid, then Toss is asked."""
    real = invoicing.collect

    def wrong(rt: Any, db: Any, bill: Any, **more: Any) -> Any:
        found = real(rt, db, bill, **more)
        if isinstance(found, charge.PaymentClaim):
            ACTIVATE(bill.subscription, bill.invoice, bill.offer.price, bill.facts)
        return found

    def is_done(*_: Any) -> list[Any]:
        return []

    _collect(patch, wrong)
    patch.setattr(lifecycle_outcome, "activate_period", is_done)


def _collect(patch: pytest.MonkeyPatch, wrong: Callable[..., Any]) -> None:
    """Put something in the place of beginning to collect, for the engine and for customers."""
    patch.setattr(invoicing, "collect", wrong)
    patch.setattr(claiming, "collect", wrong)


def the_card_may_change_in_doubt(patch: pytest.MonkeyPatch) -> None:
    """An open payment is repeated on the card that the subscription has by then."""
    real = repository.load_asked

    async def never(*_: Any) -> None:
        pass

    async def wrong(db: Any, payment_ids: Any) -> Any:
        for payment_id in payment_ids:
            payment = await db.get_one(Payment, payment_id)
            subscription = await db.get_one(Subscription, payment.subscription_id)
            payment.payment_method_id = subscription.payment_method_id
        await db.flush()
        return await real(db, payment_ids)

    patch.setattr(invoicing, "refuse_while_open", never)
    patch.setattr(repository, "load_asked", wrong)


def unknown_is_refused(patch: pytest.MonkeyPatch) -> None:
    """A lost answer counts as a declined card."""

    async def wrong(*_: Any) -> Any:
        return Declined("REJECT_CARD_PAYMENT")

    patch.setattr(charge, "_look_up_unresolved", wrong)


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

    patch.setattr(lifecycle_facts, "next_period", next_period)


def period_begins_when_it_is_charged(patch: pytest.MonkeyPatch) -> None:
    """A late charge moves the period, and the days before it are lost."""
    real = periods.next_period

    def wrong(subscription: Any, interval: Any, **more: Any) -> Any:
        period = real(subscription, interval, **more)
        return replace(period, starts_on=period.starts_on + timedelta(days=1))

    patch.setattr(lifecycle_facts, "next_period", wrong)


def canceled_payments_are_kept(patch: pytest.MonkeyPatch) -> None:
    """What turns out to be paid is entered, whatever the customer did meanwhile."""
    patch.setattr(lifecycle_outcome, "is_wanted", lambda *_: True)
    rule = RULES["activate_period"]
    lenient = replace(rule, allowed=frozenset(SubscriptionStatus))
    patch.setitem(RULES, "activate_period", lenient)


def nobody_takes_over_from_the_dead(patch: pytest.MonkeyPatch) -> None:
    """Only payments with a next look are looked at, not those whose worker died."""
    dead = repository._OPEN_DUE.where(col(Payment.next_try_at).is_not(None))
    patch.setattr(repository, "_OPEN_DUE", dead)


def a_doubt_is_looked_at_once(patch: pytest.MonkeyPatch) -> None:
    """The second look is never planned."""
    real = record.next_look

    def wrong(rt: Any, row: Any) -> Any:
        return real(rt, row) if row.attempts < 2 else None

    patch.setattr(record, "next_look", wrong)


def a_claim_leaves_the_row_due(patch: pytest.MonkeyPatch) -> None:
    """The next worker finds the subscription due while its payment is open."""
    real = claiming.begin_renewal

    def wrong(subscription: Any, *rest: Any) -> Any:
        due_at = subscription.due_at
        decision = real(subscription, *rest)
        if isinstance(decision, Collect):
            subscription.due_at = due_at
        return decision

    patch.setattr(claiming, "begin_renewal", wrong)


def a_refusal_keeps_its_order_id(patch: pytest.MonkeyPatch) -> None:
    """The next try has the number of the last one."""
    real = repository.begun

    async def wrong(*args: Any) -> Any:
        return Counter({key: max(0, number - 1) for key, number in (await real(*args)).items()})

    patch.setattr(repository, "begun", wrong)


def not_found_is_not_charged(patch: pytest.MonkeyPatch) -> None:
    """A look-up that finds nothing counts as a refusal, though the request may still come."""
    real = charge.ask

    async def wrong(rt: Any, claim: Any, hold: Any) -> Any:
        if claim.attempt > 1:
            with suppress(TossError):
                order_id = claim.payment.order_id
                if await rt.toss.payment_by_order_id(order_id=order_id) is None:
                    return Declined("REJECT_CARD_PAYMENT")
        return await real(rt, claim, hold)

    patch.setattr(charge, "ask", wrong)


def silence_is_consent(patch: pytest.MonkeyPatch) -> None:
    """Whose trial ends was asked, and that is enough."""
    patch.setattr(consent, "_holds", lambda _: True)


@dataclass(frozen=True)
class Bug:
    """A mistake, and a world in which nothing else covers it."""

    plant: Plant
    rules: Rules = ORDINARY
    first_seed: int = 0

    def __str__(self) -> str:
        """Return what it is called, with its world if that is not the ordinary one."""
        name = self.plant.__name__
        return name if self.rules is ORDINARY else f"{name} ({self.rules.name})"


BUGS = (
    Bug(fresh_order_for_every_request),
    Bug(fresh_key_for_every_request),
    Bug(fresh_key_for_every_request, WITHOUT_ORDERS),
    Bug(no_period_guard),
    Bug(no_fence, FORGETFUL),
    Bug(a_lease_keeps_nobody_out, FORGETFUL),
    Bug(entered_before_it_is_charged),
    Bug(a_claim_leaves_the_row_due),
    Bug(the_card_may_change_in_doubt),
    Bug(the_card_may_change_in_doubt, WITHOUT_ORDERS),
    Bug(month_is_added_to_the_last_day),
    Bug(period_begins_when_it_is_charged),
    Bug(a_refusal_keeps_its_order_id),
    Bug(a_refusal_keeps_its_key),
    Bug(unknown_is_refused),
    Bug(not_found_is_not_charged),
    # The power must fail over a charge, for longer than Toss keeps keys.
    Bug(no_look_before_a_repeat, replace(LONG_AWAY, fates=ROUGH), first_seed=3),
    Bug(canceled_payments_are_kept),
    Bug(nobody_takes_over_from_the_dead),
    Bug(a_doubt_is_looked_at_once),
    Bug(silence_is_consent),
)
