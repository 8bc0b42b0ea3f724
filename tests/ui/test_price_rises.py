"""A price increase as its customer sees it."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date

import pytest

from tests.subscriptions.price_increases import add_price, ask_for_consent
from tests.support.actors import KIM
from tests.support.shop import Shop
from tests.ui.test_plans import plain
from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.expiry import set_expiry
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.subscriptions.actions import pause, price_increase
from tossbill_ui.ui.shared.view_rows import ABSENT
from tossbill_ui.ui.subscription import view as subscription_view
from tossbill_ui.ui.subscription.price_increase_view import price_view


@pytest.fixture
async def asked(shop: Shop, session: Session) -> str:
    """A subscription whose customer was asked for consent."""
    of = (await shop.subscribe(session)).subscription.id
    await ask_for_consent(shop, of, await add_price(shop))
    return of


async def test_unanswered_question_states_both_outcomes(
    shop: Shop, session: Session, asked: str
) -> None:
    [row] = await subscription_view.rows(shop.rt, actor_of(session))

    assert row.next.endswith("동의하면 12,900원")
    assert row.price == "월\u00a09,900원"
    assert "월 12,900원 (부가세 포함)이에요" in plain(row.alert.title)
    assert "지금은 월 9,900원이에요" in plain(row.alert.body)
    assert "그날 구독이 끝나고" in row.alert.body
    assert row.parts.price == "answer-price"
    assert row.parts.keep_plan == ABSENT


@pytest.mark.parametrize(
    ("accepts", "tone", "next_end"), [(True, "ink", "12,900원"), (False, "amber", "까지")]
)
async def test_answer_is_shown_and_can_be_changed(
    shop: Shop, session: Session, asked: str, accepts: bool, tone: str, next_end: str
) -> None:
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=not accepts)
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=accepts)

    [row] = await subscription_view.rows(shop.rt, actor_of(session))

    assert (row.alert.tone, plain(row.alert.label)) == (tone, "답 바꾸기")
    assert row.next.endswith(next_end)


async def test_question_states_what_the_law_requires(
    shop: Shop, session: Session, asked: str
) -> None:
    shown = await price_view(shop.rt, actor_of(session), asked)

    words = " ".join(astuple(shown)).replace("\u00a0", " ")
    for part in ("12월 24일", "월 12,900원(부가세 포함)", "월 9,900원", "현대카드", "해지할 수"):
        assert part in words


async def test_no_question_without_a_pending_consent(
    shop: Shop, session: Session, stranger: Session
) -> None:
    of = (await shop.subscribe(session)).subscription.id
    for who in (session, stranger, None):
        with pytest.raises(NotFound):
            await price_view(shop.rt, actor_of(who), of)


async def test_pause_withdraws_the_question(shop: Shop, session: Session, asked: str) -> None:
    await pause.pause(shop.rt, actor_of(session), asked)

    [row] = await subscription_view.rows(shop.rt, actor_of(session))

    assert row.parts.price == ABSENT


async def test_the_question_comes_before_a_card_that_expires(
    shop: Shop, session: Session, asked: str
) -> None:
    """A hidden question cannot be answered, and silence ends the subscription."""
    await shop.go_to(date(2026, 12, 5))
    [method] = await shop.rows(PaymentMethod)
    await set_expiry(shop.rt, KIM, method.id, month=date(2026, 12, 1))
    [before] = await subscription_view.rows(shop.rt, actor_of(session))
    await price_increase.record_decision(shop.rt, actor_of(session), asked, accepts=True)
    [after] = await subscription_view.rows(shop.rt, actor_of(session))

    assert (before.alert.action, after.alert.action) == ("price", "card")
