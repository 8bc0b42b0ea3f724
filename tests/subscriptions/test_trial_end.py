"""A trial ends uncharged unless its customer consents when asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.subscriptions.trials import ENDS, announce, notices_of, run_past_trial_end
from tests.support.shop import Shop
from tossbill_ui.core.errors import Conflict, NotFound
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.subscriptions.actions import change_method, price_increase
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import PriceConsent


async def test_consenting_customer_is_charged_on_the_day(
    shop: Shop, session: Session, trial: str
) -> None:
    await announce(shop)
    [asked] = await shop.rows(PriceConsent)
    assert (asked.changes_on, asked.before_krw, asked.after_krw) == (ENDS, 0, 29_000)
    assert (asked.asked_by, asked.answer) == ("engine", None)

    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await run_past_trial_end(shop)

    assert await shop.money() == [("approved", 29_000)]
    assert (await shop.view(session, trial)).subscription.status == "active"
    kinds = await shop.event_types(session, trial)
    assert kinds == [
        "subscription.trial_started",
        "subscription.price_consent_asked",
        "subscription.price_consent_given",
        "payment.charged",
        "subscription.started",
    ]
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("answers", [[], [False], [True, False]], ids=str)
async def test_trial_without_consent_ends_uncharged_and_keeps_the_card(
    shop: Shop, session: Session, trial: str, answers: list[bool]
) -> None:
    await announce(shop)
    for accepts in answers:
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=accepts)

    await shop.go_to(ENDS - timedelta(days=1), hour=23)
    assert (await shop.view(session, trial)).works
    await run_past_trial_end(shop, days=30)

    seen = await shop.view(session, trial)
    assert (seen.subscription.status, seen.method.status) == ("ended", "active")
    assert await shop.money() == []
    [over] = await notices_of(shop, NoticeKind.TRIAL_OVER, NoticeKind.NO_CONSENT)
    assert "결제 없이 구독이 끝났어요" in over.body
    await change_method.remove_method(shop.rt, actor_of(session), seen.method.id)


async def test_last_answer_counts(shop: Shop, session: Session, trial: str) -> None:
    await announce(shop)
    for accepts in (True, False, True):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=accepts)

    await run_past_trial_end(shop)

    assert await shop.money() == [("approved", 29_000)]


async def test_answer_on_the_last_day_is_too_late(shop: Shop, session: Session, trial: str) -> None:
    await announce(shop)
    await shop.go_to(ENDS, hour=1)

    with pytest.raises(Conflict) as refused:
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
    await run_past_trial_end(shop)

    assert refused.value.code == "not_active"
    assert await shop.money() == []


async def test_customer_who_was_never_asked_is_not_charged(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.run_daily_until(ENDS)
    await announce_trials(shop.rt)

    assert (await shop.view(session, trial)).subscription.status == "ended"
    assert await shop.money() == []
    assert await notices_of(shop, NoticeKind.TRIAL_ENDING) == []


async def test_stranger_cannot_answer(shop: Shop, session: Session, trial: str) -> None:
    await announce(shop)

    for stranger in (None, new_session()):
        with pytest.raises(NotFound):
            await price_increase.record_decision(shop.rt, actor_of(stranger), trial, accepts=True)
    await run_past_trial_end(shop)

    assert await shop.money() == []


async def test_trial_cannot_be_answered_before_the_question(
    shop: Shop, session: Session, trial: str
) -> None:
    """The terms agreed to at the start are no consent."""
    with pytest.raises(NotFound):
        await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=True)
