"""Outcomes recorded after a payment has passed from one worker to another."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from tests.support.shop import Shop
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.outcome import Charged, Declined, Outcome
from tossbill_ui.payments.record import record

DECLINED = Declined("REJECT_CARD_PAYMENT")


async def claimed_twice(shop: Shop, session: Session) -> Payment:
    """Return an open payment whose lease expired and that a second worker has claimed."""
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_before", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await shop.begin(session, "basic", await shop.card(session))
    await shop.rt.tasks.drain(seconds=120)
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Payment).values(attempts=2, lease_until=None))
    [payment] = await shop.rows(Payment)
    return payment


async def record_by(shop: Shop, payment: Payment, attempt: int, found: Outcome) -> str:
    await record(shop.rt, payment, attempt, found)
    [row] = await shop.rows(Payment)
    return row.status


async def test_stale_decline_does_not_hide_a_later_charge(shop: Shop, session: Session) -> None:
    """The first worker was paused with its decline; the retry's charge is the true outcome."""
    payment = await claimed_twice(shop, session)
    charged = Charged("pk", None, "", balance_krw=payment.amount_krw)

    assert await record_by(shop, payment, 1, DECLINED) in ("pending", "unknown")
    assert await record_by(shop, payment, 2, charged) == "done"


async def test_charge_is_recorded_from_any_worker(shop: Shop, session: Session) -> None:
    payment = await claimed_twice(shop, session)
    charged = Charged("pk", None, "", balance_krw=payment.amount_krw)

    assert await record_by(shop, payment, 1, charged) == "done"
    assert await record_by(shop, payment, 2, DECLINED) == "done"


async def test_refused_key_at_the_lookup_settles_no_payment(shop: Shop, session: Session) -> None:
    """Toss charged and the response was lost; then the shop's key was replaced."""
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "refuse", "code": "UNAUTHORIZED_KEY"},
    )
    await shop.begin(session, "basic", await shop.card(session))
    await shop.rt.tasks.drain(seconds=120)
    shop.wait(timedelta(minutes=10))
    await shop.run()
    [payment] = await shop.rows(Payment)
    assert (payment.status, payment.attempts) == ("unknown", 2)

    await shop.faults()
    shop.wait(timedelta(hours=12))
    await shop.run()

    [payment] = await shop.rows(Payment)
    assert payment.status == "done"
    await shop.assert_ledgers_agree()
