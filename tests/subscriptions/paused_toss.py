"""A pass that stands still at Toss, for as long as a test wants it to."""

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
from tests.support.wire import Answer
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payments.models import Payment, PaymentStatus
from tossbill_ui.subscriptions.engine.renewal import Report, run_due
from tossbill_ui.subscriptions.models import Subscription

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
        self.start()

    def start(self) -> None:
        """Begin a pass that stands still at Toss."""
        self.wire.is_open = False
        work = run_due(self.shop.rt, concurrency=PLACES, budget_seconds=60, stop=self.stop)
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
        async with asyncio.timeout(120):
            while not is_so(found := await self.payments()):
                assert not self.running[-1].done(), self.running[-1]
                await asyncio.sleep(0.005)
        return found

    async def until_all_stand(self, claimed: int) -> None:
        """Wait until so many payments are claimed and each place is at Toss with one of them."""
        await self.until(
            lambda rows: is_pending(claimed)(rows) and len(self.wire.standing) == PLACES
        )

    async def until_asked(self, count: int) -> None:
        """Wait until Toss has been asked for so many payments in all."""
        await self.until(lambda _: len(self.wire.asked) >= count)
        assert len(self.wire.asked) == count

    async def payments(self) -> list[Payment]:
        """Return the payments of the subscriptions that were made due."""
        return [row for row in await self.shop.rows(Payment) if row.created_at > NOON]

    async def ended(self) -> Report:
        """Wait for the end of the pass."""
        async with asyncio.timeout(120):
            return await self.running[-1]


@asynccontextmanager
async def open_desk(
    folder: Path, database_url: str, *, per_minute: int | None = None
) -> AsyncGenerator[Desk]:
    """Open a shop whose charges can be made to stand still, and end its passes with it."""
    wires: list[Held] = []

    def through(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        wires.append(Held(inner))
        return wires[0]

    opened = open_shop(folder, database_url, NOON, through=through, per_minute=per_minute)
    async with opened as shop:
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
