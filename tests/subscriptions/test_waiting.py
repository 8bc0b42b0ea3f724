"""What may happen while a claimed payment waits to be asked for; the last look decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from tests.subscriptions.paused_toss import (
    PLACES,
    Desk,
    assert_all_paid_once,
    is_pending,
    open_desk,
)
from tests.support.wire import Answer, refuse
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import actor_of
from tossbill_ui.notices.models import Notice
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments import charge
from tossbill_ui.payments.models import Invoice, PaymentStatus
from tossbill_ui.subscriptions.actions import cancel, change_method, pause
from tossbill_ui.subscriptions.engine.method_deleted import lose_method
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.toss import rate_limit

DUE = 2 * PLACES - 1  # so that a pass looks for nothing more
TOMORROW = date(2026, 12, 21)


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


async def look(desk: Desk, subscription_id: str) -> SubscriptionView:
    return await desk.shop.look(desk.customer, subscription_id)


async def begin_with_one_waiting(desk: Desk) -> str:
    """Begin a pass; return whose payment waits for a place."""
    await desk.begin(DUE)
    await desk.until_all_stand(DUE)
    return desk.due[PLACES]


async def go_on_after_long(desk: Desk) -> None:
    """Answer who was asked for, when the others have waited for long."""
    desk.shop.machine.advance(2 * charge.LONG_WAIT)
    desk.wire.answer(PLACES)
    desk.wire.open()


async def assert_nothing_left(desk: Desk, subscription_id: str) -> None:
    """Nothing says that the subscription was ever to be renewed."""
    payments, invoices = await desk.payments(), await desk.shop.rows(Invoice)
    assert subscription_id not in {row.subscription_id for row in [*payments, *invoices]}


async def test_who_cancels_is_not_charged(desk: Desk) -> None:
    unlucky = await begin_with_one_waiting(desk)
    await cancel.cancel_now(desk.shop.rt, actor_of(desk.customer), unlucky, expected_refund_krw=0)
    await go_on_after_long(desk)

    report = await desk.ended()
    assert (report.charged, report.refused, report.failed) == (DUE - 1, 0, 0)
    assert (await look(desk, unlucky)).subscription.status == "ended"
    await assert_nothing_left(desk, unlucky)
    await desk.shop.run()
    assert len(await desk.shop.money()) == DUE
    await desk.shop.assert_ledgers_agree()


async def test_who_cancels_at_the_periods_end_is_not_charged(desk: Desk) -> None:
    unlucky = await begin_with_one_waiting(desk)
    await cancel.cancel_at_period_end(desk.shop.rt, actor_of(desk.customer), unlucky)
    await go_on_after_long(desk)

    assert (await desk.ended()).charged == DUE - 1
    assert (await look(desk, unlucky)).subscription.status == "ended"
    await assert_nothing_left(desk, unlucky)


async def test_whose_card_is_gone_is_asked_for_another(desk: Desk) -> None:
    other = await desk.shop.card(desk.customer)
    await desk.have_due(DUE)
    unlucky = desk.due[PLACES]
    await change_method.change_method(
        desk.shop.rt, actor_of(desk.customer), unlucky, payment_method_id=other
    )
    [card] = [row for row in await desk.shop.rows(PaymentMethod) if row.id == other]
    desk.start()
    await desk.until_all_stand(DUE)
    await lose_method(desk.shop.rt, card.billing_key_hash)
    await go_on_after_long(desk)
    assert (await desk.ended()).charged == DUE - 1

    await desk.shop.run()
    seen = (await look(desk, unlucky)).subscription
    assert (seen.status, seen.needs_card) == ("past_due", True)
    told = [row.kind for row in await desk.shop.rows(Notice)]
    assert (told.count("card_needed"), told.count("payment_failed")) == (1, 0)
    assert len(await desk.shop.money()) == DUE
    await desk.shop.assert_ledgers_agree()


async def test_what_would_change_the_payment_is_refused_meanwhile(desk: Desk) -> None:
    other = await desk.shop.card(desk.customer)
    unlucky = await begin_with_one_waiting(desk)
    rt, who = desk.shop.rt, desk.customer

    with pytest.raises(Conflict, match="not settled"):
        await pause.pause(rt, actor_of(who), unlucky)
    with pytest.raises(Conflict, match="not settled"):
        await change_method.change_method(rt, actor_of(who), unlucky, payment_method_id=other)
    [row] = [row for row in await desk.payments() if row.subscription_id == unlucky]
    with pytest.raises(Conflict, match="charged on this"):
        await change_method.remove_method(rt, actor_of(who), row.payment_method_id)
    await go_on_after_long(desk)

    assert (await desk.ended()).charged == DUE
    await assert_all_paid_once(desk, DUE)


@pytest.mark.parametrize(
    "answer",
    [away, refuse(503, "SERVICE_UNAVAILABLE"), refuse(429, "TOO_MANY_REQUESTS")],
    ids=["connection refused", "503", "429"],
)
async def test_toss_is_away_and_comes_back(desk: Desk, answer: Answer) -> None:
    await desk.begin(DUE)
    await desk.until_all_stand(DUE)
    desk.wire.answer(PLACES, answer)
    await desk.until_asked(DUE)
    desk.wire.answer(PLACES - 1, answer)

    report = await desk.ended()
    assert (report.charged, report.in_doubt, report.failed) == (0, DUE, 0)
    assert {row.status for row in await desk.payments()} == {PaymentStatus.UNKNOWN}
    assert (await look(desk, desk.due[-1])).is_unresolved
    desk.wire.open()
    desk.shop.wait(timedelta(minutes=2))
    await assert_all_paid_once(desk, DUE)
    assert set(desk.wire.looked_up) == {row.order_id for row in await desk.payments()}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Closed, it lets nobody through whom our limit of calls a minute holds back."""
    opened = asyncio.Event()
    opened.set()

    async def sleep(_: float) -> None:
        await opened.wait()

    monkeypatch.setattr(rate_limit, "asyncio", SimpleNamespace(sleep=sleep))
    return opened


