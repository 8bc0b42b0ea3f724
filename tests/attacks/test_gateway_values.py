"""Whatever values Toss's answers have, money that was taken is never shown as failed."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import NOON
from tests.support.actors import KIM
from tests.support.shop import Shop, open_shop
from tossbill_ui.core.clock import SEOUL
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.models import Difference, Payment, Refund, Resolution
from tossbill_ui.payments.outcome import NOT_IN_WON
from tossbill_ui.payments.reconcile import reconcile
from tossbill_ui.subscriptions.actions import refund, resolve
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.ui.history import first_paint
from tossbill_ui.ui.subscription import view as subscription_view

Body = dict[str, Any]
ABSURD = ["2099-12-31T23:59:59+09:00", "9999-12-31T23:59:59+09:00", "0001-01-01T00:00:00Z", 10**30]


class Rewriter(httpx.AsyncBaseTransport):
    """Changes every object in Toss's successful answers."""

    def __init__(self, wire: httpx.AsyncBaseTransport) -> None:
        self._wire = wire
        self.change: Callable[[Body], Body] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._wire.handle_async_request(request)
        body = await answer.aread()
        if self.change is None or answer.status_code != 200 or not body:
            return answer
        found = json.loads(body)
        is_list = isinstance(found, list)
        changed = [self.change(each) for each in found] if is_list else self.change(found)
        return httpx.Response(200, content=json.dumps(changed).encode())


@pytest.fixture
def rewriters() -> list[Rewriter]:
    return []


