"""Planted bugs of charges: keys, order ids, leases and unresolved outcomes."""

from __future__ import annotations

import uuid
from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from tossbill_ui.core.lease import Lease
from tossbill_ui.payments import charge, outcome, record, repository
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import Declined, Unresolved
from tossbill_ui.subscriptions.lifecycle import invoicing
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import OutcomeUnknown, TossError


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


def retry_after_decline_keeps_its_order_id(patch: pytest.MonkeyPatch) -> None:
    """Give the next attempt the number of the last one."""
    real = repository.payment_counts

    async def wrong(*args: Any) -> Any:
        return Counter({key: max(0, number - 1) for key, number in (await real(*args)).items()})

    patch.setattr(repository, "payment_counts", wrong)


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
