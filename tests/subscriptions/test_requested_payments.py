"""A payment that the customer requests takes nothing away if it is declined (ADR-0028)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.subscriptions.price_increases import update_row
from tests.support.shop import Shop
from tossbill_ui.core.calendar import ChargeHours, korean_day
from tossbill_ui.customers.language import Language
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Invoice
from tossbill_ui.subscriptions.actions import change_method
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.ui.shared.text import speak
from tossbill_ui.ui.subscription import view as subscription_view

# A monthly plan with seven days of grace, begun on 24 November.
DUE = date(2026, 12, 24)
LAST = date(2027, 1, 7)
REFUSED = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"}
DIES = {"endpoint": "charge", "kind": "refuse", "code": "INVALID_STOPPED_CARD"}


def on(days: int) -> date:
    """Return the day some days after the unpaid renewal was due."""
    return DUE + timedelta(days=days)


async def fall_behind(shop: Shop, session: Session, fault: dict[str, Any], *, until: int) -> str:
    of = (await shop.subscribe(session)).subscription.id
    await shop.faults(fault)
    await shop.run_daily_until(on(until))
    return of


async def press(shop: Shop, session: Session, of: str) -> Subscription:
    """Request the payment, which is declined."""
    await change_method.pay_now(shop.rt, actor_of(session), of)
    return (await shop.view(session, of)).subscription


async def change(shop: Shop, session: Session, of: str) -> Subscription:
    """Change the card, which is declined too."""
    card = await shop.card(session)
    await change_method.change_method(shop.rt, actor_of(session), of, payment_method_id=card)
    return (await shop.view(session, of)).subscription


def due_on(of: Subscription) -> date | None:
    return korean_day(of.due_at) if of.due_at else None


async def owed(shop: Shop) -> Invoice:
    return (await shop.rows(Invoice))[-1]


async def test_declined_presses_move_and_count_no_automatic_attempt(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=1)
    before = (await shop.view(session, of)).subscription

    seen = [await press(shop, session, of) for _ in range(6)]
    seen.append(await change(shop, session, of))

    assert {(each.due_at, each.grace_until_on, each.status) for each in seen} == {
        (before.due_at, before.grace_until_on, "past_due")
    }
    assert due_on(before) == on(3)
    invoice = await owed(shop)
    assert (invoice.refusals, invoice.requested_refusals) == (9, 7)
    await shop.run_daily_until(on(3))
    assert due_on((await shop.view(session, of)).subscription) == on(7)
    await shop.run_daily_until(on(13))
    assert (await shop.view(session, of)).subscription.status == "past_due"
    await shop.run_daily_until(LAST)
    assert (await shop.view(session, of)).subscription.status == "ended"


async def test_press_with_a_card_that_died_asks_for_another_until_no_earlier_day(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=1)
    assert (await owed(shop)).collect_until_on == LAST
    await shop.faults(DIES)

    seen = await press(shop, session, of)

    assert (seen.needs_card, seen.status, due_on(seen)) == (True, "past_due", on(15))
    await shop.run_daily_until(on(14))
    assert (await shop.view(session, of)).subscription.status == "past_due"
    await shop.run_daily_until(on(15))
    assert (await shop.view(session, of)).subscription.status == "ended"


async def test_press_on_the_last_day_gives_nothing_up(shop: Shop, session: Session) -> None:
    of = await fall_behind(shop, session, REFUSED, until=13)
    await shop.go_to(LAST, hour=9)

    seen = await press(shop, session, of)

    assert (seen.status, due_on(seen)) == ("past_due", LAST)


async def test_new_card_that_is_declined_at_once_is_tried_again_the_next_day(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, DIES, until=2)
    assert due_on((await shop.view(session, of)).subscription) == LAST
    await shop.faults(REFUSED)

    seen = await change(shop, session, of)

    assert (seen.needs_card, due_on(seen)) == (False, on(3))
    await shop.run_daily_until(on(3))
    assert due_on((await shop.view(session, of)).subscription) == on(5)


async def test_press_of_unknown_outcome_that_is_declined_later_moves_nothing(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=1)
    due_at = (await shop.view(session, of)).subscription.due_at
    await shop.faults({"endpoint": "charge", "kind": "reset_before", "count": 1})
    waiting = await press(shop, session, of)
    assert (waiting.due_at, waiting.retry_at) == (None, due_at)
    await shop.faults(REFUSED)

    await shop.run_daily_until(on(2))

    settled = (await shop.view(session, of)).subscription
    assert (settled.due_at, settled.retry_at) == (due_at, None)


async def test_declined_press_while_an_operator_is_awaited_schedules_nothing(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=1)
    await update_row(shop, of, due_at=None, attention="fault")

    seen = await press(shop, session, of)

    assert (seen.status, seen.due_at, seen.attention) == ("past_due", None, "fault")
    assert (await owed(shop)).requested_refusals == 1


async def alert(shop: Shop, session: Session, language: Language) -> str:
    speak(language)
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    return row.alert.body.replace("\u00a0", " ").replace("\u2060", "")


async def test_page_and_mail_say_what_works_until_when_and_the_last_day(
    shop: Shop, session: Session
) -> None:
    of = await fall_behind(shop, session, REFUSED, until=7)
    await press(shop, session, of)

    korean, english = await alert(shop, session, "ko"), await alert(shop, session, "en")

    assert "2027년 1월 7일(목)에 다시 결제할게요. 결제할 때까지 이용할 수 없어요. " in korean
    assert "오늘 결제하면 2026년 12월 31일(목)부터 2027년 1월 30일(토)까지" in korean
    assert korean.endswith("2027년 1월 7일(목)까지 결제하지 못하면 그날 구독이 끝나요.")
    assert english.endswith("your subscription ends that day.")
    mail = max(await shop.rows(Notice), key=lambda row: row.created_at).body
    assert (
        "지금은 이용할 수 없어요. 2026년 12월 31일(목)에 결제하면 2027년 1월 30일(토)까지" in mail
    )
    assert "이용할 수 있는 날" not in mail
    assert "2027년 1월 7일(목)까지 결제하지 못하면 그날 구독이 끝나요." in mail


async def test_page_claims_no_retry_after_the_grace_period_without_saying_so(
    shop: Shop, session: Session
) -> None:
    await fall_behind(shop, session, REFUSED, until=3)
    before = await alert(shop, session, "ko")
    await update_row(shop, (await owed(shop)).subscription_id, due_at=_at(on(14)))

    after = await alert(shop, session, "ko")

    assert "그 뒤에는 결제할 때까지 이용할 수 없어요." in after
    assert "12월 30일(수)까지는 그대로 이용할 수 있어요." in before
    assert "그 뒤에는" in before, "the next attempt is on the first day after it"


async def test_plan_that_pauses_says_so(shop: Shop, session: Session) -> None:
    seen = await shop.subscribe(session, "pro", persona="stolen")
    await shop.consent_to_trial_end(session, seen.subscription.id)
    await shop.run_daily_until(date(2026, 12, 8))

    assert "2026년 12월 22일(화)까지 결제하지 못하면 그날 구독이 멈춰요." in await alert(
        shop, session, "ko"
    )


def _at(day: date) -> datetime:
    return ChargeHours().opening(day)
