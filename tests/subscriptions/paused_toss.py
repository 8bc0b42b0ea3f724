"""A shop whose charges pause at Toss until the test releases them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
from sqlmodel import select

from tests.conftest import NOON
from tests.support.population import fill
from tests.support.shop import Shop, open_shop
from tests.support.wire import Responder
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.subscriptions.engine.renewal import Report, run_due
from tossbill_ui.subscriptions.models import Subscription

SLOTS = 4
CHARGES = "/v1/billing/"


@dataclass
class PausingTransport(httpx.AsyncBaseTransport):
    """A transport to Toss that pauses charges until the test releases them."""

    inner: httpx.AsyncBaseTransport
    is_open: bool = True
    requested: list[str] = field(default_factory=list[str])
    looked_up: list[str] = field(default_factory=list[str])
    paused: list[asyncio.Future[Responder | None]] = field(
        default_factory=list[asyncio.Future[Responder | None]]
    )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_charge = CHARGES in request.url.path and request.method == "POST"
        if "/orders/" in request.url.path:
            self.looked_up.append(request.url.path.rpartition("/")[2])
        if not self.is_open and is_charge:
            self.requested.append(request.headers["idempotency-key"].removeprefix("charge-"))
            released = asyncio.get_running_loop().create_future()
            self.paused.append(released)
            if respond := await released:
                return respond(request)
        return await self.inner.handle_async_request(request)

    def release(self, count: int, respond: Responder | None = None) -> None:
        """Release the oldest charges to Toss, or respond to them in its place."""
        oldest, self.paused = self.paused[:count], self.paused[count:]
        assert len(oldest) == count
        for each in oldest:
            each.set_result(respond)

    def release_all(self) -> None:
        """Release all charges, now and later."""
        self.is_open = True
        self.release(len(self.paused))


@dataclass
class PausedToss:
    """A shop with its pausing transport to Toss, and a run of the engine.

    Attributes:
        due: The subscriptions that were made due, in the order of their due dates.
    """

    shop: Shop
    wire: PausingTransport
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    running: list[asyncio.Task[Report]] = field(default_factory=list[asyncio.Task[Report]])
    due: list[str] = field(default_factory=list[str])
    customer: Session = field(default_factory=new_session)

    async def begin(self, due: int) -> None:
        """Make subscriptions due, and start the engine with charges paused."""
        await self.make_due(due)
        self.start()

    def start(self) -> None:
        """Start the engine with charges paused."""
        self.wire.is_open = False
        work = run_due(self.shop.rt, concurrency=SLOTS, budget_seconds=60, stop=self.stop)
        self.running.append(asyncio.create_task(work))

    async def make_due(self, count: int) -> None:
        """Add subscriptions whose first period is over, due one second after the other."""
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

    async def wait_until(self, condition: Callable[[list[Payment]], bool]) -> list[Payment]:
        """Wait until a condition holds for the payments."""
        async with asyncio.timeout(120):
            while not condition(found := await self.payments()):
                assert not self.running[-1].done(), self.running[-1]
                await asyncio.sleep(0.005)
        return found

    async def wait_until_slots_full(self, claimed: int) -> None:
        """Wait until a number of payments are claimed and each slot has a paused charge."""
        await self.wait_until(
            lambda rows: is_pending(claimed)(rows) and len(self.wire.paused) == SLOTS
        )

    async def wait_until_requested(self, count: int) -> None:
        """Wait until a number of charges in total have been requested."""
        await self.wait_until(lambda _: len(self.wire.requested) >= count)
        assert len(self.wire.requested) == count

    async def payments(self) -> list[Payment]:
        """Return the payments of the subscriptions that were made due."""
        return [row for row in await self.shop.rows(Payment) if row.created_at > NOON]

    async def report(self) -> Report:
        """Wait for the engine's run to end."""
        async with asyncio.timeout(120):
            return await self.running[-1]


@asynccontextmanager
async def open_paused_toss(
    folder: Path, database_url: str, *, per_minute: int | None = None
) -> AsyncGenerator[PausedToss]:
    """Open a shop whose charges can be paused, and cancel its engine runs at the end."""
    wires: list[PausingTransport] = []

    def wrap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        wires.append(PausingTransport(inner))
        return wires[0]

    opened = open_shop(folder, database_url, NOON, wrap_transport=wrap, per_minute=per_minute)
    async with opened as shop:
        paused = PausedToss(shop, wires[0])
        yield paused
        for task in paused.running:
            task.cancel()
        await asyncio.gather(*paused.running, return_exceptions=True)


async def assert_all_paid_once(paused: PausedToss, count: int) -> None:
    """After another run of the engine, every subscription has been paid once."""
    paused.wire.release_all()
    paused.shop.machine.advance(timedelta(seconds=1))
    await paused.shop.run()
    assert {row.status for row in await paused.payments()} == {PaymentStatus.DONE}
    assert len(await paused.payments()) == count
    assert len(await paused.shop.money()) == 1 + count
    await paused.shop.assert_ledgers_agree()


def is_pending(count: int) -> Callable[[list[Payment]], bool]:
    return lambda rows: sum(row.status == PaymentStatus.PENDING for row in rows) == count