@pytest.fixture
async def shop(
    tmp_path: Path, database_url: str, rewriters: list[Rewriter]
) -> AsyncGenerator[Shop]:
    def wrap(wire: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        rewriters.append(Rewriter(wire))
        return rewriters[0]

    async with open_shop(tmp_path, database_url, NOON, wrap_transport=wrap) as opened:
        yield opened


@pytest.fixture
def toss(shop: Shop, rewriters: list[Rewriter]) -> Rewriter:
    return rewriters[0]


def in_dollars(body: Body) -> Body:
    """Say that the amounts are dollars."""
    return {**body, "currency": "USD"}


async def look_up_again(shop: Shop) -> None:
    """Let an hour pass, and look up what is not resolved."""
    shop.wait(timedelta(hours=1))
    await shop.run()


async def differences(shop: Shop) -> list[tuple[str, int | None, int | None]]:
    """Return every difference: its kind, our amount and theirs."""
    return [(row.kind, row.ours_krw, row.theirs_krw) for row in await shop.rows(Difference)]


async def test_charge_in_another_currency_is_unknown_and_a_difference(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    method = await shop.card(session)
    toss.change = in_dollars
    await shop.begin(session, "basic", method)
    await shop.rt.tasks.drain(seconds=120)
    await look_up_again(shop)

    [payment] = await shop.rows(Payment)
    [shown] = await subscription_view.rows(shop.rt, actor_of(session))
    assert (payment.status, payment.failure_code) == ("unknown", NOT_IN_WON)
    assert shown.alert.tone == "amber"
    assert await differences(shop) == [("amount", 9900, None)]
    [difference] = await shop.rows(Difference)
    with pytest.raises(Conflict, match="USD"):
        await resolve.resolve(shop.rt, KIM, difference.id, Resolution.TOSS)

    toss.change = None
    await look_up_again(shop)

    [payment] = await shop.rows(Payment)
    assert (payment.status, payment.failure_code) == ("done", None)
    await shop.assert_ledgers_agree()


async def test_aborted_payment_in_another_currency_is_not_a_decline(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    method = await shop.card(session)
    toss.change = lambda body: {**body, "currency": "USD", "status": "ABORTED"}
    await shop.begin(session, "basic", method)
    await shop.rt.tasks.drain(seconds=120)
    await look_up_again(shop)

    [payment] = await shop.rows(Payment)
    assert payment.status == "unknown"
    assert await differences(shop) == []


async def test_list_in_another_currency_is_a_difference(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    await shop.subscribe(session)
    shop.wait(timedelta(hours=2))
    toss.change = in_dollars

    found = await reconcile(shop.rt)

    [payment] = await shop.rows(Payment)
    assert (found.differences, payment.status) == (1, "done")
    assert await differences(shop) == [("amount", 9900, None)]


async def test_refund_in_another_currency_is_unknown_until_it_is_in_won(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    await shop.subscribe(session)
    [payment] = await shop.rows(Payment)
    toss.change = in_dollars
    await refund.refund_payment(shop.rt, KIM, payment.id, amount_krw=900, reason="r")
    await shop.run()
    await look_up_again(shop)
    [row] = await shop.rows(Refund)
    assert row.status == "unknown"

    toss.change = None
    await look_up_again(shop)

    [row] = await shop.rows(Refund)
    assert row.status == "done"
    await shop.assert_ledgers_agree()


@pytest.mark.parametrize("at", ABSURD, ids=str)
async def test_absurd_times_are_ours_instead_and_the_money_counts(
    shop: Shop, session: Session, toss: Rewriter, at: object
) -> None:
    def change(body: Body) -> Body:
        times = ("approvedAt", "requestedAt", "authenticatedAt", "transactionAt")
        cancels = [{**each, "canceledAt": at} for each in body.get("cancels") or ()]
        return {**body, **{name: at for name in times if name in body}, "cancels": cancels}

    toss.change = change
    seen = await shop.subscribe(session)
    shop.wait(timedelta(hours=2))
    [payment] = await shop.rows(Payment)
    await shop.refund_at_toss(payment, 900)
    await reconcile(shop.rt)

    [payment], [made] = await shop.rows(Payment), await shop.rows(Refund)
    [method] = await shop.rows(PaymentMethod)
    now = shop.clock.now()
    assert (seen.subscription.status, payment.status, made.status) == ("active", "done", "done")
    assert all(
        NOON <= each <= now for each in (payment.approved_at, made.created_at, made.ended_at)
    )
    assert NOON <= method.authenticated_at <= now
    slots = await first_paint.slots(shop.rt, actor_of(session), {})
    assert slots["first_what_0"] == "베이직 환불"
    await shop.assert_ledgers_agree()


async def test_time_ahead_of_our_clock_is_not_to_come(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    later = (NOON + timedelta(days=3)).astimezone(SEOUL).isoformat()
    toss.change = lambda body: {**body, "approvedAt": later, "authenticatedAt": later}
    await shop.subscribe(session)

    [payment] = await shop.rows(Payment)
    assert payment.approved_at == NOON


async def test_refunds_of_nothing_or_listed_twice_do_not_hide_a_charge(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    once = {"cancelAmount": 900, "transactionKey": "t1", "cancelReason": "콘솔"}
    nothing = {"cancelAmount": 0, "transactionKey": "t0"}
    toss.change = lambda body: {**body, "cancels": [once, nothing, once], "balanceAmount": 9000}
    await shop.subscribe(session)

    [payment], [made] = await shop.rows(Payment), await shop.rows(Refund)
    assert (payment.status, payment.refunded_krw) == ("done", 900)
    assert (made.amount_krw, made.transaction_key) == (900, "t1")


async def test_payment_that_cannot_be_read_does_not_stop_the_comparison_of_others(
    shop: Shop, session: Session, stranger: Session, toss: Rewriter
) -> None:
    for each in (session, stranger):
        await shop.subscribe(each)
    shop.wait(timedelta(hours=2))
    payments = await shop.rows(Payment)
    for payment in payments:
        await shop.refund_at_toss(payment, 900)
    first = min(payments, key=lambda row: row.order_id)

    def change(body: Body) -> Body:
        is_first = body.get("orderId") == first.order_id and "balanceAmount" in body
        return {**body, "balanceAmount": -1} if is_first else body

    toss.change = change
    with pytest.raises(OutcomeUnknown):
        await reconcile(shop.rt)

    assert len(await shop.rows(Refund)) == 1


async def test_order_ids_of_others_do_not_stop_the_comparison(
    shop: Shop, session: Session, toss: Rewriter
) -> None:
    await shop.subscribe(session)
    shop.wait(timedelta(hours=2))
    [payment] = await shop.rows(Payment)
    of = payment.subscription_id
    made_up = (f"{of}-{'9' * 5000}-1", f"{of}-{'9' * 12}-{'9' * 12}", f"{of}-٠٠٠١-١", "\x00")

    for order_id in made_up:
        toss.change = lambda body, order_id=order_id: (
            body if "balanceAmount" in body else {**body, "orderId": order_id}
        )
        await reconcile(shop.rt)

    [row] = await shop.rows(Payment)
    assert row.status == "done"
    assert {row.kind for row in await shop.rows(Difference)} == {"foreign"}
