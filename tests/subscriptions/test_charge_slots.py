"""Payments wait for a charge slot, are charged and recorded in batches, and none is forgotten."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from sqlmodel import select

from tests.subscriptions.paused_toss import SLOTS, PausedToss, assert_all_paid_once, is_pending
from tests.support.wire import refuse
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.subscriptions.engine import renewal
from tossbill_ui.subscriptions.models import Subscription


async def test_slots_are_filled_in_due_order(paused: PausedToss) -> None:
    await paused.begin(3 * SLOTS)
    await paused.wait_until_requested(SLOTS)
    for requested in range(SLOTS + 1, 3 * SLOTS + 1):
        paused.wire.release(1)
        await paused.wait_until_requested(requested)
    paused.wire.release_all()

    assert (await paused.report()).charged == 3 * SLOTS
    assert [order.split("-")[0] for order in paused.wire.requested] == paused.due


async def test_waiting_payments_are_limited_to_one_and_a_half_times_the_slots(
    paused: PausedToss,
) -> None:
    await paused.begin(10 * SLOTS)
    most = 0
    for requested in range(SLOTS, 6 * SLOTS):
        await paused.wait_until_requested(requested)
        pending = [row for row in await paused.payments() if row.status == PaymentStatus.PENDING]
        most = max(most, len(await paused.payments()) - requested)
        assert all(row.lease_until and row.attempts == 1 for row in pending)
        paused.wire.release(1)
    paused.wire.release_all()

    assert SLOTS // 2 < most <= SLOTS + SLOTS // 2
    assert (await paused.report()).charged == 10 * SLOTS


async def test_slot_is_free_while_a_response_is_recorded(paused: PausedToss) -> None:
    await paused.begin(2 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    async with paused.shop.rt.db.write() as db:  # blocks recording
        await db.exec(select(Subscription).with_for_update())
        paused.wire.release(SLOTS)
        await paused.wait_until_requested(2 * SLOTS)
        assert is_pending(2 * SLOTS)(await paused.payments())
    paused.wire.release_all()

    assert (await paused.report()).charged == 2 * SLOTS
    await assert_all_paid_once(paused, 2 * SLOTS)


async def test_responses_are_recorded_together(paused: PausedToss) -> None:
    await paused.begin(2 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    for requested in range(SLOTS + 1, 2 * SLOTS):
        paused.wire.release(1)
        await paused.wait_until_requested(requested)
    assert is_pending(2 * SLOTS)(await paused.payments())

    paused.wire.release(1)
    await paused.wait_until(is_pending(SLOTS))
    paused.wire.release_all()

    assert (await paused.report()).charged == 2 * SLOTS


async def test_response_does_not_wait_long_for_others(
    paused: PausedToss, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "RECORDED_WITHIN_SECONDS", 0.05)
    await paused.begin(SLOTS)
    await paused.wait_until_requested(SLOTS)
    paused.wire.release(1)

    await paused.wait_until(is_pending(SLOTS - 1))
    paused.wire.release_all()

    assert (await paused.report()).charged == SLOTS


async def test_last_response_is_recorded_at_once(paused: PausedToss) -> None:
    await paused.begin(1)
    await paused.wait_until_requested(1)
    paused.wire.release(1)

    assert (await paused.report()).charged == 1


async def test_waiting_claims_are_undone_on_stop(paused: PausedToss) -> None:
    await paused.begin(3 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    paused.stop.set()
    paused.wire.release(SLOTS)

    report = await paused.report()
    assert (report.charged, report.failed, report.is_exhausted) == (SLOTS, 0, False)
    assert len(paused.wire.requested) == SLOTS
    assert len(await paused.payments()) == SLOTS  # those of unsent charges are deleted
    assert not paused.shop.rt.leases.held

    await assert_all_paid_once(paused, 3 * SLOTS)
    assert not paused.wire.looked_up


async def test_reclaimed_payments_are_released_on_stop(paused: PausedToss) -> None:
    await paused.begin(2 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    paused.running[-1].cancel()  # killed, and its leases expire
    paused.shop.machine.advance(2 * paused.shop.rt.lease)
    paused.wire.paused.clear()
    paused.wire.requested.clear()
    paused.start()
    await paused.wait_until(lambda rows: sum(row.attempts == 2 for row in rows) == 2 * SLOTS)
    await paused.wait_until_requested(SLOTS)
    paused.stop.set()
    paused.wire.release(SLOTS)

    assert (await paused.report()).charged == SLOTS
    left = [row for row in await paused.payments() if row.status == PaymentStatus.PENDING]
    assert [row.lease_until for row in left] == [paused.shop.machine.now()] * SLOTS
    await assert_all_paid_once(paused, 2 * SLOTS)


async def test_nothing_is_charged_after_a_refused_key(paused: PausedToss) -> None:
    await paused.begin(3 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    paused.wire.release(1, refuse(403, "UNAUTHORIZED_KEY"))
    paused.wire.release(SLOTS - 1)

    report = await paused.report()
    assert report.is_access_refused
    assert (report.charged, report.declined) == (SLOTS - 1, 1)
    assert len(paused.wire.requested) == SLOTS
    assert len(await paused.payments()) == SLOTS


async def test_claimed_payments_are_finished_when_time_is_up(
    paused: PausedToss, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(renewal, "time", SimpleNamespace(monotonic=lambda: now[0]))
    await paused.begin(3 * SLOTS)
    await paused.wait_until_slots_full(2 * SLOTS)
    now[0] = 61.0
    paused.wire.release_all()

    report = await paused.report()
    assert (report.charged, report.is_exhausted) == (2 * SLOTS, False)
    await assert_all_paid_once(paused, 3 * SLOTS)


async def test_payment_that_waited_past_its_lease_is_not_charged(paused: PausedToss) -> None:
    due = 2 * SLOTS - 1  # so that the run claims nothing more
    await paused.begin(due)
    await paused.wait_until_slots_full(due)
    paused.shop.machine.advance(2 * paused.shop.rt.lease)  # the process was paused
    paused.wire.release(SLOTS)

    report = await paused.report()
    assert (report.charged, len(paused.wire.requested)) == (SLOTS, SLOTS)
    await assert_all_paid_once(paused, due)


async def test_failing_payment_does_not_block_the_others(paused: PausedToss) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError("planted")

    await paused.begin(SLOTS)
    await paused.wait_until_requested(SLOTS)
    paused.wire.release(SLOTS - 1)
    await asyncio.sleep(0)
    paused.wire.release(1, fail)

    report = await paused.report()
    assert (report.charged, report.failed) == (SLOTS - 1, 1)
    paused.shop.machine.advance(2 * paused.shop.rt.lease)
    await assert_all_paid_once(paused, SLOTS)
