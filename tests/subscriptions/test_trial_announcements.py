"""Every trial is announced once and in time, and reminded of once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.subscriptions.trials import (
    ANNOUNCED,
    ENDS,
    REMINDED,
    announce,
    notices_of,
    run_past_trial_end,
    set_trial_days,
)
from tests.support.shop import Shop
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.actions import price_increase
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Price, PriceConsent, Subscription


async def test_customer_is_asked_once_a_week_before_the_end(
    shop: Shop, session: Session, trial: str
) -> None:
    await shop.go_to(ANNOUNCED, hour=9)
    assert await announce_trials(shop.rt) == 0
    await announce(shop)

    # Several workers; on PostgreSQL all of them may have selected the row.
    await asyncio.gather(*(announce_trials(shop.rt) for _ in range(3)))

    assert len(await shop.rows(PriceConsent)) == 1
    [notice] = await notices_of(shop, NoticeKind.TRIAL_ENDING)
    for part in ("2026년 12월 8일", "지금 가격: 0원", "29,000원 (부가세 포함)", "현대카드", "해지"):
        assert part in notice.body
    assert (await shop.event_types(session, trial)).count("subscription.price_consent_asked") == 1


async def test_concurrent_workers_ask_once(shop: Shop, session: Session, trial: str) -> None:
    await shop.go_to(ANNOUNCED)

    await asyncio.gather(*(announce_trials(shop.rt) for _ in range(4)))

    assert (
        len(await shop.rows(PriceConsent))
        == len(await notices_of(shop, NoticeKind.TRIAL_ENDING))
        == 1
    )


async def test_crash_leaves_neither_consent_nor_notice(
    shop: Shop, session: Session, trial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_: object, **_more: object) -> None:
        raise RuntimeError

    await shop.go_to(ANNOUNCED)
    with monkeypatch.context() as patch:
        patch.setattr(trial_end, "publish", crash)
        with pytest.raises(RuntimeError):
            await announce_trials(shop.rt)
    assert await shop.rows(PriceConsent) == []

    assert await announce_trials(shop.rt) == 1
    assert len(await notices_of(shop, NoticeKind.TRIAL_ENDING)) == 1


async def test_failing_trial_does_not_block_other_announcements(
    shop: Shop, session: Session, trial: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (await shop.subscribe(new_session(), "pro")).subscription.id
    real = trial_end.publish

    async def fail(
        rt: Runtime, db: AsyncSession, of: Subscription, events: Any, **more: Any
    ) -> None:
        if of.id == trial:
            raise ValueError("planted")
        await real(rt, db, of, events, **more)

    await shop.go_to(ANNOUNCED)
    with monkeypatch.context() as patch:
        patch.setattr(trial_end, "publish", fail)
        assert await announce_trials(shop.rt) == 1
    assert [row.subscription_id for row in await shop.rows(PriceConsent)] == [other]

    assert await announce_trials(shop.rt) == 1
    assert {row.subscription_id for row in await shop.rows(PriceConsent)} == {trial, other}


async def test_customer_without_an_answer_is_reminded_once(
    shop: Shop, session: Session, trial: str
) -> None:
    other = new_session()
    await shop.subscribe(other, "pro")
    await shop.go_to(ANNOUNCED)
    assert await announce_trials(shop.rt) == 2
    await price_increase.record_decision(shop.rt, actor_of(session), trial, accepts=False)
    await shop.go_to(REMINDED, hour=9)
    assert await announce_trials(shop.rt) == 0

    await shop.go_to(REMINDED)
    assert await announce_trials(shop.rt) == 1
    assert await announce_trials(shop.rt) == 0

    [notice] = await notices_of(shop, NoticeKind.TRIAL_REMINDER)
    assert notice.customer_id == other.customer_id
    assert "답하지 않으면 2026년 12월 8일(화)에 결제 없이 끝나요" in notice.body


@pytest.mark.parametrize("days", [1, 3, 7])
async def test_short_trial_is_announced_when_it_starts(
    shop: Shop, session: Session, days: int
) -> None:
    await set_trial_days(shop, "pro", days)
    of = (await shop.subscribe(session, "pro")).subscription.id

    [asked] = await shop.rows(PriceConsent)
    assert (asked.answer, asked.changes_on) == (None, date(2026, 11, 24) + timedelta(days=days))
    await announce_trials(shop.rt)
    assert len(await notices_of(shop, NoticeKind.TRIAL_ENDING)) == 1
    assert await notices_of(shop, NoticeKind.TRIAL_REMINDER) == []
    await price_increase.record_decision(shop.rt, actor_of(session), of, accepts=True)
    await shop.run_daily_until(asked.changes_on)

    assert await shop.money() == [("approved", 29_000)]


async def test_trial_with_only_an_old_notice_is_announced(
    shop: Shop, session: Session, trial: str
) -> None:
    async with shop.rt.db.write() as db:
        [receipt] = await shop.rows(PaymentMethod)
        db.add(
            Notice(
                id="o" * 32,
                key=f"trial_ending:{trial}",
                customer_id=receipt.customer_id,
                kind="trial_ending",
                subject="old",
                body="old",
                created_at=shop.clock.now(),
            )
        )
    await shop.go_to(ENDS - timedelta(days=2))

    assert await announce_trials(shop.rt) == 1

    assert len(await shop.rows(PriceConsent)) == 1
    assert len(await notices_of(shop, NoticeKind.TRIAL_ENDING)) == 2


async def test_trial_below_the_minimum_amount_blocks_no_others(
    shop: Shop, session: Session, trial: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Early versions accepted prices below it, which are never charged and need no consent."""
    async with shop.rt.db.write() as db:
        (await db.get_one(Price, (await db.get_one(Subscription, trial)).price_id)).amount_krw = 150
    await shop.go_to(ANNOUNCED)

    assert await announce_trials(shop.rt) == 0

    assert await shop.rows(PriceConsent) == []
    await run_past_trial_end(shop)
    assert await shop.money() == []
    assert (await shop.view(session, trial)).subscription.status == "active"
    assert [line.message for line in caplog.records if line.exc_info] == []
