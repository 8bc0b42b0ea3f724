"""A shop without faults on the simulation's frozen loop, for scripted stories."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import httpx

from tests.baseline.canonical import Outcome
from tests.baseline.ids import counted_ids
from tests.baseline.recording import RecordingWire, Requests
from tests.baseline.story import Story, collect_outcome
from tests.simulation.setup import Storage, open_world
from tests.simulation.webhook_network import WebhookNetwork
from tests.simulation.wire import ORDINARY
from tests.simulation.world import World
from tests.support.shop import BASE, Shop
from tossbill_sandbox.app import SANDBOX_SECRET_KEY
from tossbill_ui.customers.session import Session, actor_of, new_session
from tossbill_ui.subscriptions.actions import change_plan
from tossbill_ui.subscriptions.engine.card_expiry import announce_expiring
from tossbill_ui.subscriptions.engine.trial_end import announce_trials
from tossbill_ui.toss.client import TossClient
from tossbill_ui.webhooks import dispatch, inbox

# Every script begins on 31 October 2027 at 11:00 in Korea, so that periods span short months.
TODAY = date(2027, 10, 31)
RENEWAL = date(2027, 11, 30)
TRIAL_ENDS = date(2027, 11, 14)
# After Toss's last retry of a webhook.
ALL_DELIVERED = timedelta(days=5)

Script = Callable[["Stage"], Awaitable[None]]


class Stage(Shop):
    """Drives the services in place of customers, the engine, operators and time."""

    def __init__(self, world: World, webhooks: WebhookNetwork, requests: Requests) -> None:
        wire = world.toss.inner
        toss = TossClient(
            base_url=BASE,
            secret_key=world.rt.settings.secret_key,
            transport=RecordingWire(wire, requests),
        )
        http = httpx.AsyncClient(transport=wire, auth=(SANDBOX_SECRET_KEY, ""))
        super().__init__(replace(world.rt, toss=toss), world.clock, world.clock, http)
        self._webhooks = webhooks

    def wait(self, span: timedelta) -> None:
        """Advance the clock, which the shop and its machine share."""
        self.clock.advance(span)

    def customer(self) -> Session:
        """Return a new customer."""
        return new_session()

    async def live_until(self, last: date) -> None:
        """Run all the worker's jobs once a day up to and including a day."""
        day = (self.clock.now() + timedelta(hours=9)).date()
        while day < last:
            day += timedelta(days=1)
            await self.go_to(day)
            await announce_trials(self.rt)
            await announce_expiring(self.rt)
            await self.run()

    async def change_now(self, session: Session, subscription_id: str, plan_code: str) -> None:
        """Change the plan now, at the previewed charge."""
        shown = await change_plan.preview(
            self.rt, actor_of(session), subscription_id, plan_code=plan_code
        )
        await change_plan.change_now(
            self.rt,
            actor_of(session),
            subscription_id,
            plan_code=plan_code,
            expected_charge_krw=shown.charge_krw,
        )
        await self.rt.tasks.drain(seconds=120)

    async def deliver_webhooks(self) -> None:
        """Deliver Toss's webhooks, some of them twice."""
        now = self.clock.now()
        self._webhooks.collect(now)
        for body in self._webhooks.arrived(now + ALL_DELIVERED):
            await self.deliver_webhook(body)

    async def deliver_webhook(self, body: bytes) -> None:
        """Deliver one webhook, whoever sent it."""
        event_id = await inbox.receive(self.rt, body)
        if event_id:
            await dispatch.handle(self.rt, event_id)


def script_story(script: Script) -> Story:
    """Return the story of a script, named after the script."""

    async def run(folder: Path, storage: Storage) -> Outcome:
        async with _open_stage(folder, storage) as (stage, world, requests):
            await script(stage)
            world.log_guard.raise_errors()
            return await collect_outcome(world, folder, requests)

    return Story(script.__name__.replace("_", "-"), run)  # pyright: ignore[reportAttributeAccessIssue]


@asynccontextmanager
async def _open_stage(
    folder: Path, storage: Storage
) -> AsyncGenerator[tuple[Stage, World, Requests]]:
    async with open_world(folder, storage, 0, ORDINARY, ids=counted_ids) as world:
        requests = Requests(world.clock)
        stage = Stage(world, world.webhooks, requests)
        yield stage, world, requests
        await stage.rt.tasks.drain(seconds=120)
