"""A shop without faults on the simulation's still loop, for stories of a few steps."""

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
from tests.baseline.story import Story, what_is_left
from tests.simulation.setup import Storage, open_world
from tests.simulation.webhook_network import Post
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

# Every script begins on 31 October 2027 at 11:00 in Korea, so that periods meet short months.
TODAY = date(2027, 10, 31)
RENEWAL = date(2027, 11, 30)
TRIAL_ENDS = date(2027, 11, 14)
# After Toss's last repetition of a webhook.
ALL_HAVE_COME = timedelta(days=5)

Script = Callable[["Stage"], Awaitable[None]]


class Stage(Shop):
    """Drives the services as customers, the engine, operators and time would."""

    def __init__(self, world: World, post: Post, requests: Requests) -> None:
        wire = world.toss.inner
        toss = TossClient(
            base_url=BASE,
            secret_key=world.rt.settings.secret_key,
            transport=RecordingWire(wire, requests),
        )
        http = httpx.AsyncClient(transport=wire, auth=(SANDBOX_SECRET_KEY, ""))
        super().__init__(replace(world.rt, toss=toss), world.clock, world.clock, http)
        self._post = post

    def wait(self, span: timedelta) -> None:
        """Let time pass; the shop and its machine have one clock."""
        self.clock.advance(span)

    def customer(self) -> Session:
        """Return a customer nobody has seen."""
        return new_session()

    async def live_until(self, last: date) -> None:
        """Let all the worker's passes run once every day until a day, that one included."""
        day = (self.clock.now() + timedelta(hours=9)).date()
        while day < last:
            day += timedelta(days=1)
            await self.go_to(day)
            await announce_trials(self.rt)
            await announce_expiring(self.rt)
            await self.run()

    async def change_now(self, session: Session, subscription_id: str, plan_code: str) -> None:
        """Move to another plan at once, for what was shown."""
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

    async def hear_all(self) -> None:
        """Bring what Toss has to tell, some of it twice."""
        now = self.clock.now()
        self._post.collect(now)
        for body in self._post.arrived(now + ALL_HAVE_COME):
            await self.hear_of(body)

    async def hear_of(self, body: bytes) -> None:
        """Bring one webhook, whoever sent it."""
        event_id = await inbox.receive(self.rt, body)
        if event_id:
            await dispatch.handle(self.rt, event_id)


def script_story(script: Script) -> Story:
    """Make a story of a script, called as the script is."""

    async def tell(folder: Path, storage: Storage) -> Outcome:
        async with _open_stage(folder, storage) as (stage, world, requests):
            await script(stage)
            world.alarm.ring()
            return await what_is_left(world, folder, requests)

    return Story(script.__name__.replace("_", "-"), tell)  # pyright: ignore[reportAttributeAccessIssue]


@asynccontextmanager
async def _open_stage(
    folder: Path, storage: Storage
) -> AsyncGenerator[tuple[Stage, World, Requests]]:
    async with open_world(folder, storage, 0, ORDINARY, ids=counted_ids) as world:
        requests = Requests(world.clock)
        stage = Stage(world, world.post, requests)
        yield stage, world, requests
        await stage.rt.tasks.drain(seconds=120)
