"""A payment after access has ended begins a new period on the day of payment (ADR-0028)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Invoice, Payment
from tossbill_ui.subscriptions.actions import cancel, change_method, pause, review
from tossbill_ui.subscriptions.reading.view import SubscriptionView

# A weekly plan with three days of grace, begun on Tuesday 24 November.
DUE = date(2026, 12, 1)
CARD_DIES = {"endpoint": "charge", "kind": "refuse", "code": "INVALID_STOPPED_CARD"}
REFUSED = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"}


def on(days: int) -> date:
    """Return the day some days after the unpaid renewal was due."""
    return DUE + timedelta(days=days)


async def fall_behind(shop: Shop, session: Session, fault: dict[str, Any], *, until: int) -> str:
    """Subscribe to the weekly plan, refuse every renewal, and run daily until a day."""
    of = (await shop.subscribe(session, "letter")).subscription.id
    await shop.faults(fault)
    await shop.run_daily_until(on(until))
    await shop.faults()
    return of


async def pay_with_another_card(shop: Shop, session: Session, of: str) -> SubscriptionView:
    card = await shop.card(session)
    await change_method.change_method(shop.rt, actor_of(session), of, payment_method_id=card)
    return await shop.view(session, of)


def days_of(seen: SubscriptionView) -> tuple[date, date]:
    return seen.subscription.starts_on, seen.subscription.ends_on


async def test_new_card_after_the_grace_period_buys_a_week_from_that_day(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, CARD_DIES, until=5)
    assert not (await shop.view(session, of)).works

    seen = await pay_with_another_card(shop, session, of)

    assert days_of(seen) == (on(5), on(12))
    [first, second] = sorted(await shop.rows(Payment), key=lambda row: row.order_id)[:2]
    renewal = (await shop.rows(Invoice))[-1]
    assert (renewal.starts_on, renewal.ends_on, renewal.amount_krw) == (on(5), on(12), 1900)
    assert second.period_number == 2
    assert first.invoice_id != second.invoice_id
    receipt = max(await shop.rows(Notice), key=lambda row: row.created_at)
    assert "이용 기간: 2026년 12월 6일(일)부터 2026년 12월 12일(토)까지" in receipt.body
    await shop.run_daily_until(on(11))
    assert len(await shop.money()) == 2, "not charged again before the week is over"
    await shop.run_daily_until(on(12))
    assert len(await shop.money()) == 3
    assert days_of(await shop.view(session, of)) == (on(12), on(19))
    await shop.assert_ledgers_agree()


async def test_card_that_pays_at_the_fourth_try_buys_a_week_from_that_day(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=6)

    await shop.run_daily_until(on(13))

    assert days_of(await shop.view(session, of)) == (on(7), on(14))
    assert len(await shop.money()) == 2


async def test_retries_stop_on_the_day_on_which_the_next_week_would_start(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=20)

    tries = [row.created_at for row in await shop.rows(Payment)]
    assert [(at.date() - DUE).days for at in tries] == [-7, 0, 1, 3, 7]
    assert (await shop.view(session, of)).subscription.status == "ended"


async def test_payment_within_the_grace_period_keeps_its_days(shop: Shop, session: Session) -> None:
    of = await fall_behind(shop, session, CARD_DIES, until=2)

    seen = await pay_with_another_card(shop, session, of)

    assert days_of(seen) == (DUE, on(7))


async def test_monthly_period_paid_after_the_grace_period_begins_that_day(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(CARD_DIES)
    await shop.run_daily_until(date(2026, 12, 31))
    await shop.faults()

    seen = await pay_with_another_card(shop, session, of)

    assert days_of(seen) == (date(2026, 12, 31), date(2027, 1, 31))
    shown = await cancel.preview(shop.rt, actor_of(session), of)
    assert (shown.refund_krw, shown.days_left, shown.days) == (9900, 31, 31)
    await shop.run_daily_until(date(2027, 1, 31))
    assert days_of(await shop.view(session, of)) == (date(2027, 1, 31), date(2027, 2, 28))
    await shop.run_daily_until(date(2027, 2, 28))
    assert days_of(await shop.view(session, of)) == (date(2027, 2, 28), date(2027, 3, 31))


async def lose_the_answer(shop: Shop, session: Session) -> str:
    """Fall behind, and lose Toss's answer to what the customer pays on the sixth day."""
    of = await fall_behind(shop, session, REFUSED, until=5)
    await shop.faults({"endpoint": "charge", "kind": "reset_after", "count": 1})
    await change_method.pay_now(shop.rt, actor_of(session), of)
    assert (await shop.view(session, of)).is_unresolved
    await shop.faults({"endpoint": "lookup", "kind": "error_500_before"})
    return of


