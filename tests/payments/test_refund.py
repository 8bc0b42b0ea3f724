"""Refunds in full, in part and of the remainder never exceed the payment."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Payment, Refund
from tossbill_ui.subscriptions.actions import refund, review


async def paid(shop: Shop, session: Session) -> Payment:
    seen = await shop.subscribe(session)
    return await shop.only_row(Payment, seen.subscription.id)


async def refund_and_run(shop: Shop, payment: Payment, amount: int | None) -> None:
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=amount, reason="고객 요청")
    await shop.run()


async def test_partial_refunds_and_the_remainder_refund_a_payment_in_full(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)

    await refund_and_run(shop, payment, 900)
    await refund_and_run(shop, payment, 3000)
    await refund_and_run(shop, payment, None)

    assert await shop.money() == [
        ("approved", 9900),
        ("canceled", 900),
        ("canceled", 3000),
        ("canceled", 6000),
    ]
    payment = await shop.only_row(Payment, payment.subscription_id)
    assert (payment.status, payment.refunded_krw) == ("done", 9900)
    rows = await shop.rows(Refund)
    assert {row.status for row in rows} == {"done"}
    assert all(row.transaction_key for row in rows)
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("amount", [0, -1, 9901])
async def test_refund_outside_the_paid_amount_is_refused(
    shop: Shop, session: Session, amount: int
) -> None:
    payment = await paid(shop, session)

    with pytest.raises(Conflict) as caught:
        await refund_and_run(shop, payment, amount)

    assert caught.value.code == "too_much"
    assert await shop.rows(Refund) == []


async def test_database_refuses_refunds_above_the_payment(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)

    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            await db.exec(
                sa.update(Payment).where(col(Payment.id) == payment.id).values(refunded_krw=9901)
            )


async def test_refused_refund_frees_its_amount(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": "refuse", "code": "NOT_CANCELABLE_PAYMENT", "count": 1}
    )

    await refund_and_run(shop, payment, 5000)

    [refused] = (await review.open_reviews(shop.rt)).refunds
    assert refused.failure_code == "NOT_CANCELABLE_PAYMENT"
    assert (await shop.only_row(Payment, payment.subscription_id)).refunded_krw == 0
    await review.approve(shop.rt, KIM, refused.id)
    await shop.run()
    assert (await review.open_reviews(shop.rt)).count == 0
    assert (await shop.money())[1:] == [("canceled", 5000)]
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_balance_decides_an_unresolved_refund_after_two_weeks(
    shop: Shop, session: Session, kind: str
) -> None:
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": kind, "count": 1},
        {"endpoint": "cancel", "kind": "reset_before"},
        {"endpoint": "lookup", "kind": "reset_before"},
    )
    await refund_and_run(shop, payment, 5000)
    for _ in range(15):
        shop.wait(timedelta(days=1))
        await shop.run()
    [stuck] = (await review.open_reviews(shop.rt)).refunds
    assert stuck.status == "unknown"

    await shop.faults()
    await review.approve(shop.rt, KIM, stuck.id)
    await shop.run()

    moved = [("canceled", 5000)] if kind == "reset_after" else []
    assert (await shop.money())[1:] == moved
    await shop.assert_ledgers_agree()


async def test_payment_is_found_by_its_order_id(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)

    row = await refund.refund_payment(
        shop.rt, KIM, payment.order_id, amount_krw=900, reason="고객 요청"
    )

    assert (row.payment_id, row.amount_krw) == (payment.id, 900)


@pytest.mark.parametrize("name", ["../x", "0" * 32, "", "a" * 500, "x' OR '1'='1"])
async def test_unknown_payment_is_not_found(shop: Shop, name: str) -> None:
    with pytest.raises(NotFound):
        await refund.refund_payment(shop.rt, KIM, name, amount_krw=None, reason="고객 요청")


async def test_refused_key_at_the_lookup_settles_no_refund(shop: Shop, session: Session) -> None:
    """Toss made the refund and the response was lost; then the shop's key was replaced."""
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "refuse", "code": "UNAUTHORIZED_KEY"},
    )
    await refund_and_run(shop, payment, 5000)
    shop.wait(timedelta(minutes=10))
    await shop.run()
    assert (await shop.rows(Refund))[0].status == "unknown"

    await shop.faults()
    shop.wait(timedelta(hours=12))
    await shop.run()

    assert (await shop.rows(Refund))[0].status == "done"
    await shop.assert_ledgers_agree()
