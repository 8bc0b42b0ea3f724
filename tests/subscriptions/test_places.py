"""Payments wait for a place, are asked for, and are recorded with others; none is forgotten."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from sqlmodel import select

from tests.subscriptions.paused_toss import PLACES, Desk, assert_all_paid_once, is_pending
from tests.support.wire import refuse
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.subscriptions.engine import renewal
from tossbill_ui.subscriptions.models import Subscription


async def test_places_are_filled_in_the_order_of_what_is_due(desk: Desk) -> None:
    await desk.begin(3 * PLACES)
    await desk.until_asked(PLACES)
    for asked in range(PLACES + 1, 3 * PLACES + 1):
        desk.wire.answer(1)
        await desk.until_asked(asked)
    desk.wire.open()

    assert (await desk.ended()).charged == 3 * PLACES
    assert [order.split("-")[0] for order in desk.wire.asked] == desk.due


async def test_no_more_wait_than_half_as_many_again_as_there_are_places(desk: Desk) -> None:
    await desk.begin(10 * PLACES)
    most = 0
    for asked in range(PLACES, 6 * PLACES):
        await desk.until_asked(asked)
        pending = [row for row in await desk.payments() if row.status == PaymentStatus.PENDING]
        most = max(most, len(await desk.payments()) - asked)
        assert all(row.lease_until and row.attempts == 1 for row in pending)
        desk.wire.answer(1)
    desk.wire.open()

    assert PLACES // 2 < most <= PLACES + PLACES // 2
    assert (await desk.ended()).charged == 10 * PLACES


async def test_no_place_is_held_while_an_answer_is_recorded(desk: Desk) -> None:
    await desk.begin(2 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    async with desk.shop.rt.db.write() as db:  # nothing can be recorded
        await db.exec(select(Subscription).with_for_update())
        desk.wire.answer(PLACES)
        await desk.until_asked(2 * PLACES)
        assert is_pending(2 * PLACES)(await desk.payments())
    desk.wire.open()

    assert (await desk.ended()).charged == 2 * PLACES
    await assert_all_paid_once(desk, 2 * PLACES)


async def test_answers_are_recorded_together(desk: Desk) -> None:
    await desk.begin(2 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    for asked in range(PLACES + 1, 2 * PLACES):
        desk.wire.answer(1)
        await desk.until_asked(asked)
    assert is_pending(2 * PLACES)(await desk.payments())

    desk.wire.answer(1)
    await desk.until(is_pending(PLACES))
    desk.wire.open()

    assert (await desk.ended()).charged == 2 * PLACES


async def test_an_answer_does_not_wait_long_for_others(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "RECORDED_WITHIN_SECONDS", 0.05)
    await desk.begin(PLACES)
    await desk.until_asked(PLACES)
    desk.wire.answer(1)

    await desk.until(is_pending(PLACES - 1))
    desk.wire.open()

    assert (await desk.ended()).charged == PLACES


async def test_the_last_answer_waits_for_nobody(desk: Desk) -> None:
    await desk.begin(1)
    await desk.until_asked(1)
    desk.wire.answer(1)

    assert (await desk.ended()).charged == 1


async def test_what_waits_when_told_to_stop_is_given_back(desk: Desk) -> None:
    await desk.begin(3 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    desk.stop.set()
    desk.wire.answer(PLACES)

    report = await desk.ended()
    assert (report.charged, report.failed, report.is_exhausted) == (PLACES, 0, False)
    assert len(desk.wire.asked) == PLACES
    assert len(await desk.payments()) == PLACES  # none is left of those nobody asked for
    assert not desk.shop.rt.leases.held

    await assert_all_paid_once(desk, 3 * PLACES)
    assert not desk.wire.looked_up


async def test_what_was_taken_up_again_is_anybodys_when_told_to_stop(desk: Desk) -> None:
    await desk.begin(2 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    desk.running[-1].cancel()  # killed, and its leases run out
    desk.shop.machine.advance(2 * desk.shop.rt.lease)
    desk.wire.standing.clear()
    desk.wire.asked.clear()
    desk.start()
    await desk.until(lambda rows: sum(row.attempts == 2 for row in rows) == 2 * PLACES)
    await desk.until_asked(PLACES)
    desk.stop.set()
    desk.wire.answer(PLACES)

    assert (await desk.ended()).charged == PLACES
    left = [row for row in await desk.payments() if row.status == PaymentStatus.PENDING]
    assert [row.lease_until for row in left] == [desk.shop.machine.now()] * PLACES
    await assert_all_paid_once(desk, 2 * PLACES)


async def test_after_a_refused_key_nothing_more_is_asked(desk: Desk) -> None:
    await desk.begin(3 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    desk.wire.answer(1, refuse(403, "UNAUTHORIZED_KEY"))
    desk.wire.answer(PLACES - 1)

    report = await desk.ended()
    assert report.is_refused
    assert (report.charged, report.refused) == (PLACES - 1, 1)
    assert len(desk.wire.asked) == PLACES
    assert len(await desk.payments()) == PLACES


async def test_what_is_claimed_when_time_is_up_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(renewal, "time", SimpleNamespace(monotonic=lambda: now[0]))
    await desk.begin(3 * PLACES)
    await desk.until_all_stand(2 * PLACES)
    now[0] = 61.0
    desk.wire.open()

    report = await desk.ended()
    assert (report.charged, report.is_exhausted) == (2 * PLACES, False)
    await assert_all_paid_once(desk, 3 * PLACES)


async def test_who_waited_past_the_lease_is_not_asked_for(desk: Desk) -> None:
    due = 2 * PLACES - 1  # so that this pass looks for nothing more
    await desk.begin(due)
    await desk.until_all_stand(due)
    desk.shop.machine.advance(2 * desk.shop.rt.lease)  # the process stood still
    desk.wire.answer(PLACES)

    report = await desk.ended()
    assert (report.charged, len(desk.wire.asked)) == (PLACES, PLACES)
    await assert_all_paid_once(desk, due)


async def test_one_we_fail_on_holds_up_no_other(desk: Desk) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("planted")

    await desk.begin(PLACES)
    await desk.until_asked(PLACES)
    desk.wire.answer(PLACES - 1)
    await asyncio.sleep(0)
    desk.wire.answer(1, fail)

    report = await desk.ended()
    assert (report.charged, report.failed) == (PLACES - 1, 1)
    desk.shop.machine.advance(2 * desk.shop.rt.lease)
    await assert_all_paid_once(desk, PLACES)
