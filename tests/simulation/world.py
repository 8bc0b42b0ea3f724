"""A shop under a virtual clock, with interleaved workers, seeded faults and acting customers.

The services, the SQL and the sandbox are real. Only one worker runs at a time, from one request
to the next, so a seed always runs the same story.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.simulation.cards import Cards
from tests.simulation.db_snapshot import DbSnapshot
from tests.simulation.frozen_loop import wait_until_idle
from tests.simulation.habits import Habits
from tests.simulation.log_guard import LogGuard, ShopFailed
from tests.simulation.presses import Presses
from tests.simulation.webhook_network import WebhookNetwork
from tests.simulation.wire import FATES_WHEN_DOWN, Fate, Parked, Toss, is_charge, server_error
from tests.simulation.worker import Worker
from tests.support.shop import BASE
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
# Toss processes a charge within a minute (contract §10); the network may delay it for longer.
ARRIVES_LATE = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 7, 61, 700))
GOOD_CARDS = ("approve", "approve_check", "approves_after_1", "approves_after_2")

Job = Callable[[Worker], Coroutine[Any, Any, object]]


async def _charge(worker: Worker) -> None:
    report = await run_due(worker.rt, concurrency=worker.concurrency, budget_seconds=3600)
    if report.failed:
        raise ShopFailed("a payment could not be collected")


JOBS: dict[str, Job] = {
    "charge": _charge,
    "settle": lambda worker: settle(worker.rt, concurrency=worker.concurrency),
    "hear": lambda worker: dispatch.handle_pending(worker.rt),
    "announce": lambda worker: trial_end.announce_trials(worker.rt),
}


@dataclass
class Counts:
    """Counts of what happened in a run."""

    charges: int = 0
    requests: int = 0
    faults: int = 0
    actions: int = 0
    webhooks: int = 0
    down_hours: int = 0


@dataclass
class World:
    """The whole state of a run.

    Attributes:
        faults: Whether faults happen.
        down_until: When Toss can be reached again.
        blackout: The length of the power failure planned for the next charge.
        has_no_power: Whether the power has failed; no process runs until `wait_for_power`.
        reconciled_at: When the ledgers were last compared.
        watch: Called with every request before it reaches Toss.
        considered: The consents that customers have answered, or never will.
    """

    rt: Runtime
    clock: FrozenClock
    toss: Toss
    rng: random.Random
    snapshot: DbSnapshot
    webhooks: WebhookNetwork
    workers: list[Worker]
    log_guard: LogGuard
    cards: Cards
    habits: Habits
    presses: Presses
    people: list[Session] = field(default_factory=list[Session])
    late: list[tuple[datetime, httpx.Request]] = field(
        default_factory=list[tuple[datetime, httpx.Request]]
    )
    counts: Counts = field(default_factory=Counts)
    considered: set[str] = field(default_factory=set[str])
    faults: bool = True
    down_until: datetime = BEGIN
    reconciled_at: datetime = BEGIN
    blackout: timedelta | None = None
    has_no_power: bool = False
    watch: Callable[[httpx.Request], None] = lambda _: None

    async def card(self, session: Session) -> str:
        """Register a card; most cards can be charged."""
        is_good = self.rng.random() < self.habits.good_cards
        persona = self.rng.choice(GOOD_CARDS if is_good else self.habits.bad_cards)
        return await self.cards.register(session, persona)

    def new_customer(self) -> Session:
        """Return a new customer."""
        self.people.append(new_session())
        return self.people[-1]

    async def work(self) -> None:
        """Let workers do all due work, with the faults that happen meanwhile."""
        for name in self._needed():
            self._start(JOBS[name])
        await self.run_workers()

    def _needed(self) -> list[str]:
        now = self.clock.now()
        names = sorted(name for name, at in self.snapshot.due().items() if at <= now)
        # Two workers may start the same job, or one a job with nothing to do.
        names += [name for name in names if self.rng.random() < 0.3]
        names += [name for name in JOBS if self.rng.random() < 0.03]
        self.rng.shuffle(names)
        return names

    def _start(self, job: Job) -> None:
        worker = self.free_worker()
        if worker:
            worker.start(job(worker))

    async def act(self, worker: Worker, work: Coroutine[Any, Any, object]) -> None:
        """Let a customer act, in a worker that may be killed meanwhile."""
        self.counts.actions += 1
        worker.start(work)
        await self.run_workers()

    def free_worker(self) -> Worker | None:
        """Return a random idle worker."""
        free = [worker for worker in self.workers if worker.is_idle and not self.has_no_power]
        return self.rng.choice(free) if free else None

    async def run_workers(self) -> None:
        """Run all workers until each has finished or is paused."""
        for worker in self.workers:
            if worker.paused_until and worker.paused_until <= self.clock.now():
                worker.paused_until = None
        while True:
            await wait_until_idle()
            self.log_guard.raise_errors()
            for worker in self.workers:
                worker.collect_result()
            running = [worker for worker in self.workers if worker.is_running]
            waiting = [(worker, parked) for worker in running for parked in worker.gate.parked]
            if not waiting:
                break
            await self._decide(*self.rng.choice(waiting))
        self.webhooks.collect(self.clock.now())

    async def _decide(self, worker: Worker, parked: Parked) -> None:
        if parked.ready:
            parked.answer.set_result(parked.ready)
            return
        self.watch(parked.request)
        if self.faults and self.blackout and is_charge(parked.request):
            return await self._fail_power(parked)
        fate = self._fate()
        self.counts.requests += 1
        self.counts.faults += fate is not Fate.DELIVER
        match fate:
            case Fate.DELIVER:
                parked.answer.set_result(await self.toss.deliver(parked.request))
            case Fate.BREAK:
                parked.answer.set_result(server_error())
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
                await self._send_all(worker, current=parked)
                worker.paused_until = self._in(PAUSES)

    async def _send_all(self, worker: Worker, *, current: Parked) -> None:
        """Let Toss respond to a paused worker; in a punctual world, to all of its requests."""
        for parked in worker.gate.parked:
            if parked is current or self.toss.rules.is_punctual:
                parked.ready = await self.toss.deliver(parked.request)

    def _in(self, spans: tuple[timedelta, ...]) -> datetime:
        return self.clock.now() + self.rng.choice(spans)

    def _fate(self) -> Fate:
        if not self.faults:
            return Fate.DELIVER
        draw = self.rng.random()
        fates = FATES_WHEN_DOWN if self.is_down else self.toss.rules.fates
        for fate, chance in fates.items():
            draw -= chance
            if draw < 0:
                return fate
        return Fate.DELIVER

    @property
    def is_down(self) -> bool:
        """Whether Toss is down."""
        return self.clock.now() < self.down_until

    def take_toss_down(self, span: timedelta) -> None:
        """Take Toss down for a while."""
        self.down_until = self.clock.now() + span
        self.counts.down_hours += int(span.total_seconds() // 3600)

    async def _fail_power(self, parked: Parked) -> None:
        """Cut the power during a charge: Toss makes it, and all workers are killed."""
        self.has_no_power = True
        await self.toss.deliver(parked.request)
        for worker in self.workers:
            await worker.kill()

    async def wait_for_power(self) -> None:
        """Wait until the power failure is over."""
        span, self.blackout, self.has_no_power = self.blackout, None, False
        await self.power_cut(span or timedelta())

    async def power_cut(self, span: timedelta) -> None:
        """Kill every process of the shop, and let time pass."""
        for worker in self.workers:
            await worker.kill()
        self.presses.break_connections()
        until = self.clock.now() + span
        while self.late and min(at for at, _ in self.late) <= until:
            self.go_to(min(at for at, _ in self.late))
            await self._deliver_late()
        self.go_to(until)

    async def delete_a_billing_key(self) -> None:
        """Let a bank delete the billing key of a random card."""
        methods = self.snapshot.methods()
        if not methods:
            return
        async with self.rt.db.read() as db:
            method = await db.get_one(PaymentMethod, self.rng.choice(methods))
        context = billing_key_context(method.id)
        key = self.rt.cipher.decrypt(method.billing_key_sealed or "", context=context)
        await self.rt.toss.delete_billing_key(billing_key=key)
        self.webhooks.collect(self.clock.now())

    async def refund_at_toss(self, order_id: str, amount_krw: int | None, reason: str) -> None:
        """Refund a payment without the shop, fully if there is no amount."""
        body = {"orderId": order_id, "amount": amount_krw, "reason": reason}
        request = httpx.Request("POST", f"{BASE}/_control/refunds", json=body)
        await self.toss.inner.handle_async_request(request)
        self.webhooks.collect(self.clock.now())

    async def deliver_delayed(self) -> None:
        """Deliver delayed requests to Toss and arrived webhooks to the shop."""
        await self._deliver_late()
        for body in self.webhooks.arrived(self.clock.now()):
            self.counts.webhooks += 1
            event_id = await inbox.receive(self.rt, body)
            worker = self.free_worker()
            if event_id and worker:
                worker.start(dispatch.handle(worker.rt, event_id))
        await self.run_workers()

    async def _deliver_late(self) -> None:
        now = self.clock.now()
        arriving = [request for at, request in self.late if at <= now]
        self.late = [(at, request) for at, request in self.late if at > now]
        for request in arriving:
            await self.toss.deliver(request)

    def next_at(self) -> datetime | None:
        """Return when the next scheduled thing happens."""
        found = [*self.snapshot.due().values(), *(at for at, _ in self.late)]
        found += [worker.paused_until for worker in self.workers if worker.paused_until]
        found += [at for at in (self.webhooks.next_at, self.presses.next_at) if at]
        return min(found, default=None)

    def go_to(self, at: datetime) -> None:
        """Advance the clock."""
        if at > self.clock.now():
            self.clock.advance(at - self.clock.now())
