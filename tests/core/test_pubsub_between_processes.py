"""A page is notified within a second that another process changed its customer's rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from tests.support.both_databases import database_url
from tossbill_ui.core.db import Database
from tossbill_ui.core.pubsub import Follower, PubSub
from tossbill_ui.core.pubsub_between_processes import forward_to_others, receive_from_others
from tossbill_ui.core.tasks import Tasks

__all__ = ["database_url"]


@pytest.fixture
async def here(database_url: str) -> AsyncGenerator[PubSub]:
    """The process that serves the pages."""
    db, changes = Database(database_url), PubSub()
    receiving = asyncio.create_task(receive_from_others(db, changes))
    yield changes
    receiving.cancel()
    with suppress(asyncio.CancelledError):
        await receiving
    await db.close()


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncGenerator[PubSub]:
    """Another process, which changes rows."""
    db, changes, tasks = Database(database_url), PubSub(), Tasks()
    forward_to_others(db, changes, tasks)
    yield changes
    await tasks.drain(seconds=120)
    await db.close()


async def publish_until_woken(follower: Follower, elsewhere: PubSub, *customer_ids: str) -> None:
    """Publish until the follower wakes: the listener may just be starting."""
    waiting = asyncio.create_task(follower.wait(seconds=30))
    while not waiting.done():
        for customer_id in customer_ids:
            elsewhere.publish(customer_id)
        await asyncio.wait([waiting], timeout=0.5)


async def test_change_in_another_process_wakes_followers(here: PubSub, elsewhere: PubSub) -> None:
    with here.follow("a") as one, here.follow("b") as two, here.follow("c") as other:
        await publish_until_woken(one, elsewhere, "a", "b")
        await publish_until_woken(two, elsewhere, "b")

        # By now b's second notification has arrived, so one for c would have arrived too.
        silent = asyncio.create_task(other.wait(seconds=30))
        done, _ = await asyncio.wait([silent], timeout=0.05)
        assert not done
        silent.cancel()


async def test_notification_arrives_within_a_second(here: PubSub, elsewhere: PubSub) -> None:
    loop = asyncio.get_running_loop()
    with here.follow("a") as follower:
        await publish_until_woken(follower, elsewhere, "a")
        durations: list[float] = []
        for _ in range(5):
            await asyncio.sleep(0.3)
            await follower.wait(seconds=0.01)
            started = loop.time()
            elsewhere.publish("a")
            await follower.wait(seconds=30)
            durations.append(loop.time() - started)

    assert sorted(durations)[2] < 1
