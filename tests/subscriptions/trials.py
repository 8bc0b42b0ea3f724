"""Helpers for tests of the end of a trial."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from tests.support.shop import Shop
from tossbill_ui.notices.models import Notice, NoticeKind
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.subscriptions.models import Price

ENDS = date(2026, 12, 8)
ANNOUNCED = ENDS - timedelta(days=7)
REMINDED = ENDS - timedelta(days=2)


async def announce(shop: Shop) -> None:
    """Announce the end of the only trial a week before it."""
    await shop.go_to(ANNOUNCED)
    assert await announce_trials(shop.rt) == 1


async def run_past_trial_end(shop: Shop, days: int = 0) -> None:
    """Run charges and announcements daily until some days after the trial's end."""
    day = max(ANNOUNCED, (shop.clock.now() + timedelta(hours=9)).date())
    while day <= ENDS + timedelta(days=days):
        await shop.go_to(day)
        await announce_trials(shop.rt)
        await shop.run()
        day += timedelta(days=1)


async def notices_of(shop: Shop, *kinds: NoticeKind) -> list[Notice]:
    return [row for row in await shop.rows(Notice) if row.kind in kinds]


async def set_trial_days(shop: Shop, plan_code: str, days: int) -> None:
    async with shop.rt.db.write() as db:
        price = sa.update(Price).where(col(Price.plan_code) == plan_code)
        await db.exec(price.values(trial_days=days))
