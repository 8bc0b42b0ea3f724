"""Notices about money name the plan and the days that it was for, not those of the customer now."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Payment
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import cancel, change_plan
from tossbill_ui.subscriptions.reading.view import SubscriptionView

RENEWAL = date(2026, 12, 24)


async def refunded_plans(shop: Shop) -> dict[str, str]:
    """Return the plan that each refund's notice names, by the amount in its subject."""
    rows = [row for row in await shop.rows(Notice) if row.kind == "refunded"]
    amounts = [row.subject.removeprefix("[Tossbill] ").partition("원")[0] for row in rows]
    return {
        amount: row.body.partition(" 구독료 ")[0] for amount, row in zip(amounts, rows, strict=True)
    }


async def change_now(shop: Shop, session: Session, before: str, after: str) -> SubscriptionView:
    seen = await shop.subscribe(session, before)
    of, customer = seen.subscription.id, actor_of(session)
    shown = await change_plan.preview(shop.rt, customer, of, plan_code=after)
    await change_plan.change_now(
        shop.rt, customer, of, plan_code=after, expected_charge_krw=shown.charge_krw
    )
    return await shop.view(session, of)


async def test_refund_because_of_a_change_names_the_plan_that_was_paid(
    shop: Shop, session: Session
) -> None:
    await change_now(shop, session, "basic", "letter")

    await shop.run()

    assert await refunded_plans(shop) == {"8,000": "베이직"}


async def test_refunds_because_of_an_end_name_the_plan_of_each_payment(
    shop: Shop, session: Session
) -> None:
    seen = await change_now(shop, session, "basic", "pro")

    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=29000
    )
    await shop.run()

    assert await refunded_plans(shop) == {"9,900": "베이직", "19,100": "프로"}


async def test_refund_made_at_toss_names_the_plan_that_was_paid(
    shop: Shop, session: Session
) -> None:
    await change_now(shop, session, "basic", "pro")
    [payment] = [row for row in await shop.rows(Payment) if row.amount_krw == 9900]
    await shop.refund_at_toss(payment, 1000)

    await reconcile(shop.rt)

    assert await refunded_plans(shop) == {"1,000": "베이직"}


async def plan_change_at_renewal(shop: Shop, session: Session) -> str:
    """Subscribe, plan a change to the next period, and advance to its day."""
    of = (await shop.subscribe(session)).subscription.id
    await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="basic-yearly")
    await shop.go_to(RENEWAL)
    return of


async def test_declined_payment_for_the_next_plan_names_it(shop: Shop, session: Session) -> None:
    await plan_change_at_renewal(shop, session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})

    await shop.run()

    [failed] = [row for row in await shop.rows(Notice) if row.kind == "payment_failed"]
    assert failed.subject == "[Tossbill] 베이직 1년 구독료를 결제하지 못했어요"


async def test_receipt_of_a_payment_that_came_after_the_cancellation_names_its_plan(
    shop: Shop, session: Session
) -> None:
    of = await plan_change_at_renewal(shop, session)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await shop.run()
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), of)

    for _ in range(2):
        shop.wait(timedelta(minutes=2))
        await shop.run()

    receipts = [row for row in await shop.rows(Notice) if row.kind == "receipt"]
    assert "\n".join(row.body.splitlines()[0] for row in receipts) == (
        "베이직 구독료를 결제했어요.\n베이직 1년 구독료를 결제했어요."
    )
    assert await refunded_plans(shop) == {"99,000": "베이직 1년"}


async def test_receipt_of_a_payment_that_is_given_back_promises_no_days(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(
        {"endpoint": "charge", "kind": "error_500_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_after", "count": 1},
    )
    await shop.go_to(date(2026, 12, 24))
    await shop.run()
    await cancel.cancel_now(shop.rt, actor_of(session), of, expected_refund_krw=0)
    for _ in range(3):
        shop.wait(timedelta(hours=1))
        await shop.run()

    *_, receipt = [row for row in await shop.rows(Notice) if row.kind == "receipt"]
    assert "이용 기간" not in receipt.body
    assert "9,900원" in receipt.body
