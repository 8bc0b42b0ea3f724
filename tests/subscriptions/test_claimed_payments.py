"""Claimed payments are checked again before they are charged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from tests.subscriptions.paused_toss import (
    SLOTS,
    PausedToss,
    assert_all_paid_once,
    is_pending,
    open_paused_toss,
)
from tests.support.wire import Responder, refuse
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

DUE = 2 * SLOTS - 1  # so that the run claims nothing more
TOMORROW = date(2026, 12, 21)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


async def view(paused: PausedToss, subscription_id: str) -> SubscriptionView:
    return await paused.shop.view(paused.customer, subscription_id)


async def begin_with_one_waiting(paused: PausedToss) -> str:
    """Start the engine; return a subscription whose payment waits for a slot."""
    await paused.begin(DUE)
    await paused.wait_until_slots_full(DUE)
    return paused.due[SLOTS]


async def release_after_long_wait(paused: PausedToss) -> None:
    """Release the charges in flight after the others have waited for long."""
    paused.shop.machine.advance(2 * charge.LONG_WAIT)
    paused.wire.release(SLOTS)
    paused.wire.release_all()


async def assert_no_renewal_left(paused: PausedToss, subscription_id: str) -> None:
    """No payment or invoice of the renewal is left."""
    payments, invoices = await paused.payments(), await paused.shop.rows(Invoice)
    assert subscription_id not in {row.subscription_id for row in [*payments, *invoices]}


async def test_canceled_subscription_is_not_charged(paused: PausedToss) -> None:
    waiting_id = await begin_with_one_waiting(paused)
    await cancel.cancel_now(
        paused.shop.rt, actor_of(paused.customer), waiting_id, expected_refund_krw=0
    )
    await release_after_long_wait(paused)

    report = await paused.report()
    assert (report.charged, report.declined, report.failed) == (DUE - 1, 0, 0)
    assert (await view(paused, waiting_id)).subscription.status == "ended"
    await assert_no_renewal_left(paused, waiting_id)
    await paused.shop.run()
    assert len(await paused.shop.money()) == DUE
    await paused.shop.assert_ledgers_agree()


async def test_subscription_canceled_at_period_end_is_not_charged(paused: PausedToss) -> None:
    waiting_id = await begin_with_one_waiting(paused)
    await cancel.cancel_at_period_end(paused.shop.rt, actor_of(paused.customer), waiting_id)
    await release_after_long_wait(paused)

    assert (await paused.report()).charged == DUE - 1
    assert (await view(paused, waiting_id)).subscription.status == "ended"
    await assert_no_renewal_left(paused, waiting_id)


async def test_deleted_card_asks_for_another_instead_of_charging(paused: PausedToss) -> None:
    other = await paused.shop.card(paused.customer)
    await paused.make_due(DUE)
    waiting_id = paused.due[SLOTS]
    await change_method.change_method(
        paused.shop.rt, actor_of(paused.customer), waiting_id, payment_method_id=other
    )
    [card] = [row for row in await paused.shop.rows(PaymentMethod) if row.id == other]
    paused.start()
    await paused.wait_until_slots_full(DUE)
    await lose_method(paused.shop.rt, card.billing_key_hash)
    await release_after_long_wait(paused)
    assert (await paused.report()).charged == DUE - 1

    await paused.shop.run()
    seen = (await view(paused, waiting_id)).subscription
    assert (seen.status, seen.needs_card) == ("past_due", True)
    told = [row.kind for row in await paused.shop.rows(Notice)]
    assert (told.count("card_needed"), told.count("payment_failed")) == (1, 0)
    assert len(await paused.shop.money()) == DUE
    await paused.shop.assert_ledgers_agree()


async def test_actions_that_would_change_the_payment_are_refused(paused: PausedToss) -> None:
    other = await paused.shop.card(paused.customer)
    waiting_id = await begin_with_one_waiting(paused)
    rt, customer = paused.shop.rt, paused.customer

    with pytest.raises(Conflict, match="not settled"):
        await pause.pause(rt, actor_of(customer), waiting_id)
    with pytest.raises(Conflict, match="not settled"):
        await change_method.change_method(
            rt, actor_of(customer), waiting_id, payment_method_id=other
        )
    [row] = [row for row in await paused.payments() if row.subscription_id == waiting_id]
    with pytest.raises(Conflict, match="charged to this"):
        await change_method.remove_method(rt, actor_of(customer), row.payment_method_id)
    await release_after_long_wait(paused)

    assert (await paused.report()).charged == DUE
    await assert_all_paid_once(paused, DUE)


@pytest.mark.parametrize(
    "answer",
    [unreachable, refuse(503, "SERVICE_UNAVAILABLE"), refuse(429, "TOO_MANY_REQUESTS")],
    ids=["connection refused", "503", "429"],
)
async def test_charges_are_completed_after_toss_was_unavailable(
    paused: PausedToss, answer: Responder
) -> None:
    await paused.begin(DUE)
    await paused.wait_until_slots_full(DUE)
    paused.wire.release(SLOTS, answer)
    await paused.wait_until_requested(DUE)
    paused.wire.release(SLOTS - 1, answer)

    report = await paused.report()
    assert (report.charged, report.unresolved, report.failed) == (0, DUE, 0)
    assert {row.status for row in await paused.payments()} == {PaymentStatus.UNKNOWN}
    assert (await view(paused, paused.due[-1])).is_unresolved
    paused.wire.release_all()
    paused.shop.wait(timedelta(minutes=2))
    await assert_all_paid_once(paused, DUE)
    assert set(paused.wire.looked_up) == {row.order_id for row in await paused.payments()}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """While it is closed, our rate limit blocks calls to Toss."""
    opened = asyncio.Event()
    opened.set()

    async def sleep(_: float) -> None:
        await opened.wait()

    monkeypatch.setattr(rate_limit, "asyncio", SimpleNamespace(sleep=sleep))
    return opened


@pytest.fixture
async def limited(
    tmp_path: Path, database_url: str, gate: asyncio.Event
) -> AsyncGenerator[PausedToss]:
    async with open_paused_toss(tmp_path, database_url, per_minute=1) as paused:
        yield paused
        gate.set()


async def begin_rate_limited(paused: PausedToss, gate: asyncio.Event) -> None:
    """Start the engine with our rate limit blocking its first call."""
    await paused.make_due(DUE)
    gate.clear()
    paused.start()
    await paused.wait_until(is_pending(DUE))
    paused.wire.release_all()


async def test_rate_limit_does_not_block_cancellations(
    limited: PausedToss, gate: asyncio.Event
) -> None:
    await begin_rate_limited(limited, gate)
    for waiting_id in (limited.due[0], limited.due[-1]):  # one has a slot, the other waits for one
        await cancel.cancel_now(
            limited.shop.rt, actor_of(limited.customer), waiting_id, expected_refund_krw=0
        )
    limited.shop.machine.advance(2 * charge.LONG_WAIT)
    gate.set()

    assert (await limited.report()).charged == DUE - 2
    assert len(await limited.shop.money()) == 1 + DUE - 2
    await limited.shop.assert_ledgers_agree()


async def test_payment_delayed_past_its_lease_is_not_charged(
    limited: PausedToss, gate: asyncio.Event
) -> None:
    await begin_rate_limited(limited, gate)
    limited.shop.machine.advance(2 * limited.shop.rt.lease)
    gate.set()

    assert (await limited.report()).charged == 0
    assert len(await limited.shop.money()) == 1
    await assert_all_paid_once(limited, DUE)


async def test_payment_delayed_past_the_charge_hours_is_not_charged(
    limited: PausedToss, gate: asyncio.Event
) -> None:
    await begin_rate_limited(limited, gate)
    limited.shop.clock.advance(timedelta(hours=9))
    gate.set()

    assert (await limited.report()).charged == 0
    await limited.shop.run()
    assert len(await limited.shop.money()) == 1
    await limited.shop.go_to(TOMORROW)
    await assert_all_paid_once(limited, DUE)
