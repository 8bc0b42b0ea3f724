"""Publishing a customer's changes wakes the followers of that customer."""

from __future__ import annotations

import asyncio

from tossbill_ui.core.pubsub import Follower, PubSub


async def is_woken(follower: Follower) -> bool:
    """Whether a follower wakes; the clock is real, so one that sleeps on costs a moment."""
    waiting = asyncio.create_task(follower.wait(seconds=30))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    waiting.cancel()
    return bool(done)


async def test_followers_of_a_customer_wake_and_others_do_not() -> None:
    changes = PubSub()
    with (
        changes.follow("a") as one,
        changes.follow("a") as two,
        changes.follow("b") as other,
    ):
        changes.publish("a")

        assert await is_woken(one)
        assert await is_woken(two)
        assert not await is_woken(other)
    assert not changes.are_followed


async def test_change_before_the_wait_ends_it_at_once() -> None:
    changes = PubSub()
    with changes.follow("a") as follower:
        changes.publish("a")

        assert await is_woken(follower)
        assert not await is_woken(follower)


async def test_wait_until_returns_when_the_result_is_settled() -> None:
    changes, status = PubSub(), ["open"]

    async def read() -> str:
        return status[-1]

    waiting = asyncio.create_task(
        changes.wait_until("a", read, lambda found: found == "done", seconds=30)
    )
    for next_status in ("still open", "done"):
        await asyncio.sleep(0)
        status.append(next_status)
        changes.publish("a")

    assert await waiting == "done"
    assert not changes.are_followed


async def test_wait_until_returns_the_latest_result_at_timeout() -> None:
    reads: list[str] = []

    async def read() -> int:
        reads.append("read")
        return len(reads)

    assert await PubSub().wait_until("a", read, lambda _: False, seconds=0) == 1
    assert await PubSub().wait_until("a", read, lambda _: False, seconds=0.01) == 3


async def test_new_follower_replaces_the_one_with_its_key() -> None:
    changes = PubSub()
    with (
        changes.follow("a", tab="a tab") as first,
        changes.follow("a", tab="another tab") as other,
        changes.follow("a", tab="a tab") as second,
    ):
        assert await is_woken(first)
        assert first.is_over
        assert not other.is_over
        changes.publish("a")
        assert await is_woken(second)
        assert not second.is_over
    with changes.follow("a", tab="a tab") as third:
        assert not third.is_over
    assert not changes.are_followed


async def test_wait_ends_at_timeout() -> None:
    await Follower().wait(seconds=0.01)
