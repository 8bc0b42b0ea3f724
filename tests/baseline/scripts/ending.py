"""Stories of cancellations, refunds, unresolved payments and removed cards."""

from __future__ import annotations

import json
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from tests.baseline.stage import RENEWAL, Stage
from tests.support.actors import KIM
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.payments.models import Difference, Payment
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import cancel, change_method, refund, review

ELEVEN_DAYS = timedelta(days=11)
LOST_RESPONSE = {"endpoint": "charge", "kind": "error_500_after", "count": 1}


async def cancel_at_period_end(stage: Stage) -> None:
    session, of, _ = await _subscribed(stage)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), of)
    await stage.live_until(RENEWAL)


async def cancel_undone(stage: Stage) -> None:
    session, of, _ = await _subscribed(stage)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), of)
    await cancel.undo(stage.rt, actor_of(session), of)
    await stage.live_until(RENEWAL)


async def cancel_now(stage: Stage) -> None:
    session, of, _ = await _subscribed(stage)
    stage.wait(ELEVEN_DAYS)  # the refund is no whole number of won, so it is rounded
    shown = await cancel.preview(stage.rt, actor_of(session), of)
    await cancel.cancel_now(stage.rt, actor_of(session), of, expected_refund_krw=shown.refund_krw)
    await stage.run()


async def refund_in_parts(stage: Stage) -> None:
    await _subscribed(stage)
    [payment] = await stage.rows(Payment)
    for amount_krw in (1000, 2500, None):
        await refund.refund_payment(
            stage.rt, KIM, payment.id, amount_krw=amount_krw, reason="asked"
        )
        await stage.run()


async def refund_refused_then_approved(stage: Stage) -> None:
    await _subscribed(stage)
    [payment] = await stage.rows(Payment)
    await stage.faults({"endpoint": "cancel", "kind": "refuse", "code": "NOT_CANCELABLE_PAYMENT"})
    await refund.refund_payment(stage.rt, KIM, payment.id, amount_krw=None, reason="asked")
    await stage.run()
    await stage.faults()
    await _approve_all(stage)
    await stage.run()


async def doubt_settled_by_looking(stage: Stage) -> None:
    await _unresolved_renewal(stage)
    stage.wait(timedelta(minutes=1))
    await stage.run()


async def doubt_settled_by_webhook(stage: Stage) -> None:
    await _unresolved_renewal(stage)
    [payment] = [row for row in await stage.rows(Payment) if row.status == "unknown"]
    about = {"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": payment.order_id}}
    await stage.deliver_webhook(json.dumps(about).encode())


async def doubt_canceled_meanwhile(stage: Stage) -> None:
    session, of = await _unresolved_renewal(stage)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), of)
    stage.wait(timedelta(minutes=1))
    await stage.run()
    await stage.run()


async def doubt_decided_by_operator(stage: Stage) -> None:
    await _subscribed(stage)
    await stage.faults({"endpoint": "charge", "kind": "refuse", "code": "USER_ACCOUNT_ON_HOLD"})
    await stage.live_until(RENEWAL + timedelta(days=16))
    await stage.faults()
    await _approve_all(stage)
    await stage.live_until(RENEWAL + timedelta(days=18))


async def difference_found_then_closed(stage: Stage) -> None:
    await _subscribed(stage)
    await stage.live_until(RENEWAL)
    stage.wait(timedelta(hours=2))
    lower_amount = sa.update(Payment).where(col(Payment.period_number) == 2).values(amount_krw=9000)
    async with stage.rt.db.write() as db:
        await db.exec(lower_amount)
    await stage.go_to(RENEWAL + timedelta(days=1))
    await reconcile(stage.rt)
    assert await stage.rows(Difference)
    await _approve_all(stage)


async def card_deleted_at_toss(stage: Stage) -> None:
    session, of, card = await _subscribed(stage)
    await stage.rt.toss.delete_billing_key(billing_key=await stage.billing_key(card))
    await stage.deliver_webhooks()
    await stage.live_until(RENEWAL + timedelta(days=1))
    other = await stage.card(session)
    await change_method.change_method(stage.rt, actor_of(session), of, payment_method_id=other)
    await stage.view(session, of)


async def card_removed(stage: Stage) -> None:
    session, _, _ = await _subscribed(stage)
    spare = await stage.card(session)
    await change_method.remove_method(stage.rt, actor_of(session), spare)
    await stage.rt.tasks.drain(seconds=120)
    await stage.deliver_webhooks()


async def card_expires(stage: Stage) -> None:
    _, _, card = await _subscribed(stage)
    await set_expiry(stage.rt, KIM, card, month=date(2027, 12, 1))
    await stage.live_until(date(2028, 1, 1))


async def _subscribed(stage: Stage) -> tuple[Session, str, str]:
    session = stage.customer()
    seen = await stage.subscribe(session)
    return session, seen.subscription.id, seen.method.id


async def _unresolved_renewal(stage: Stage) -> tuple[Session, str]:
    """Let Toss charge a renewal, and lose its response."""
    session, of, _ = await _subscribed(stage)
    await stage.go_to(RENEWAL)
    await stage.faults(LOST_RESPONSE)
    await stage.run()
    return session, of


async def _approve_all(stage: Stage) -> None:
    found = await review.open_reviews(stage.rt)
    for row in (*found.subscriptions, *found.payments, *found.refunds, *found.differences):
        await review.approve(stage.rt, KIM, row.id)


SCRIPTS = (
    cancel_at_period_end,
    cancel_undone,
    cancel_now,
    refund_in_parts,
    refund_refused_then_approved,
    doubt_settled_by_looking,
    doubt_settled_by_webhook,
    doubt_canceled_meanwhile,
    doubt_decided_by_operator,
    difference_found_then_closed,
    card_deleted_at_toss,
    card_removed,
    card_expires,
)
