"""A shop under a virtual clock: workers interleaved, faults from a seed, customers who act.

The services, the SQL and the sandbox are real. Only one worker moves at a time, from one request
to the next, so a seed always tells the same story.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.simulation.cards import Cards
from tests.simulation.db_snapshot import Outlook
from tests.simulation.frozen_loop import rest
from tests.simulation.log_guard import Alarm, Fault
from tests.simulation.webhook_network import Post
from tests.simulation.wire import FATES_WHEN_DOWN, Fate, Parked, Toss, broken, is_charge
from tests.simulation.worker import Worker
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.payment_methods.issuing import billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.payments.settle import settle
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.engine import trial_end
from tossbill_ui.subscriptions.engine.renewal import run_due
from tossbill_ui.webhooks import dispatch, inbox

BEGIN = datetime(2027, 10, 31, 2, 0, tzinfo=UTC)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 120))
# Toss works on a charge for a minute at most (contract §10); the network may keep it longer.
ARRIVES_LATE = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 7, 61, 700))
GOOD_CARDS = ("approve", "approve_check", "approves_after_1", "approves_after_2")
BAD_CARDS = ("expired", "stolen", "approves_once", "monthly_limit", "balance_low", "stopped")

Pass = Callable[[Worker], Coroutine[Any, Any, object]]


async def _charge(worker: Worker) -> None:
    report = await run_due(worker.rt, concurrency=worker.at_once, budget_seconds=3600)
    if report.failed:
        raise Fault("a payment could not be collected")


PASSES: dict[str, Pass] = {
    "charge": _charge,
    "settle": lambda worker: settle(worker.rt, concurrency=worker.at_once),
    "hear": lambda worker: dispatch.handle_pending(worker.rt),
    "announce": lambda worker: trial_end.announce_trials(worker.rt),
}


@dataclass
class Counts:
    """What happened in a run."""

    charges: int = 0
    requests: int = 0
    faults: int = 0
    actions: int = 0
    webhooks: int = 0
    down_hours: int = 0


@dataclass
class World:
    """Everything of one run.

    Attributes:
        faults: Whether things go wrong.
        down_until: Until when Toss cannot be reached.
        blackout: For how long the power will be away; it fails over the next charge.
        is_dark: Whether it has failed, and nothing of the shop lives until `sit_out`.
        watch: Is shown every request before it reaches Toss.
        thought_about: The questions that customers have answered, or never will.
    """

    rt: Runtime
    clock: FrozenClock
    toss: Toss
    luck: random.Random
    outlook: Outlook
    post: Post
    workers: list[Worker]
    alarm: Alarm
    cards: Cards
    people: list[Session] = field(default_factory=list[Session])
    late: list[tuple[datetime, httpx.Request]] = field(
        default_factory=list[tuple[datetime, httpx.Request]]
    )
    counts: Counts = field(default_factory=Counts)
    thought_about: set[str] = field(default_factory=set[str])
    faults: bool = True
    down_until: datetime = BEGIN
    blackout: timedelta | None = None
    is_dark: bool = False
    watch: Callable[[httpx.Request], None] = lambda _: None

    async def card(self, session: Session) -> str:
        """Register a card; most pay."""
        persona = self.luck.choice(GOOD_CARDS if self.luck.random() < 0.8 else BAD_CARDS)
        return await self.cards.register(session, persona)

    def newcomer(self) -> Session:
        """Return a customer nobody has seen."""
        self.people.append(new_session())
        return self.people[-1]

    async def work(self) -> None:
        """Let workers do everything that is due now, with whatever befalls them."""
        for name in self._needed():
            self._start(PASSES[name])
        await self.let_run()

    def _needed(self) -> list[str]:
        now = self.clock.now()
        names = sorted(name for name, at in self.outlook.due().items() if at <= now)
        # Two workers may come to the same work, or one to none.
        names += [name for name in names if self.luck.random() < 0.3]
        names += [name for name in PASSES if self.luck.random() < 0.03]
        self.luck.shuffle(names)
        return names

    def _start(self, each: Pass) -> None:
        worker = self.free_worker()
        if worker:
            worker.start(each(worker))

    async def act(self, worker: Worker, work: Coroutine[Any, Any, object]) -> None:
        """Let a customer do something, in a process that may die of it."""
        self.counts.actions += 1
        worker.start(work)
        await self.let_run()

    def free_worker(self) -> Worker | None:
        """Return a process that has nothing to do."""
        free = [worker for worker in self.workers if worker.is_idle and not self.is_dark]
        return self.luck.choice(free) if free else None

    async def let_run(self) -> None:
        """Let everybody move until all have ended or stand still."""
        for worker in self.workers:
            if worker.paused_until and worker.paused_until <= self.clock.now():
                worker.paused_until = None
        while True:
            await rest()
            self.alarm.ring()
            for worker in self.workers:
                worker.look()
            moving = [worker for worker in self.workers if worker.is_moving]
            waiting = [(worker, parked) for worker in moving for parked in worker.gate.parked]
            if not waiting:
                break
            await self._decide(*self.luck.choice(waiting))
        self.post.collect(self.clock.now())

    async def _decide(self, worker: Worker, parked: Parked) -> None:
        if parked.ready:
            parked.answer.set_result(parked.ready)
            return
        self.watch(parked.request)
        if self.faults and self.blackout and is_charge(parked.request):
            return await self._go_dark(parked)
        fate = self._fate()
        self.counts.requests += 1
        self.counts.faults += fate is not Fate.DELIVER
        match fate:
            case Fate.DELIVER:
                parked.answer.set_result(await self.toss.deliver(parked.request))
            case Fate.BREAK:
                parked.answer.set_result(broken())
            case Fate.NO_CONNECTION:
                parked.fail(httpx.ConnectError)
            case Fate.LOSE_REQUEST:
                parked.fail(httpx.ReadTimeout)
            case Fate.LOSE_ANSWER:
                await self.toss.deliver(parked.request)
                parked.fail(httpx.ReadTimeout)
            case Fate.LATE:
                self.late.append((self._in(ARRIVES_LATE), parked.request))
                parked.fail(httpx.ReadTimeout)
            case Fate.KILL_BEFORE:
                await worker.kill()
            case Fate.KILL_AFTER:
                await self.toss.deliver(parked.request)
                await worker.kill()
            case Fate.PAUSE_BEFORE:
                worker.paused_until = self._in(PAUSES)
            case Fate.PAUSE_AFTER:
                await self._send_all(worker, asked=parked)
                worker.paused_until = self._in(PAUSES)

    async def _send_all(self, worker: Worker, *, asked: Parked) -> None:
        """Let Toss answer a worker that stands still; only in a punctual world, all it asked."""
        for parked in worker.gate.parked:
            if parked is asked or self.toss.rules.is_punctual:
                parked.ready = await self.toss.deliver(parked.request)

    def _in(self, spans: tuple[timedelta, ...]) -> datetime:
        return self.clock.now() + self.luck.choice(spans)

    def _fate(self) -> Fate:
        if not self.faults:
            return Fate.DELIVER
        draw = self.luck.random()
        fates = FATES_WHEN_DOWN if self.is_down else self.toss.rules.fates
        for fate, chance in fates.items():
            draw -= chance
            if draw < 0:
                return fate
        return Fate.DELIVER

    @property
    def is_down(self) -> bool:
        """Whether Toss cannot be reached."""
        return self.clock.now() < self.down_until

    def take_toss_down(self, span: timedelta) -> None:
        """Let nobody reach Toss for a while."""
        self.down_until = self.clock.now() + span
        self.counts.down_hours += int(span.total_seconds() // 3600)

    async def _go_dark(self, parked: Parked) -> None:
        """Let the power fail over a charge: Toss makes it, and nobody lives to hear of it."""
        self.is_dark = True
        await self.toss.deliver(parked.request)
        for worker in self.workers:
            await worker.kill()

    async def sit_out(self) -> None:
        """Stay in the dark for as long as it lasts."""
        span, self.blackout, self.is_dark = self.blackout, None, False
        await self.power_cut(span or timedelta())

    async def power_cut(self, span: timedelta) -> None:
        """Kill every process of the shop, and start them after a while."""
        for worker in self.workers:
            await worker.kill()
        until = self.clock.now() + span
        while self.late and min(at for at, _ in self.late) <= until:
            self.go_to(min(at for at, _ in self.late))
            await self._deliver_late()
        self.go_to(until)

    async def lose_a_key(self) -> None:
        """Let a customer's bank delete a billing key."""
        methods = self.outlook.methods()
        if not methods:
            return
        async with self.rt.db.read() as db:
            method = await db.get_one(PaymentMethod, self.luck.choice(methods))
        place = billing_key_context(method.id)
        key = self.rt.cipher.decrypt(method.billing_key_sealed or "", context=place)
        await self.rt.toss.delete_billing_key(billing_key=key)
        self.post.collect(self.clock.now())

    async def let_arrive(self) -> None:
        """Bring Toss the requests that were on their way, and the shop its webhooks."""
        await self._deliver_late()
        for body in self.post.arrived(self.clock.now()):
            self.counts.webhooks += 1
            event_id = await inbox.receive(self.rt, body)
            worker = self.free_worker()
            if event_id and worker:
                worker.start(dispatch.handle(worker.rt, event_id))
        await self.let_run()

    async def _deliver_late(self) -> None:
        now = self.clock.now()
        arriving = [request for at, request in self.late if at <= now]
        self.late = [(at, request) for at, request in self.late if at > now]
        for request in arriving:
            await self.toss.deliver(request)

    def next_at(self) -> datetime | None:
        """Return when something happens next by itself."""
        found = [*self.outlook.due().values(), *(at for at, _ in self.late)]
        found += [worker.paused_until for worker in self.workers if worker.paused_until]
        found += [self.post.next_at] if self.post.next_at else []
        return min(found, default=None)

    def go_to(self, at: datetime) -> None:
        """Let time pass."""
        if at > self.clock.now():
            self.clock.advance(at - self.clock.now())
