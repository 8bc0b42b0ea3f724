"""The end of a trial as its customer sees it: the texts hold for every answer."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest

from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import SHOWN
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.notices.text import en, ko
from tossbill_ui.subscriptions.actions import change_plan, price_increase
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.reading.timeline_sources import ChangeLine
from tossbill_ui.ui.history.rows import change_name, change_note
from tossbill_ui.ui.shared.view_rows import ABSENT
from tossbill_ui.ui.subscription import change_view
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.price_increase_view import price_view
from tossbill_ui.ui.subscription.rows import SubscriptionRow

ENDS = date(2026, 12, 8)
DAY = "2026년 12월 8일(화)"


@pytest.fixture
async def asked(shop: Shop, session: Session) -> str:
    """A trial whose customer was asked for consent."""
    of = (await shop.subscribe(session, "pro")).subscription.id
    await shop.go_to(date(2026, 12, 2))
    await announce_trials(shop.rt)
    return of


async def only(shop: Shop, session: Session) -> SubscriptionRow:
    [row] = await subscription_view.rows(shop.rt, actor_of(session))
    return row


async def test_trial_announces_the_question_before_asking(shop: Shop, session: Session) -> None:
    await shop.subscribe(session, "pro")

    row = await only(shop, session)

    assert plain(row.next) == f"{DAY}\n그 전에 계속할지 여쭤볼게요"
    assert "29,000" not in row.next
    assert row.parts.price == ABSENT
    assert row.alert.tone == "begun"


async def test_unanswered_question_states_both_outcomes(
    shop: Shop, session: Session, asked: str
) -> None:
    row = await only(shop, session)

    assert plain(row.next) == f"{DAY}\n계속하면 29,000원"
    assert plain(row.alert.title) == f"무료 체험이 {DAY}에 끝나요"
    assert "답하지 않으면 결제 없이 끝나요" in plain(row.alert.body)
    assert row.parts.price == "answer-price"


@pytest.mark.parametrize(
    ("accepts", "tone", "label", "next_words"),
    [
        (True, "ink", "첫 결제", f"{DAY}\n29,000원"),
        (False, "amber", "이용 기간", "2026년 12월 7일(월)까지"),
    ],
)
async def test_answer_is_shown_and_can_be_changed(
    shop: Shop, session: Session, asked: str, accepts: bool, tone: str, label: str, next_words: str
) -> None:
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=not accepts)
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=accepts)

    row = await only(shop, session)

    assert (row.alert.tone, plain(row.alert.label)) == (tone, "답 바꾸기")
    assert (plain(row.next_label), plain(row.next)) == (label, next_words)


async def test_question_states_what_the_law_requires(
    shop: Shop, session: Session, asked: str
) -> None:
    shown = await price_view(shop.rt, actor_of(session), asked)

    assert (shown.yes, shown.no) == ("계속 이용할게요", "체험만 하고 끝낼게요")
    assert plain(shown.yes_amount) == "0원 → 월 29,000원"
    words = plain(" ".join(astuple(shown)))
    for part in (
        "12월 8일",
        "월 29,000원",
        "부가세 포함",
        "현대카드",
        "해지할 수",
        "결제하지 않아요",
    ):
        assert part in words


async def test_trial_without_consent_ends_and_says_so(
    shop: Shop, session: Session, asked: str
) -> None:
    await shop.run_daily_until(ENDS)

    row = await only(shop, session)

    assert (row.status, plain(row.alert.title)) == ("종료", "무료 체험이 끝났어요")
    assert "결제하지 않고" in plain(row.alert.body)
    assert await shop.money() == []


async def test_plan_change_after_a_trial_states_the_consent(shop: Shop, session: Session) -> None:
    of = (await shop.subscribe(session, "pro")).subscription.id

    shown = await change_view.change_view(shop.rt, actor_of(session), of, "basic")
    await change_plan.change_at_period_end(shop.rt, actor_of(session), of, plan_code="basic")

    words = plain(shown.later_how)
    assert "9,900원을 결제하는 데 동의하는 거예요" in words
    assert "현대카드" in words
    assert "여쭤보고" in plain(shown.now_how)
    row = await only(shop, session)
    assert (plain(row.next_label), plain(row.next)) == (
        "첫 결제",
        f"{DAY} 9,900원\n베이직 요금제로 바뀌어요",
    )


async def test_history_words_for_trials(shop: Shop, session: Session, asked: str) -> None:
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=False)
    await shop.run_daily_until(ENDS)

    seen = await view.subscription(shop.rt, actor_of(session), asked)
    events = await view.events(shop.rt, actor_of(session), asked)
    lines = [ChangeLine(event, seen.plan) for event in events[1:] if event.type in SHOWN]

    assert [plain(change_name(line)) for line in lines] == [
        "프로 무료 체험 종료 안내",
        "프로 체험 뒤 이용 거절",
        "프로 구독 종료",
    ]
    assert "결제된 금액은 없어요" in plain(change_note(lines[-1]))


@pytest.mark.parametrize("words", [ko, en])
def test_no_mail_announces_an_automatic_charge(words: object) -> None:
    texts = words.TEXTS  # pyright: ignore[reportAttributeAccessIssue]
    for kind in (NoticeKind.TRIAL_ENDING, NoticeKind.TRIAL_REMINDER):
        assert "자동으로" not in texts[kind]
        assert "automatically" not in texts[kind]
