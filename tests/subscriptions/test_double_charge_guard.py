"""A false decline is detected before a retry charges the same period again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest

from tests.conftest import NOON
from tests.support.actors import KIM
from tests.support.shop import Shop, open_shop
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payments import charge
from tossbill_ui.payments.models import Difference, Invoice, Payment, Resolution
from tossbill_ui.subscriptions.actions import cancel, change_method
from tossbill_ui.subscriptions.actions.resolve import resolve
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.toss import wire
from tossbill_ui.toss.client import TossClient

RENEWAL = date(2026, 12, 24)
DECLINE = {"code": "REJECT_CARD_PAYMENT", "message": "거절"}


class FalseDeclines(httpx.AsyncBaseTransport):
    """A transport that reports made charges as declined, a given number of times."""

    def __init__(self) -> None:
        self.remaining = 0

    def wrap(self, wire: httpx.AsyncBaseTransport) -> FalseDeclines:
        self._wire = wire
        return self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._wire.handle_async_request(request)
        is_charge = request.method == "POST" and "/v1/billing/" in request.url.path
        if not (is_charge and self.remaining):
            return answer
        self.remaining -= 1
        await answer.aread()
        return httpx.Response(403, json=DECLINE)


@pytest.fixture
def false_declines() -> FalseDeclines:
    return FalseDeclines()


@pytest.fixture
async def shop(
    tmp_path: Path, database_url: str, false_declines: FalseDeclines
) -> AsyncGenerator[Shop]:
    async with open_shop(
        tmp_path, database_url, NOON, wrap_transport=false_declines.wrap
    ) as opened:
        yield opened


@pytest.fixture
async def subscription_id(shop: Shop, session: Session, false_declines: FalseDeclines) -> str:
    """A renewal that was charged but reported as declined."""
    seen = await shop.subscribe(session)
    false_declines.remaining = 1
    await shop.go_to(RENEWAL)
    await shop.run()
    seen = await shop.view(session, seen.subscription.id)
    assert seen.subscription.status == "past_due"
    assert await shop.money() == [("approved", 9900)] * 2
    return seen.subscription.id


async def assert_adopted(shop: Shop, session: Session, subscription_id: str) -> None:
    seen = await shop.view(session, subscription_id)
    assert (seen.subscription.status, seen.subscription.period_number) == ("active", 2)
    assert await shop.money() == [("approved", 9900)] * 2
    assert [row.kind for row in await shop.rows(Difference)] == ["refused_here"]
    await shop.assert_ledgers_agree()


async def test_retry_finds_the_charge_and_charges_nothing(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await shop.go_to(RENEWAL + timedelta(days=1))
    report = await shop.run()

    assert report.charged == 1
    await assert_adopted(shop, session, subscription_id)
    payments = sorted(await shop.rows(Payment), key=lambda row: row.order_id)
    assert [row.status for row in payments] == ["done", "done", "refused"]
    assert payments[-1].failure_code == "NEVER_CHARGED"
    assert [row.status for row in await shop.rows(Invoice)] == ["paid", "paid"]


async def test_new_card_is_not_charged_for_a_paid_period(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    other = await shop.card(session)

    await change_method.change_method(
        shop.rt, actor_of(session), subscription_id, payment_method_id=other
    )

    await assert_adopted(shop, session, subscription_id)


async def test_charge_refunded_at_toss_is_charged_again(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    [order_id] = [row.order_id for row in await shop.rows(Payment) if row.status == "refused"]
    paid = await shop.rt.toss.payment_by_order_id(order_id=order_id)
    assert paid
    await shop.rt.toss.cancel_payment(
        payment_key=paid.payment_key,
        amount_krw=9900,
        tax_free_krw=0,
        refundable_krw=9900,
        reason="by hand",
        idempotency_key="by-hand",
    )

    await shop.go_to(RENEWAL + timedelta(days=1))
    await shop.run()

    seen = await shop.view(session, subscription_id)
    assert seen.subscription.status == "active"
    assert len([row for row in await shop.rows(Payment) if row.status == "done"]) == 2


async def test_nothing_is_charged_while_the_lookup_fails(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    await shop.faults({"endpoint": "lookup", "kind": "error_500_before"})
    await shop.go_to(RENEWAL + timedelta(days=1))
    await shop.run()
    assert (await shop.view(session, subscription_id)).is_unresolved
    assert await shop.money() == [("approved", 9900)] * 2

    # The new order may have been requested by now, so it is looked up for a day.
    await shop.faults()
    for hours in (1, 30, 24, 24, 24, 24):
        shop.wait(timedelta(hours=hours))
        await shop.run()

    await assert_adopted(shop, session, subscription_id)


async def test_interrupted_attempt_looks_up_again(
    shop: Shop, session: Session, subscription_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None:
        raise RuntimeError("planted")

    with monkeypatch.context() as patch:
        patch.setattr(charge, "charge_or_look_up", killed)
        await shop.go_to(RENEWAL + timedelta(days=1))
        await shop.run()
    for _ in range(6):
        shop.wait(timedelta(days=1))
        await shop.run()

    await assert_adopted(shop, session, subscription_id)


async def test_adopted_charge_is_refunded_on_cancellation(
    shop: Shop, session: Session, subscription_id: str
) -> None:
    other = await shop.card(session)
    await change_method.change_method(
        shop.rt, actor_of(session), subscription_id, payment_method_id=other
    )
    await assert_adopted(shop, session, subscription_id)

    shown = await cancel.preview(shop.rt, actor_of(session), subscription_id)
    await cancel.cancel_now(
        shop.rt, actor_of(session), subscription_id, expected_refund_krw=shown.refund_krw
    )
    await shop.run()

    assert (await shop.money())[-1] == ("canceled", 9900)
    await shop.assert_ledgers_agree()


async def test_lookup_that_outlasts_the_lease_charges_nothing(
    shop: Shop, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By then another worker may have claimed the payment and charged it."""
    await shop.subscribe(session)
    await shop.faults(
        {"endpoint": "charge", "kind": "refuse", "code": "REJECT_CARD_PAYMENT", "count": 1}
    )
    await shop.go_to(RENEWAL)
    await shop.run()
    look_up = TossClient.payment_by_order_id

    async def slow(toss: TossClient, *, order_id: str) -> wire.Payment | None:
        shop.machine.advance(2 * shop.rt.lease)
        return await look_up(toss, order_id=order_id)

    await shop.go_to(RENEWAL + timedelta(days=1))
    with monkeypatch.context() as patch:
        patch.setattr(TossClient, "payment_by_order_id", slow)
        await run_due(shop.rt)
        assert await shop.money() == [("approved", 9900)]

    shop.wait(timedelta(hours=1))
    await shop.run()
    assert await shop.money() == [("approved", 9900)] * 2


async def test_adopted_charge_that_pays_a_period_is_not_refunded_as_unowed(
    shop: Shop, session: Session, subscription_id: str, false_declines: FalseDeclines
) -> None:
    await shop.go_to(RENEWAL + timedelta(days=1))
    await shop.run()
    assert (await shop.view(session, subscription_id)).subscription.period_number == 2
    [difference] = await shop.rows(Difference)

    with pytest.raises(Conflict):
        await resolve(shop.rt, KIM, difference.id, Resolution.REFUND)
