import asyncio
import logging

import pytest

from tossbill_ui.core.changes import Changes
from tossbill_ui.core.logging import redact
from tossbill_ui.core.tasks import Tasks


async def test_everyone_who_waits_for_a_topic_wakes_and_others_do_not() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait("a", seconds=30)) for _ in range(2)]
    other = asyncio.create_task(changes.wait("b", seconds=30))
    await asyncio.sleep(0)

    changes.tell("a")
    await asyncio.gather(*waiting)

    assert not other.done()
    other.cancel()


async def test_waiting_ends_by_itself() -> None:
    await Changes().wait("never", seconds=0.01)


async def test_detached_work_ends_before_the_process_does() -> None:
    tasks, done = Tasks(), asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.spawn(work(), name="work")
    await tasks.drain(seconds=5)

    assert done.is_set()


async def test_an_error_in_detached_work_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    tasks = Tasks()

    async def work() -> None:
        raise LookupError("gone")

    with caplog.at_level(logging.ERROR):
        tasks.spawn(work(), name="issue 1")
        await tasks.drain(seconds=5)
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
