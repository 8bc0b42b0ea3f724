"""Advancing the sandbox's clock makes everything happen on its day."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.core.settings import Mode
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.events.models import EventRecord
from tossbill_ui.notices.models import Notice
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.subscriptions.actions import pause
from tossbill_ui.subscriptions.models import PriceConsent, Subscription
from tossbill_ui.toss.sandbox_clock import SandboxClock
from tossbill_ui.worker.jobs import ticks_for
from tossbill_ui.worker.sandbox_time import run_sandbox_time


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON, followed=True) as opened:
        await opened.control("POST", "clock/set", {"stopped": True})
        await opened.rt.clock.refresh()
        yield opened


async def clock(shop: Shop) -> dict[str, Any]:
    return await shop.control("GET", "clock")


async def test_advancing_months_charges_each_period_on_its_day(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)

    advanced = await shop.control("POST", "clock/advance", {"months": 3})
    assert advanced["now"] == NOON.isoformat()
    await run_sandbox_time(shop.rt)

    current = await clock(shop)
    assert current["target"] is None
    assert (
        datetime.fromisoformat(current["now"]).astimezone(SEOUL).date().isoformat() == "2027-02-24"
    )
    days = [payment.approved_at.astimezone(SEOUL).date() for payment in await shop.rows(Payment)]
    assert [str(day) for day in sorted(days)] == [
        "2026-11-24",
        "2026-12-24",
        "2027-01-24",
        "2027-02-24",
    ]
    await shop.assert_ledgers_agree()


async def test_time_stands_still_while_a_payment_is_unresolved(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "error_500_after"},
        {"endpoint": "lookup", "kind": "error_500_before"},
    )
    await shop.control("POST", "clock/advance", {"months": 2})

    await run_sandbox_time(shop.rt)

    waiting = await clock(shop)
    assert waiting["target"] is not None
    assert waiting["now"].startswith("2026-12-24")
    [unknown] = [each for each in await shop.rows(Payment) if each.status == PaymentStatus.UNKNOWN]
    assert waiting["waits"]["order_id"] == unknown.order_id
    assert datetime.fromisoformat(waiting["waits"]["until"]) == unknown.next_try_at
    await shop.faults()
    shop.machine.advance(timedelta(hours=1))
    await run_sandbox_time(shop.rt)
    arrived = await clock(shop)
    assert (arrived["target"], arrived["waits"]) == (None, None)


async def test_advancing_to_the_next_event_includes_the_shops_due_dates(
    shop: Shop, session: Session
) -> None:
    await shop.subscribe(session)
    await run_sandbox_time(shop.rt)

    await shop.control("POST", "clock/next")
    await run_sandbox_time(shop.rt)

    assert (await clock(shop))["now"].startswith("2026-12-24")


async def test_trial_end_is_announced_when_time_advances(shop: Shop, session: Session) -> None:
    """Advancing to the next event stops at the question; advancing past it leaves it unanswered."""
    trial = (await shop.subscribe(session, "pro")).subscription.id
    await run_sandbox_time(shop.rt)

    await shop.control("POST", "clock/next")
    await run_sandbox_time(shop.rt)

    assert (await clock(shop))["now"].startswith("2026-12-01T01:00")
    assert len(await shop.rows(PriceConsent)) == 1
    await shop.control("POST", "clock/advance", {"months": 1})
    await run_sandbox_time(shop.rt)
    kinds = {row.kind: row.created_at for row in await shop.rows(Notice)}
    assert list(kinds) == ["trial_ending", "trial_reminder", "trial_over"]
    assert (await shop.view(session, trial)).subscription.status == "ended"
    assert await shop.money() == []


async def test_starting_worker_reads_the_sandbox_clock_before_announcing(
    shop: Shop, session: Session
) -> None:
    """A trial that ends soon by the machine's clock may have weeks left by the sandbox's clock."""
    await shop.subscribe(session, "pro")
    assert isinstance(shop.rt.clock, SandboxClock)
    shop.rt.clock.take(NOON + timedelta(days=12), stopped=True)

    [announce] = [each for each in ticks_for(Mode.SANDBOX) if each.name.startswith("announce")]
    await announce.run(shop.rt)

    assert await shop.rows(Notice) == []


async def test_ends_of_access_come_in_order_and_at_midnight_when_time_jumps(
    shop: Shop, session: Session
) -> None:
    """The grace ends long before the last attempt, in a jump over both."""
    await shop.subscribe(session)
    refused = {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT"}
    await shop.faults(refused)
    await shop.control("POST", "clock/advance", {"months": 4})

    await run_sandbox_time(shop.rt)

    rows = sorted(await shop.rows(EventRecord), key=lambda row: row.seq)
    found = [
        (f"{row.at.astimezone(SEOUL):%m-%d %H:%M}", row.type.split(".")[1], row.reason)
        for row in rows
        if row.type.startswith(("customer.access", "subscription."))
    ]
    code = refused["code"]
    assert found == [
        ("11-24 12:00", "created", ""),
        ("11-24 12:00", "started", ""),
        ("11-24 12:00", "access_changed", "started"),
        ("12-24 10:00", "past_due", code),
        ("12-25 10:00", "past_due", code),
        ("12-27 10:00", "past_due", code),
        ("12-31 00:00", "access_changed", "grace_over"),
        ("12-31 10:00", "past_due", code),
        ("01-07 10:00", "ended", "unpaid"),
    ]


async def test_clock_that_steps_to_the_next_event_stops_at_the_end_of_access(
    shop: Shop, session: Session
) -> None:
    seen = await shop.subscribe(session)
    await pause.pause(shop.rt, actor_of(session), seen.subscription.id)
    await run_sandbox_time(shop.rt)

    await shop.control("POST", "clock/next")
    await run_sandbox_time(shop.rt)

    assert (await clock(shop))["now"].startswith("2026-12-23T15:00")
    assert not (await shop.rows(Subscription))[0].has_access
