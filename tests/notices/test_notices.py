"""Every final state writes its notice once, and intermediate states write none."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.payments.models import Payment
from tossbill_ui.subscriptions.actions import cancel, change_plan, refund, review
from tossbill_ui.subscriptions.engine.card_expiry import announce_expiring
from tossbill_ui.subscriptions.models import Plan, WhenUnpaid
from tossbill_ui.subscriptions.terms.catalog import PriceEntry, add_price
from tossbill_ui.ui.subscription import view as subscription_view

RENEWAL = date(2026, 12, 24)


async def kinds(shop: Shop) -> list[str]:
    rows = await shop.rows(Notice)
    return [row.kind for row in sorted(rows, key=lambda row: row.created_at)]


async def newest(shop: Shop) -> Notice:
    return max(await shop.rows(Notice), key=lambda row: row.created_at)


async def add_pausing_plan(shop: Shop) -> None:
    """Put a plan on offer that pauses when it is not paid."""
    price = PriceEntry(starts_on=date(2026, 1, 1), amount_krw=5000)
    plan = Plan(code="monthly", name="월간지", position=9, when_unpaid=WhenUnpaid.PAUSE)
    async with shop.rt.db.write() as db:
        db.add(plan)
    await add_price(shop.rt, plan.code, price)


async def test_payment_has_a_receipt(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)

    [notice] = await shop.rows(Notice)
    assert notice.subject == "[Tossbill] 9,900원을 결제했어요"
    assert "금액: 9,900원 (부가세 포함)\n공급가액: 9,000원\n부가세: 900원\n" in notice.body
    assert "면세" not in notice.body
    assert "결제수단: 현대카드 ···· 123\n" in notice.body
    assert "이용 기간: 2026년 11월 24일(화)부터 2026년 12월 23일(수)까지\n" in notice.body
    assert "다음 결제일: 2026년 12월 24일(목)\n" in notice.body
    assert "매출전표: http" in notice.body
    assert notice.body.endswith("http://localhost:3000/subscription/\n")


async def test_declined_first_payment_is_reported(shop: Shop, session: Session) -> None:
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    await shop.subscribe(session)

    [notice] = await shop.rows(Notice)
    assert notice.kind == "not_started"
    assert "첫 결제 9,900원을 하지 못했어요. 빠져나간 돈은 없고" in notice.body


async def test_soft_decline_names_the_next_retry_and_the_grace_period(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": 2}
    )

    await shop.go_to(RENEWAL)
    await shop.run()
    first = await newest(shop)
    await shop.run_daily_until(RENEWAL + timedelta(days=3))

    assert "다시 결제하는 날: 2026년 12월 25일(금)" in first.body
    assert (
        "이용할 수 있는 날: 2026년 12월 30일(수)까지, 그 뒤에는 결제할 때까지 이용할 수 없어요\n"
        "2027년 1월 7일(목)까지 결제하지 못하면 그날 구독이 끝나요.\n"
    ) in first.body
    assert await kinds(shop) == ["receipt", "payment_failed", "payment_failed", "receipt"]


@pytest.mark.parametrize(
    ("plan", "kind", "subject"),
    [
        ("letter", "ended_unpaid", "주간 편지 구독이 끝났어요"),
        ("monthly", "paused_unpaid", "월간지 구독이 멈췄어요"),
    ],
)
async def test_last_retry_reports_whether_the_subscription_ended_or_is_paused(
    shop: Shop, session: Session, plan: str, kind: str, subject: str
) -> None:
    await add_pausing_plan(shop)
    of = (await shop.subscribe(session, plan)).subscription
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})

    await shop.run_daily_until(of.ends_on + timedelta(days=20))

    assert (await kinds(shop))[-2:] == ["payment_failed", kind]
    assert (await newest(shop)).subject == f"[Tossbill] {subject}"


async def test_hard_decline_asks_for_a_card_until_the_deadline(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "INVALID_STOPPED_CARD"})

    await shop.go_to(RENEWAL)
    await shop.run()
    card_needed = await newest(shop)
    await shop.run_daily_until(RENEWAL + timedelta(days=15))

    assert "이유: 정지된 카드예요.\n" in card_needed.body
    assert "카드를 바꿀 수 있는 기한: 2027년 1월 7일(목)" in card_needed.body
    assert await kinds(shop) == ["receipt", "card_needed", "ended_unpaid"]


async def test_unresolved_payment_is_reported_only_when_settled(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_after", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before", "count": 1},
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    assert await kinds(shop) == ["receipt"]

    for minutes in (2, 6):
        shop.wait(timedelta(minutes=minutes))
        await shop.run()

    assert await kinds(shop) == ["receipt", "receipt"]


async def test_configuration_errors_are_not_reported_to_customers(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY", "count": 1}
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    assert await kinds(shop) == ["receipt"]

    [open_review] = (await review.open_reviews(shop.rt)).subscriptions
    await review.approve(shop.rt, KIM, open_review.id)
    await shop.run()

    assert await kinds(shop) == ["receipt", "receipt"]


async def test_declined_change_is_reported(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"})
    planned = await change_plan.preview(
        shop.rt, actor_of(session), seen.subscription.id, plan_code="pro"
    )

    await change_plan.change_now(
        shop.rt,
        actor_of(session),
        seen.subscription.id,
        plan_code="pro",
        expected_charge_krw=planned.charge_krw,
    )
    await shop.view(session, seen.subscription.id)

    assert await kinds(shop) == ["receipt", "not_changed"]


async def test_cancellation_names_its_last_day_or_its_refund(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    shop.wait(timedelta(hours=1))
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    later = await newest(shop)
    shop.wait(timedelta(hours=1))
    await cancel.undo(shop.rt, actor_of(session), seen.subscription.id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=9900
    )
    now = await newest(shop)
    shop.wait(timedelta(hours=1))

    await shop.run()

    assert "이용할 수 있는 날: 2026년 12월 23일(수)까지" in later.body
    assert "돌려드릴" not in later.body
    assert "돌려드릴 금액: 9,900원" in now.body
    assert "이용할 수" not in now.body
    assert await kinds(shop) == ["receipt", "canceled", "canceled", "refunded"]


async def test_refused_action_writes_no_notice(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)

    with pytest.raises(Conflict):
        await cancel.cancel_now(
            shop.rt, actor_of(session), seen.subscription.id, expected_refund_krw=1
        )

    assert await kinds(shop) == ["receipt"]


async def test_refund_is_reported_when_it_is_done(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    shop.wait(timedelta(hours=1))
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="고객 요청")
    assert await kinds(shop) == ["receipt"]

    await shop.run()
    await shop.run()

    assert await kinds(shop) == ["receipt", "refunded"]
    assert (await newest(shop)).subject == "[Tossbill] 900원을 돌려드렸어요"


async def test_expiring_card_is_announced_twice_and_on_the_page(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    method_id = seen.method.id
    last_day = await set_expiry(shop.rt, KIM, method_id, month=date(2027, 2, 1))
    assert last_day is not None
    assert last_day == date(2027, 2, 28)
    announced = dict[str, int]()
    for days in (31, 30, 29, 8, 7, 6, 0, -1):
        await shop.go_to(last_day - timedelta(days=days))
        announced[str(days)] = await announce_expiring(shop.rt)
        assert await announce_expiring(shop.rt) == 0

    assert [days for days, count in announced.items() if count] == ["30", "7"]
    notice = await newest(shop)
    assert "2027년 2월 28일(일)까지" in notice.body
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    assert "2월\u00a028일" in row.alert.title
    assert row.alert.action == "card"


async def test_expiry_set_late_is_announced_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    await set_expiry(shop.rt, KIM, seen.method.id, month=date(2026, 12, 31))
    await shop.go_to(date(2026, 12, 28))

    assert [await announce_expiring(shop.rt) for _ in range(2)] == [1, 0]


async def test_card_without_expiry_or_future_charges_is_not_announced(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    month = date(2026, 12, 1)
    await set_expiry(shop.rt, KIM, seen.method.id, month=month)
    await set_expiry(shop.rt, KIM, seen.method.id, month=None)
    await shop.go_to(date(2026, 12, 20))
    assert await announce_expiring(shop.rt) == 0

    await set_expiry(shop.rt, KIM, seen.method.id, month=month)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), seen.subscription.id)
    assert await announce_expiring(shop.rt) == 0

    with pytest.raises(NotFound):
        await set_expiry(shop.rt, KIM, "no such card", month=month)


async def test_deleted_method_is_reported_at_once(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session)
    key = await shop.billing_key(seen.method.id)
    shop.wait(timedelta(hours=1))

    await shop.post_webhook(
        b'{"eventType": "BILLING_DELETED", "data": {"billingKey": "' + key.encode() + b'"}}'
    )

    assert await kinds(shop) == ["receipt", "card_needed"]
    notice = await newest(shop)
    assert "이유: 등록한 결제수단이 지워졌어요." in notice.body
    assert "다음 결제일: 2026년 12월 24일(목)" in notice.body
    assert "결제할 금액" not in notice.body


async def test_database_refuses_a_repeated_notice(shop: Shop, session: Session) -> None:
    await shop.subscribe(session)
    [notice] = await shop.rows(Notice)

    copy = Notice(**(notice.model_dump() | {"id": "0" * 32}))
    with pytest.raises(IntegrityError):
        async with shop.rt.db.write() as db:
            db.add(copy)
