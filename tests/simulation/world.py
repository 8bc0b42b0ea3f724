"""A shop under a virtual clock: workers interleaved, faults from a seed, customers who act.

The services, the SQL and the sandbox are real. Only one worker moves at a time, from one request
to the next, so a seed always tells the same story.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import shutil
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
from sqlmodel import col, select
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.payment_methods.flow import back_from
from tests.simulation.inline import DRIVER, inline_sandbox
from tests.simulation.wire import Fate, Gate
from tests.support.shop import BASE
from tossbill_ui.build import ROOT
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.crypto import Cipher, Signer, new_encryption_key
from tossbill_ui.core.db import Database
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.settings import Settings
from tossbill_ui.core.tasks import Tasks
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payment_methods import registration
from tossbill_ui.payments.models import OPEN, Payment, Refund
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.sandbox.app import SANDBOX_SECRET_KEY
from tossbill_ui.sandbox.personas import PERSONAS_BY_NAME
from tossbill_ui.subscriptions import catalog
from tossbill_ui.subscriptions.follow import FOLLOW
from tossbill_ui.subscriptions.models import Subscription
from tossbill_ui.subscriptions.renewal import run_due
from tossbill_ui.toss.client import TossClient

BEGIN = datetime(2027, 10, 31, 2, 0, tzinfo=UTC)
FATES = {
    Fate.LOSE_REQUEST: 0.05,
    Fate.LOSE_ANSWER: 0.06,
    Fate.LATE: 0.05,
    Fate.BREAK: 0.03,
    Fate.KILL_BEFORE: 0.05,
    Fate.KILL_AFTER: 0.06,
    Fate.PAUSE: 0.05,
}
GOOD_CARDS = ("approve", "approve_check", "approves_after_1", "approves_after_2")
BAD_CARDS = ("expired", "stolen", "approves_once", "monthly_limit", "balance_low", "stopped")


class Worker:
    """A process that does one thing: it can be killed and it can stand still."""

    def __init__(self, world: World, name: str) -> None:
        self.name = name
        self.gate = Gate(world.toss)
        client = TossClient(
            base_url=BASE, secret_key=world.rt.settings.secret_key, transport=self.gate
        )
        self.rt = replace(world.rt, toss=client, tasks=Tasks())
        self.paused_until: datetime | None = None
        self._task: asyncio.Task[object] | None = None

    def start(self, work: Awaitable[object]) -> None:
        """Begin something, and end when what it left to the process has ended too."""

        async def run() -> None:
            try:
                await work
            except TossbillError:
                return
            finally:
                self.gate.changed.set()
            await self.rt.tasks.drain(seconds=60)
            self.gate.changed.set()

        assert self.is_idle
        self._task = asyncio.create_task(run())

    @property
    def is_idle(self) -> bool:
        return self._task is None or self._task.done()

    async def until_it_waits(self) -> None:
        """Let it run until it asks Toss something or has ended."""
        while not self.is_idle and self.gate.parked is None:
            self.gate.changed.clear()
            assert self._task is not None
            changed = asyncio.create_task(self.gate.changed.wait())
            await asyncio.wait({changed, self._task}, return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        if self._task is not None and self._task.done() and not self._task.cancelled():
            error = self._task.exception()
            if error is not None:
                raise error

    async def stop(self) -> None:
        """End it at the next request, or where it is; what it failed on is known already."""
        with contextlib.suppress(Exception):
            await self.until_it_waits()
        if not self.is_idle:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, wherever it is."""
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.rt.tasks.drain(seconds=0)
        while self.gate.parked is not None:
            await asyncio.sleep(0)
        self._task = None


@dataclass
class Counts:
    """What happened in a run."""

    requests: int = 0
    faults: int = 0
    actions: int = 0