@pytest.fixture
async def paced(tmp_path: Path, database_url: str, gate: asyncio.Event) -> AsyncGenerator[Desk]:
    async with open_desk(tmp_path, database_url, per_minute=1) as desk:
        yield desk
        gate.set()


async def begin_held_back(desk: Desk, gate: asyncio.Event) -> None:
    """Begin a pass that our own limit holds back right before its first call."""
    await desk.have_due(DUE)
    gate.clear()
    desk.start()
    await desk.until(is_pending(DUE))
    desk.wire.open()


async def test_the_limit_holds_nobody_back_from_canceling(paced: Desk, gate: asyncio.Event) -> None:
    await begin_held_back(paced, gate)
    for unlucky in (paced.due[0], paced.due[-1]):  # one has a place, one waits for it
        await cancel.cancel_now(
            paced.shop.rt, actor_of(paced.customer), unlucky, expected_refund_krw=0
        )
    paced.shop.machine.advance(2 * charge.LONG_WAIT)
    gate.set()

    assert (await paced.ended()).charged == DUE - 2
    assert len(await paced.shop.money()) == 1 + DUE - 2
    await paced.shop.assert_ledgers_agree()


async def test_who_was_held_back_past_the_lease_is_not_asked_for(
    paced: Desk, gate: asyncio.Event
) -> None:
    await begin_held_back(paced, gate)
    paced.shop.machine.advance(2 * paced.shop.rt.lease)
    gate.set()

    assert (await paced.ended()).charged == 0
    assert len(await paced.shop.money()) == 1
    await assert_all_paid_once(paced, DUE)


async def test_who_is_held_back_until_the_hours_are_over_is_not_charged(
    paced: Desk, gate: asyncio.Event
) -> None:
    await begin_held_back(paced, gate)
    paced.shop.clock.advance(timedelta(hours=9))
    gate.set()

    assert (await paced.ended()).charged == 0
    await paced.shop.run()
    assert len(await paced.shop.money()) == 1
    await paced.shop.go_to(TOMORROW)
    await assert_all_paid_once(paced, DUE)
