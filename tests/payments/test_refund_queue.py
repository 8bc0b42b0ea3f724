"""Refunds of a payment are sent one after another; requesting one never waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments.models import Payment, Refund
from tossbill_ui.payments.recheck import recheck
from tossbill_ui.subscriptions.actions import cancel, refund, review

LOST = {"endpoint": "cancel", "kind": "reset_before", "count": 1}


async def paid(shop: Shop, session: Session) -> Payment:
    seen = await shop.subscribe(session)
    return await shop.only_row(Payment, seen.subscription.id)


async def request(shop: Shop, payment: Payment, amount: int | None) -> Refund:
    return await refund.refund_payment(
        shop.rt, KIM, payment.id, amount_krw=amount, reason="고객 요청"
    )


async def cancel_now(shop: Shop, session: Session, payment: Payment) -> int:
    who, of = actor_of(session), payment.subscription_id
    shown = await cancel.preview(shop.rt, who, of)
    await cancel.cancel_now(shop.rt, who, of, expected_refund_krw=shown.refund_krw)
    return shown.refund_krw


async def states(shop: Shop) -> list[tuple[str, int, int | None]]:
    rows = sorted(await shop.rows(Refund), key=lambda row: row.number)
    return [(row.status, row.amount_krw, row.balance_krw) for row in rows]


async def test_subscription_ends_while_an_earlier_refund_is_unresolved(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults(LOST)
    await request(shop, payment, 900)
    await shop.run()

    promised = await cancel_now(shop, session, payment)
    await shop.run()

    seen = await shop.view(session, payment.subscription_id)
    assert (seen.subscription.status, promised) == ("ended", 9000)
    assert await states(shop) == [("unknown", 900, 9900), ("pending", 9000, None)]
    assert (await shop.money())[1:] == []


async def test_waiting_refund_follows_when_the_earlier_one_is_settled(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults(LOST)
    await request(shop, payment, 900)
    await shop.run()
    await cancel_now(shop, session, payment)

    shop.wait(timedelta(minutes=2))
    await shop.run()

    assert await states(shop) == [("done", 900, 9900), ("done", 9000, 9000)]
    assert (await shop.money())[1:] == [("canceled", 900), ("canceled", 9000)]
    await shop.assert_ledgers_agree()


async def test_waiting_refund_follows_a_refused_one_with_the_whole_balance(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    code = "NOT_CANCELABLE_PAYMENT"
    await shop.faults({"endpoint": "cancel", "kind": "refuse", "code": code, "count": 1})
    await request(shop, payment, 900)
    await cancel_now(shop, session, payment)

    await shop.run()

    assert await states(shop) == [("refused", 900, 9900), ("done", 9000, 9900)]
    [waits] = (await review.open_reviews(shop.rt)).refunds
    assert waits.amount_krw == 900
    await review.approve(shop.rt, KIM, waits.id)
    await shop.run()
    assert (await review.open_reviews(shop.rt)).count == 0
    assert (await shop.only_row(Payment, payment.subscription_id)).refunded_krw == 9900
    await shop.assert_ledgers_agree()


async def test_three_refunds_are_sent_in_their_order(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    for amount in (900, 3000, None):
        await request(shop, payment, amount)

    await shop.run()

    assert await states(shop) == [
        ("done", 900, 9900),
        ("done", 3000, 9000),
        ("done", 6000, 6000),
    ]
    await shop.assert_ledgers_agree()


async def test_waiting_refunds_never_exceed_the_payment(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await request(shop, payment, 5000)

    with pytest.raises(Conflict) as caught:
        await request(shop, payment, 5000)

    assert caught.value.code == "too_much"


async def test_webhook_does_not_send_a_waiting_refund_early(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.faults(
        {"endpoint": "cancel", "kind": "reset_before"},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await request(shop, payment, 900)
    await request(shop, payment, 3000)
    await shop.run()

    await recheck(shop.rt, order_id=payment.order_id, payment_key="")

    assert await states(shop) == [("unknown", 900, 9900), ("pending", 3000, None)]


async def test_console_refund_lets_a_waiting_refund_wait_for_a_person(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults(LOST)
    await request(shop, payment, 900)
    await request(shop, payment, 3000)
    await shop.run()
    shop.wait(timedelta(minutes=1))
    await shop.refund_at_toss(payment, 500)
    shop.wait(timedelta(minutes=1))
    await shop.run()

    assert await states(shop) == [
        ("refused", 900, None),
        ("refused", 3000, None),
        ("done", 500, 9900),
    ]
    assert len((await review.open_reviews(shop.rt)).refunds) == 2
    await shop.assert_ledgers_agree()


async def test_database_refuses_two_sent_refunds_of_a_payment(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await request(shop, payment, 900)
    await request(shop, payment, 900)

    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            await db.exec(sa.update(Refund).values(balance_krw=9900))


async def test_approving_a_done_refund_requests_nothing(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    row = await request(shop, payment, 900)
    await shop.run()

    with pytest.raises(Exception, match="Nothing waits"):
        await review.approve(shop.rt, KIM, row.id)

    assert len(await shop.rows(Refund)) == 1
