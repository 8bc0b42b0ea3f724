"""A refund made in Toss's console becomes a refund here, once, and later ones know of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tests.support.actors import KIM
from tests.support.shop import OUR_WEBHOOKS, Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Difference, Payment, Refund, Resolution
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import cancel, refund, review
from tossbill_ui.subscriptions.actions.resolve import resolve
from tossbill_ui.subscriptions.reading import view

MINUTE = timedelta(minutes=1)


async def paid(shop: Shop, session: Session) -> Payment:
    seen = await shop.subscribe(session)
    return await shop.only_row(Payment, seen.subscription.id)


async def request(shop: Shop, payment: Payment, amount: int | None) -> Refund:
    shop.wait(MINUTE)
    return await refund.refund_payment(
        shop.rt, KIM, payment.id, amount_krw=amount, reason="고객 요청"
    )


async def refunds(shop: Shop) -> list[tuple[str, str, int]]:
    rows = sorted(await shop.rows(Refund), key=lambda row: row.number)
    return [(row.origin, row.status, row.amount_krw) for row in rows]


async def refunded_krw(shop: Shop) -> int:
    [payment] = await shop.rows(Payment)
    return payment.refunded_krw


async def run_for(shop: Shop, **span: int) -> None:
    shop.wait(timedelta(**span))
    await shop.run()


async def test_reconciliation_adds_a_console_refund_once(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000, "사은 환불")
    shop.wait(2 * MINUTE)

    first, again = await reconcile(shop.rt), await reconcile(shop.rt)

    assert (first.refunds, first.differences, again.refunds, again.differences) == (1, 0, 0, 0)
    [row] = await shop.rows(Refund)
    assert (row.origin, row.status, row.amount_krw, row.reason) == (
        "toss",
        "done",
        1000,
        "사은 환불",
    )
    assert (row.actor, row.balance_krw, row.transaction_key is None) == ("toss", 9900, False)
    assert await refunded_krw(shop) == 1000
    assert await shop.rows(Difference) == []
    await shop.assert_ledgers_agree()


async def test_console_refund_is_an_event_of_toss_and_a_mail(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)

    await reconcile(shop.rt)

    *_, event = await view.events(shop.rt, actor_of(session), payment.subscription_id)
    [row] = await shop.rows(Refund)
    assert (event.type, event.reason, event.amount_krw) == ("refund.done", "made_at_toss", 1000)
    assert (event.actor_kind, event.refund_id) == ("toss", row.id)
    [mail] = [mail for mail in await shop.rows(Notice) if mail.kind == "refunded"]
    assert mail.key == f"refunded:{row.id}"
    assert "1,000원" in mail.subject


async def test_webhook_adds_a_console_refund(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.webhooks(url=OUR_WEBHOOKS)

    await shop.refund_at_toss(payment, 1000)
    await shop.webhooks(path="/flush")
    await shop.refund_at_toss(payment)
    await shop.webhooks(path="/flush")

    assert await refunds(shop) == [("toss", "done", 1000), ("toss", "done", 8900)]
    assert await refunded_krw(shop) == 9900
    await shop.assert_ledgers_agree()


async def test_cancel_now_promises_and_refunds_what_is_left(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)
    await reconcile(shop.rt)
    shop.wait(timedelta(days=1))
    who, of = actor_of(session), payment.subscription_id

    shown = await cancel.preview(shop.rt, who, of)
    await cancel.cancel_now(shop.rt, who, of, expected_refund_krw=shown.refund_krw)
    await shop.run()

    assert shown.refund_krw == 8900
    assert await refunds(shop) == [("toss", "done", 1000), ("shop", "done", 8900)]
    assert (await review.open_reviews(shop.rt)).count == 0
    await shop.assert_ledgers_agree()


async def test_request_after_an_unseen_console_refund_is_lowered_to_what_is_left(
    shop: Shop, session: Session
) -> None:
    """Nobody has seen the console refund when the customer cancels for 9,570 won."""
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)
    shop.wait(timedelta(days=1))
    who, of = actor_of(session), payment.subscription_id

    await cancel.cancel_now(shop.rt, who, of, expected_refund_krw=9570)
    await shop.run()

    assert (await view.subscription(shop.rt, who, of)).subscription.status == "ended"
    assert await refunds(shop) == [("shop", "done", 8900), ("toss", "done", 1000)]
    assert await shop.money() == [("approved", 9900), ("canceled", 1000), ("canceled", 8900)]
    [lowered] = [
        event for event in await view.events(shop.rt, who, of) if event.type == "refund.lowered"
    ]
    assert lowered.data == {"amount_krw": [9570, 8900]}
    assert (await review.open_reviews(shop.rt)).count == 0
    await shop.assert_ledgers_agree()


async def test_request_of_exactly_what_is_left_is_made(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)

    await request(shop, payment, 8900)
    await shop.run()

    assert sorted(await refunds(shop)) == [("shop", "done", 8900), ("toss", "done", 1000)]
    assert await refunded_krw(shop) == 9900
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_console_refund_between_a_lost_response_and_the_lookup_settles(
    shop: Shop, session: Session, kind: str
) -> None:
    payment = await paid(shop, session)
    await shop.faults({"endpoint": "cancel", "kind": kind, "count": 1})
    await request(shop, payment, 5000)
    await shop.run()
    shop.wait(MINUTE)
    await shop.refund_at_toss(payment, 1000)

    await run_for(shop, minutes=2)

    ours = "done" if kind == "reset_after" else "refused"
    assert await refunds(shop) == [("shop", ours, 5000), ("toss", "done", 1000)]
    assert await refunded_krw(shop) == (6000 if ours == "done" else 1000)
    assert await shop.rows(Difference) == []
    shown = await cancel.preview(shop.rt, actor_of(session), payment.subscription_id)
    assert shown.refund_krw == (3900 if ours == "done" else 8900)
    await shop.assert_ledgers_agree()


async def test_refund_that_a_console_refund_may_replace_waits_and_is_approved(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults({"endpoint": "cancel", "kind": "reset_before", "count": 1})
    await request(shop, payment, 9500)
    await shop.run()
    shop.wait(MINUTE)
    await shop.refund_at_toss(payment, 1000)
    await run_for(shop, minutes=2)

    [waits] = (await review.open_reviews(shop.rt)).refunds
    message = await review.approve(shop.rt, KIM, waits.id)
    await shop.run()

    assert waits.failure_code == "REFUNDED_AT_TOSS"
    assert message == "The next run requests the refund again: 8900 won."
    assert (await review.open_reviews(shop.rt)).count == 0
    assert await refunded_krw(shop) == 9900
    await shop.assert_ledgers_agree()


async def test_refund_that_a_console_refund_replaced_is_closed(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.faults({"endpoint": "cancel", "kind": "reset_before", "count": 1})
    await request(shop, payment, 4000)
    await shop.run()
    shop.wait(MINUTE)
    await shop.refund_at_toss(payment, 4000)
    await run_for(shop, minutes=2)
    [waits] = (await review.open_reviews(shop.rt)).refunds

    await resolve(shop.rt, KIM, waits.id, Resolution.CLOSED)
    await run_for(shop, days=1)

    assert (await review.open_reviews(shop.rt)).count == 0
    assert (await shop.money())[1:] == [("canceled", 4000)]
    await shop.assert_ledgers_agree()


async def test_refund_of_a_payment_that_was_refunded_in_full_ends_without_review(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment)

    await request(shop, payment, 5000)
    for _ in range(4):
        await run_for(shop, minutes=2)

    assert await refunds(shop) == [("shop", "refused", 5000), ("toss", "done", 9900)]
    assert (await shop.rows(Refund))[-1].failure_code == "NOTHING_LEFT"
    assert (await review.open_reviews(shop.rt)).count == 0
    await shop.assert_ledgers_agree()


async def test_console_refund_of_an_unresolved_charge_is_added_with_it(
    shop: Shop, session: Session
) -> None:
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before", "count": 1},
    )
    await shop.begin(session, "basic", await shop.card(session))
    await shop.rt.tasks.drain(seconds=120)
    [payment] = await shop.rows(Payment)
    await shop.faults()
    await shop.refund_at_toss(payment, 2000)

    await run_for(shop, minutes=2)

    assert await refunds(shop) == [("toss", "done", 2000)]
    assert await shop.rows(Difference) == []
    await shop.assert_ledgers_agree()


async def test_tax_free_part_of_a_console_refund_is_not_refunded_again(
    shop: Shop, session: Session
) -> None:
    payment = await paid(shop, session)
    async with shop.rt.db.write() as db:
        await db.exec(sa.update(Payment).values(tax_free_krw=900))
    await shop.refund_at_toss(payment, 1000)
    await reconcile(shop.rt)

    row = await request(shop, payment, None)

    assert (row.amount_krw, row.tax_free_krw) == (8900, 900)


async def test_database_refuses_the_same_refund_of_toss_twice(shop: Shop, session: Session) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)
    await reconcile(shop.rt)
    [row] = await shop.rows(Refund)

    twin = Refund(**row.model_dump() | {"id": "b" * 32, "number": 2, "idempotency_key": "other"})

    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            db.add(twin)


@pytest.mark.parametrize(
    "values", [{"transaction_key": None}, {"status": "pending"}, {"origin": "console"}]
)
async def test_database_refuses_half_a_refund_of_toss(
    shop: Shop, session: Session, values: dict[str, str | None]
) -> None:
    payment = await paid(shop, session)
    await shop.refund_at_toss(payment, 1000)
    await reconcile(shop.rt)

    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            await db.exec(sa.update(Refund).where(col(Refund.origin) == "toss").values(**values))
