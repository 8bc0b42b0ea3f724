"""Payments wait for a place, are asked for, and are recorded with others; none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from sqlmodel import select

from tests.conftest import NOON
from tests.support.population import fill
from tests.support.shop import Shop, open_shop
from tests.support.wire import Answer, refuse
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.payments.outcome import NEVER_CHARGED
from tossbill_ui.subscriptions import cancel, renewal
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.renewal import Report, run_due

PLACES = 4
CHARGES = "/v1/billing/"


@dataclass
class Held(httpx.AsyncBaseTransport):
    """The way to Toss, on which charges stand still until the test lets them go on."""

    inner: httpx.AsyncBaseTransport
    is_open: bool = True
    asked: list[str] = field(default_factory=list[str])
    looked_up: list[str] = field(default_factory=list[str])
    standing: list[asyncio.Future[Answer | None]] = field(
        default_factory=list[asyncio.Future[Answer | None]]
    )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_charge = CHARGES in request.url.path and request.method == "POST"
        if "/orders/" in request.url.path:
            self.looked_up.append(request.url.path.rpartition("/")[2])
        if not self.is_open and is_charge:
            self.asked.append(request.headers["idempotency-key"].removeprefix("charge-"))
            mine = asyncio.get_running_loop().create_future()
            self.standing.append(mine)
            if instead := await mine:
                return instead(request)
        return await self.inner.handle_async_request(request)

    def answer(self, count: int, instead: Answer | None = None) -> None:
        """Let the oldest go on to Toss, or give them another answer."""
        going, self.standing = self.standing[:count], self.standing[count:]
        assert len(going) == count
        for each in going:
            each.set_result(instead)

    def open(self) -> None:
        """Let everything go on, now and later."""
        self.is_open = True
        self.answer(len(self.standing))


@dataclass
class Desk:
    """A shop, its way to Toss, and the pass that is under way.

    Attributes:
        due: The subscriptions that were made due, the first that is due first.
    """

    shop: Shop
    wire: Held
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    running: list[asyncio.Task[Report]] = field(default_factory=list[asyncio.Task[Report]])
    due: list[str] = field(default_factory=list[str])
    customer: Session = field(default_factory=new_session)

    async def begin(self, due: int) -> None:
        """Have payments due, and begin a pass that stands still at Toss."""
        await self.have_due(due)
        self.wire.is_open = False
        work = run_due(self.shop.rt, at_once=PLACES, budget_seconds=60, stop=self.stop)
        self.running.append(asyncio.create_task(work))

    async def have_due(self, count: int) -> None:
        """Add subscriptions whose trials are over, due one second after the other."""
        shop = self.shop
        row = (await shop.subscribe(self.customer)).subscription
        await shop.go_to(date(2026, 12, 20))
        await fill(
            shop.rt,
            count,
            customer_id=row.customer_id,
            payment_method_id=row.payment_method_id,
        )
        async with shop.rt.db.write() as db:
            new = (await db.exec(select(Subscription).where(Subscription.id != row.id))).all()
            for number, each in enumerate(new):
                each.due_at = shop.clock.now() - timedelta(seconds=count - number)
                self.due.append(each.id)

    async def until(self, is_so: Callable[[list[Payment]], bool]) -> list[Payment]:
        """Wait until something holds of the payments of the pass."""
        async with asyncio.timeout(30):
            while not is_so(found := await self.payments()):
                assert not self.running[-1].done(), self.running[-1]
                await asyncio.sleep(0.005)
        return found

    async def until_asked(self, count: int) -> None:
        """Wait until Toss has been asked for so many payments in all."""
        await self.until(lambda _: len(self.wire.asked) >= count)
        assert len(self.wire.asked) == count

    async def payments(self) -> list[Payment]:
        """Return the payments of the subscriptions that were made due."""
        return [row for row in await self.shop.rows(Payment) if row.created_at > NOON]

    async def ended(self) -> Report:
        """Wait for the end of the pass."""
        async with asyncio.timeout(30):
            return await self.running[-1]


@pytest.fixture
async def desk(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Desk]:
    # Long, so that it shows when nothing but this opens the door.
    monkeypatch.setattr(renewal, "RECORDED_WITHIN_SECONDS", 600)
    wires: list[Held] = []

    def through(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        wires.append(Held(inner))
        return wires[0]

    async with open_shop(tmp_path, database_url, NOON, through=through) as shop:
        desk = Desk(shop, wires[0])
        yield desk
        for task in desk.running:
            task.cancel()
        await asyncio.gather(*desk.running, return_exceptions=True)


async def assert_all_paid_once(desk: Desk, count: int) -> None:
    """After one more pass, everybody has paid once."""
    desk.wire.open()
    desk.shop.machine.advance(timedelta(seconds=1))
    await desk.shop.run()
    assert {row.status for row in await desk.payments()} == {PaymentStatus.DONE}
    assert len(await desk.payments()) == count
    assert len(await desk.shop.money()) == 1 + count
    await desk.shop.assert_ledgers_agree()


def is_pending(count: int) -> Callable[[list[Payment]], bool]:
    return lambda rows: sum(row.status == PaymentStatus.PENDING for row in rows) == count


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
    await desk.until(is_pending(2 * PLACES))
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
    await desk.until(is_pending(2 * PLACES))
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
    await desk.until(is_pending(2 * PLACES))
    desk.stop.set()
    desk.wire.answer(PLACES)

    report = await desk.ended()
    assert (report.charged, report.failed, report.is_dry) == (PLACES, 0, False)
    assert len(desk.wire.asked) == PLACES
    left = [row for row in await desk.payments() if row.status == PaymentStatus.PENDING]
    assert [row.lease_until for row in left] == [desk.shop.machine.now()] * PLACES
    assert not desk.shop.rt.leases.held

    await assert_all_paid_once(desk, 3 * PLACES)
    assert set(desk.wire.looked_up) == {row.order_id for row in left}


async def test_after_a_refused_key_nothing_more_is_asked(desk: Desk) -> None:
    await desk.begin(3 * PLACES)
    await desk.until(is_pending(2 * PLACES))
    desk.wire.answer(1, refuse(403, "UNAUTHORIZED_KEY"))
    desk.wire.answer(PLACES - 1)

    report = await desk.ended()
    assert report.is_refused
    assert (report.charged, report.refused) == (PLACES - 1, 1)
    assert len(desk.wire.asked) == PLACES
    left = [row for row in await desk.payments() if row.status == PaymentStatus.PENDING]
    assert [row.lease_until for row in left] == [desk.shop.machine.now()] * PLACES


async def test_what_is_claimed_when_time_is_up_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(renewal, "time", SimpleNamespace(monotonic=lambda: now[0]))
    await desk.begin(3 * PLACES)
    await desk.until(is_pending(2 * PLACES))
    now[0] = 61.0
    desk.wire.open()

    report = await desk.ended()
    assert (report.charged, report.is_dry) == (2 * PLACES, False)
    await assert_all_paid_once(desk, 3 * PLACES)


async def test_who_waited_past_the_lease_is_not_asked_for(desk: Desk) -> None:
    due = 2 * PLACES - 1  # so that this pass looks for nothing more
    await desk.begin(due)
    await desk.until(is_pending(due))
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


async def test_who_cancels_while_their_payment_waits_long_is_not_charged(desk: Desk) -> None:
    due = 2 * PLACES - 1  # so that this pass looks for nothing more
    await desk.begin(due)
    await desk.until(is_pending(due))
    unlucky = desk.due[PLACES]
    await cancel.cancel_now(desk.shop.rt, desk.customer, unlucky, expected_refund_krw=0)
    desk.shop.machine.advance(renewal.LONG_WAIT * 2)
    desk.wire.answer(PLACES)
    desk.wire.open()

    report = await desk.ended()
    assert (report.charged, report.refused, report.failed) == (due - 1, 1, 0)
    assert len(desk.wire.asked) == PLACES
    [payment] = [row for row in await desk.payments() if row.subscription_id == unlucky]
    assert (payment.status, payment.failure_code) == (PaymentStatus.REFUSED, NEVER_CHARGED)
    assert len(await desk.shop.money()) == due
