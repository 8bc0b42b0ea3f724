"""A page hears within a second what another process did to its customer's rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

import pytest

from tests.support.both import database_url
from tossbill_ui.core.db import Database
from tossbill_ui.core.pubsub import Follower, PubSub
from tossbill_ui.core.pubsub_between_processes import forward_to_others, receive_from_others
from tossbill_ui.core.tasks import Tasks

__all__ = ["database_url"]


@pytest.fixture
async def here(database_url: str) -> AsyncGenerator[PubSub]:
    """The process with the pages."""
    db, changes = Database(database_url), PubSub()
    hearing = asyncio.create_task(receive_from_others(db, changes))
    yield changes
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing
    await db.close()


@pytest.fixture
async def there(database_url: str) -> AsyncGenerator[PubSub]:
    """Another process that changes rows."""
    db, changes, tasks = Database(database_url), PubSub(), Tasks()
    forward_to_others(db, changes, tasks)
    yield changes
    await tasks.drain(seconds=120)
    await db.close()


async def heard(news: Follower, there: PubSub, *customer_ids: str) -> None:
    """Tell until it is heard: the listener may just be starting."""
    waiting = asyncio.create_task(news.wait(seconds=30))
    while not waiting.done():
        for customer_id in customer_ids:
            there.publish(customer_id)
        await asyncio.wait([waiting], timeout=0.5)


async def test_what_another_process_tells_is_heard(here: PubSub, there: PubSub) -> None:
    with here.follow("a") as one, here.follow("b") as two, here.follow("c") as other:
        await heard(one, there, "a", "b")
        await heard(two, there, "b")

        # Told after b's: by now a notice for c would have come too.
        silent = asyncio.create_task(other.wait(seconds=30))
        done, _ = await asyncio.wait([silent], timeout=0.05)
        assert not done
        silent.cancel()


async def test_a_notice_comes_within_a_second(here: PubSub, there: PubSub) -> None:
    loop = asyncio.get_running_loop()
    with here.follow("a") as news:
        await heard(news, there, "a")
        took: list[float] = []
        for _ in range(5):
            await asyncio.sleep(0.3)
            await news.wait(seconds=0.01)
            started = loop.time()
            there.publish("a")
            await news.wait(seconds=30)
            took.append(loop.time() - started)

    assert sorted(took)[2] < 1