class World:
    """Everything of one run."""

    def __init__(
        self, rt: Runtime, clock: FrozenClock, toss: httpx.ASGITransport, seed: int
    ) -> None:
        self.rt = rt
        self.clock = clock
        self.toss = toss
        self.luck = random.Random(seed)  # noqa: S311 - a seed must repeat
        self.late: list[httpx.Request] = []
        self.people: list[Session] = []
        self.counts = Counts()
        self.faults = True
        self.workers = [Worker(self, f"worker {number}") for number in range(3)]

    async def card(self, session: Session, persona: str) -> str:
        """Register a card; the registration has tests of its own."""
        call = await registration.start(self.rt, session)
        async with httpx.AsyncClient(transport=self.toss, auth=(SANDBOX_SECRET_KEY, "")) as http:
            body = {
                "customerKey": call.customer_key,
                "cardNumber": PERSONAS_BY_NAME[persona].number,
            }
            answer = await http.post(f"{BASE}/_control/authorizations", json=body)
        back = back_from(call, auth_key=answer.json()["authKey"])
        await registration.finish(self.rt, session, back)
        await self.rt.tasks.drain(seconds=10)
        outcome = await registration.look(self.rt, session, call.registration_id)
        assert outcome.method is not None
        return outcome.method.id

    def any_card(self) -> str:
        """Choose a card: most pay."""
        return self.luck.choice(GOOD_CARDS if self.luck.random() < 0.8 else BAD_CARDS)

    def newcomer(self) -> Session:
        """Return a customer nobody has seen."""
        self.people.append(new_session())
        return self.people[-1]

    async def work(self) -> None:
        """Let workers do everything that is due now, with whatever befalls them."""
        self._wake()
        for _ in range(1 + (self.luck.random() < 0.3)):
            free = [worker for worker in self.workers if worker.is_idle]
            if free:
                worker = self.luck.choice(free)
                worker.start(self._engine(worker.rt))
        await self._let_run()
        await self._deliver_late()

    async def act(self, work: Awaitable[object], rt: Runtime | None = None) -> None:
        """Let a customer do something, in a process that may die of it."""
        self.counts.actions += 1
        worker = next(w for w in self.workers if w.rt is rt)
        worker.start(work)
        await self._let_run()

    def free_worker(self) -> Worker | None:
        """Return a process that has nothing to do."""
        free = [worker for worker in self.workers if worker.is_idle]
        return self.luck.choice(free) if free else None

    async def _engine(self, rt: Runtime) -> None:
        report = await run_due(rt, at_once=1)
        assert not report.failed, "our code failed on a payment"
        await settle(rt, FOLLOW, at_once=1)

    def _wake(self) -> None:
        for worker in self.workers:
            if worker.paused_until and worker.paused_until <= self.clock.now():
                worker.paused_until = None

    async def _let_run(self) -> None:
        while True:
            moving = [w for w in self.workers if not w.is_idle and w.paused_until is None]
            for worker in moving:
                await worker.until_it_waits()
            waiting = [worker for worker in moving if worker.gate.parked]
            if not waiting:
                return
            await self._decide(self.luck.choice(waiting))

    async def _decide(self, worker: Worker) -> None:
        fate = self._fate()
        self.counts.requests += 1
        self.counts.faults += fate is not Fate.DELIVER
        match fate:
            case Fate.PAUSE:
                minutes = self.luck.choice((1, 10, 120))
                worker.paused_until = self.clock.now() + timedelta(minutes=minutes)
            case Fate.KILL_BEFORE:
                await worker.kill()
            case Fate.KILL_AFTER:
                assert worker.gate.parked is not None
                await worker.gate.deliver(worker.gate.parked.request)
                await worker.kill()
            case _:
                await worker.gate.decide(fate, self.late)
        await worker.until_it_waits()

    def _fate(self) -> Fate:
        if not self.faults:
            return Fate.DELIVER
        draw = self.luck.random()
        for fate, chance in FATES.items():
            draw -= chance
            if draw < 0:
                return fate
        return Fate.DELIVER

    async def _deliver_late(self) -> None:
        while self.late and (not self.faults or self.luck.random() < 0.5):
            request = self.late.pop(0)
            await self.workers[0].gate.deliver(request)

    async def next_at(self) -> datetime | None:
        """Return when something is due next: a subscription, a look-up, a lease, a sleeper."""
        async with self.rt.db.read() as db:
            found: list[datetime | None] = []
            due = select(sa.func.min(Subscription.due_at))
            found.append((await db.exec(due)).one())
            for table in (Payment, Refund):
                is_open = col(table.status).in_(OPEN)
                lease_end = select(sa.func.min(table.lease_until)).where(is_open)
                look = select(sa.func.min(table.next_try_at)).where(
                    is_open, col(table.lease_until).is_(None)
                )
                lease = (await db.exec(lease_end)).one()
                found.append(lease + timedelta(seconds=1) if lease else None)
                found.append((await db.exec(look)).one())
        found += [worker.paused_until for worker in self.workers]
        return min((at for at in found if at), default=None)

    def go_to(self, at: datetime) -> None:
        """Let time pass."""
        if at > self.clock.now():
            self.clock.advance(at - self.clock.now())


@asynccontextmanager
async def open_world(folder: Path, empty_database: Path, seed: int) -> AsyncGenerator[World]:
    """Open a world with the sample plans."""
    clock = FrozenClock(BEGIN)
    shutil.copy(empty_database, folder / "shop.db")
    sandbox = inline_sandbox(folder / "sandbox.db", clock, str(seed))
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/sandbox", sandbox)]))
    settings = Settings()
    rt = Runtime(
        settings=settings,
        db=Database(f"{DRIVER}:///{folder / 'shop.db'}"),
        toss=TossClient(base_url=BASE, secret_key=settings.secret_key, transport=transport),
        clock=clock,
        machine=clock,
        # Renewed every minute of the real clock, which no seed lasts: a paused worker loses it.
        lease=timedelta(minutes=3),
        cipher=Cipher.from_text(f"1:{new_encryption_key()}"),
        signer=Signer(["k" * 32]),
    )
    await catalog.seed(rt, catalog.read_catalog(ROOT / "plans.toml"))
    async with httpx.AsyncClient(transport=transport) as http:
        await http.get(f"{BASE}/_control/clock")  # its file is made with the first request
    world = World(rt, clock, transport, seed)
    try:
        yield world
    finally:
        for worker in world.workers:
            await worker.stop()
        await rt.close()
        await sandbox.aclose()
