import asyncio
import logging

import pytest

from tossbill_ui.core.logging import redact
from tossbill_ui.core.pubsub import Follower, PubSub
from tossbill_ui.core.tasks import Tasks


async def heard(news: Follower) -> bool:
    """Whether a follower is woken; the clock is real, so a silent one costs a moment."""
    waiting = asyncio.create_task(news.wait(seconds=30))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    waiting.cancel()
    return bool(done)


async def test_everyone_who_follows_a_customer_wakes_and_others_do_not() -> None:
    changes = PubSub()
    with (
        changes.follow("a") as one,
        changes.follow("a") as two,
        changes.follow("b") as other,
    ):
        changes.publish("a")

        assert await heard(one)
        assert await heard(two)
        assert not await heard(other)
    assert not changes.are_followed


async def test_what_changes_while_a_follower_looks_is_heard_afterwards() -> None:
    changes = PubSub()
    with changes.follow("a") as news:
        changes.publish("a")

        assert await heard(news)
        assert not await heard(news)


async def test_waiting_ends_with_the_change_that_settles_it() -> None:
    changes, status = PubSub(), ["open"]

    async def look() -> str:
        return status[-1]

    waiting = asyncio.create_task(
        changes.wait_until("a", look, lambda found: found == "done", seconds=30)
    )
    for next_status in ("still open", "done"):
        await asyncio.sleep(0)
        status.append(next_status)
        changes.publish("a")

    assert await waiting == "done"
    assert not changes.are_followed


async def test_waiting_returns_what_there_is_when_time_is_up() -> None:
    looks: list[str] = []

    async def look() -> int:
        looks.append("look")
        return len(looks)

    assert await PubSub().wait_until("a", look, lambda _: False, seconds=0) == 1
    assert await PubSub().wait_until("a", look, lambda _: False, seconds=0.01) == 3


async def test_a_place_has_one_follower() -> None:
    changes = PubSub()
    with (
        changes.follow("a", key="a tab") as before,
        changes.follow("a", key="another tab") as beside,
        changes.follow("a", key="a tab") as now,
    ):
        assert await heard(before)
        assert before.is_over
        assert not beside.is_over
        changes.publish("a")
        assert await heard(now)
        assert not now.is_over
    with changes.follow("a", key="a tab") as later:
        assert not later.is_over
    assert not changes.are_followed


async def test_waiting_ends_by_itself() -> None:
    await Follower().wait(seconds=0.01)


async def test_detached_work_ends_before_the_process_does() -> None:
    tasks, done = Tasks(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.spawn(work(), name="work")
    await tasks.drain(seconds=120)

    assert done.is_set()


async def test_an_error_in_detached_work_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def work() -> None:
        raise LookupError("gone")

    with caplog.at_level(logging.ERROR):
        tasks.spawn(work(), name="issue 1")
        await tasks.drain(seconds=120)
        await asyncio.sleep(0)

    assert "issue 1 failed" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "GET /success/?registration=1&token=PLANTED&authKey=PLANTED&customerKey=c",
        "DELETE http://127.0.0.1/sandbox/v1/billing/PLANTED",
        "POST /v1/billing/authorizations/PLANTED",
        "key live_sk_PLANTED in a sentence",
        "cookie: tossbill_session=PLANTED; other=1",
    ],
)
def test_no_secret_passes_the_log(text: str) -> None:
    assert "PLANTED" not in redact(text)


def test_ordinary_addresses_pass_the_log() -> None:
    assert (
        redact("POST /v1/billing/authorizations/issue") == "POST /v1/billing/authorizations/issue"
    )