async def test_day_of_approval_at_toss_counts_however_late_it_is_known(
    shop: Shop, session: Session
) -> None:
    of = await lose_the_answer(shop, session)
    await shop.run_daily_until(on(7))
    await shop.faults()

    await shop.run_daily_until(on(8))

    assert days_of(await shop.view(session, of)) == (on(5), on(12))
    assert len(await shop.money()) == 2


async def test_week_that_is_over_when_toss_tells_of_its_payment_begins_then(
    shop: Shop, session: Session
) -> None:
    of = await lose_the_answer(shop, session)
    await shop.run_daily_until(on(13))
    await shop.faults()

    await shop.run_daily_until(on(14))

    assert days_of(await shop.view(session, of)) == (on(14), on(21))
    assert len(await shop.money()) == 2


async def test_late_payment_after_a_cancellation_is_refunded(shop: Shop, session: Session) -> None:
    of = await lose_the_answer(shop, session)
    await cancel.cancel_at_period_end(shop.rt, actor_of(session), of)
    await shop.faults()

    await shop.run_daily_until(on(8))

    assert await shop.money() == [("approved", 1900), ("approved", 1900), ("canceled", 1900)]
    assert (await shop.view(session, of)).subscription.status == "ended"


async def test_period_approved_after_a_wrong_set_up_keeps_days_that_worked(
    shop: Shop, session: Session
) -> None:
    """Our mistake cost the customer nothing: every day worked, and is paid for once."""
    of = (await shop.subscribe(session, "letter")).subscription.id
    await shop.faults({"endpoint": "charge", "kind": "refuse", "code": "UNAUTHORIZED_KEY"})
    await shop.run_daily_until(on(4))
    await shop.faults()
    assert (await shop.view(session, of)).works

    await review.approve(shop.rt, KIM, of)
    await shop.run()

    assert days_of(await shop.view(session, of)) == (DUE, on(7))


async def test_first_payment_of_unknown_outcome_begins_when_it_is_made(
    shop: Shop, session: Session
) -> None:
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_before", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    of = (await shop.subscribe(session, "letter")).subscription.id
    await shop.run_daily_until(date(2026, 12, 3))
    await shop.faults()

    await shop.run_daily_until(date(2026, 12, 4))

    assert days_of(await shop.view(session, of)) == (date(2026, 12, 4), date(2026, 12, 11))


async def test_resumed_period_of_unknown_outcome_begins_when_it_is_made(
    shop: Shop, session: Session
) -> None:
    of = (await shop.subscribe(session, "letter")).subscription.id
    await pause.pause(shop.rt, actor_of(session), of)
    await shop.run_daily_until(on(3))
    await shop.faults(
        {"endpoint": "charge", "kind": "reset_before", "count": 1},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await pause.resume(shop.rt, actor_of(session), of)
    await shop.run_daily_until(on(11))
    await shop.faults()

    await shop.run_daily_until(on(12))

    assert days_of(await shop.view(session, of)) == (on(12), on(19))


async def test_trial_paid_late_begins_when_it_is_paid(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="approves_after_2")
    await shop.consent_to_trial_end(session, seen.subscription.id)

    await shop.run_daily_until(date(2026, 12, 20))

    seen = await shop.view(session, seen.subscription.id)
    assert days_of(seen) == (date(2026, 12, 11), date(2027, 1, 11))


@pytest.mark.parametrize("days", [2, 5])
async def test_name_of_the_order_says_when_its_period_begins(
    shop: Shop, session: Session, days: int
) -> None:
    of = await fall_behind(shop, session, CARD_DIES, until=days)

    await pay_with_another_card(shop, session, of)

    begins = {2: "2026.12.01", 5: "2026.12.06"}[days]
    assert (await shop.rows(Invoice))[-1].order_name == f"주간 편지 ({begins}~)"
