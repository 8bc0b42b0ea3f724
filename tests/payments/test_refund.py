"""Money back: full, in part, the remainder; never more than was paid."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.payments.models import Difference, Payment, Refund
from tossbill_ui.subscriptions.actions import refund, review


async def paid(shop: Shop, session: Session) -> Payment:
    seen = await shop.subscribe(session)
    return await shop.one(Payment, seen.subscription.id)


async def give_back(shop: Shop, payment: Payment, amount: int | None) -> None:
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=amount, reason="고객 요청")
    await shop.run()


async def test_a_part_and_the_remainder_empty_a_payment(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)

    await give_back(shop, payment, 900)
    await give_back(shop, payment, 3000)
    await give_back(shop, payment, None)

    assert await shop.money() == [
        ("approved", 9900),
        ("canceled", 900),
        ("canceled", 3000),
        ("canceled", 6000),
    ]
    payment = await shop.one(Payment, payment.subscription_id)
    assert (payment.status, payment.refunded_krw) == ("done", 9900)
    rows = await shop.rows(Refund)
    assert {row.status for row in rows} == {"done"}
    assert all(row.transaction_key for row in rows)
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("amount", [0, -1, 9901])
async def test_more_than_was_paid_is_refused(shop: Shop, session: Session, amount: int) -> None:
    payment = await paid(shop, session)

    with pytest.raises(Conflict) as caught:
        await give_back(shop, payment, amount)

    assert caught.value.code == "too_much"
    assert await shop.rows(Refund) == []


async def test_two_refunds_never_promise_the_same_won(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=5000, reason="고객 요청")

    with pytest.raises(Conflict) as caught:
        await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=4000, reason="고객 요청")

    assert caught.value.code == "refund_under_way"
    await shop.run()
    with pytest.raises(Conflict):
        await give_back(shop, payment, 5000)
    assert (await shop.money())[1:] == [("canceled", 5000)]


async def test_the_database_itself_refuses_more_than_was_paid(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)

    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            await db.exec(
                sa.update(Payment).where(col(Payment.id) == payment.id).values(refunded_krw=9901)
            )


async def test_a_refused_refund_leaves_the_money_promised_to_nobody(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": "refuse", "code": "NOT_CANCELABLE_PAYMENT", "count": 1}
    )

    await give_back(shop, payment, 5000)

    [refused] = (await review.open_reviews(shop.rt)).refunds
    assert refused.failure_code == "NOT_CANCELABLE_PAYMENT"
    assert (await shop.one(Payment, payment.subscription_id)).refunded_krw == 0
    await review.approve(shop.rt, KIM, refused.id)
    await shop.run()
    assert (await review.open_reviews(shop.rt)).count == 0
    assert (await shop.money())[1:] == [("canceled", 5000)]
    await shop.assert_ledgers_agree()


async def test_money_given_back_in_tosss_console_is_noticed_and_not_given_twice(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.rt.toss.cancel_payment(
        payment_key=payment.payment_key or "",
        amount_krw=9000,
        tax_free_krw=0,
        refundable_krw=9900,
        reason="콘솔",
        idempotency_key="elsewhere",
    )

    await give_back(shop, payment, 5000)

    [difference] = await shop.rows(Difference)
    assert (difference.kind, difference.subject) == ("balance", payment.order_id)
    assert (await shop.rows(Refund))[0].status == "refused"
    assert (await shop.money())[1:] == [("canceled", 9000)]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_after_two_weeks_the_balance_decides(shop: Shop, session: Session, kind: str) -> None:
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": kind, "count": 1},
        {"endpoint": "cancel", "kind": "reset_before"},
        {"endpoint": "lookup", "kind": "reset_before"},
    )
    await give_back(shop, payment, 5000)
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


async def test_a_payment_is_known_by_its_order_id_too(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)

    row = await refund.refund_payment(
        shop.rt, KIM, payment.order_id, amount_krw=900, reason="고객 요청"
    )

    assert (row.payment_id, row.amount_krw) == (payment.id, 900)


@pytest.mark.parametrize("name", ["../x", "0" * 32, "", "a" * 500, "x' OR '1'='1"])
async def test_a_payment_that_is_none_is_not_found(shop: Shop, name: str) -> None:
    with pytest.raises(NotFound):
        await refund.refund_payment(shop.rt, KIM, name, amount_krw=None, reason="고객 요청")


async def test_a_refused_key_at_the_look_up_settles_no_refund(shop: Shop, session: Session) -> None:
    """Toss gave the money back and the answer was lost; then the shop's key was replaced."""
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "refuse", "code": "UNAUTHORIZED_KEY"},
    )
    await give_back(shop, payment, 5000)
    shop.wait(timedelta(minutes=10))
    await shop.run()
    assert (await shop.rows(Refund))[0].status == "unknown"

    await shop.faults()
    shop.wait(timedelta(hours=12))
    await shop.run()

    assert (await shop.rows(Refund))[0].status == "done"
    await shop.assert_ledgers_agree()
