"""Background events that a stranger repeats: a tab has one task for each page, while it is open.

The events are all background events that Reflex registered; new ones are covered automatically.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex_base.registry import RegistrationContext

from tests.conftest import NOON
from tests.support.shop import Shop, open_shop
from tests.ui.test_failures import Tab, handlers, tab
from tossbill_ui import runtime
from tossbill_ui.core.fair_share import FairShare
from tossbill_ui.ui.registration import callback, result_view
from tossbill_ui.ui.shared.tabs import OpenTabs

REPEATED = 15


@pytest.fixture
async def shop(tmp_path: Path, database_url: str) -> AsyncGenerator[Shop]:
    async with open_shop(tmp_path, database_url, NOON) as opened:
        yield opened


@pytest.fixture
def never_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every registration wait for Toss for ever."""

    async def working(*_: Any, **__: Any) -> tuple[result_view.ResultView, bool]:
        return result_view.working(), False

    monkeypatch.setattr(callback, "outcome_view", working)


def background_events() -> list[str]:
    registered = RegistrationContext.get().event_handlers
    return [name for name in handlers() if registered[name].handler.is_background]


def tasks_of(event: str) -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if f"|{event}|" in task.get_name()]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0)


def test_background_events_are_found() -> None:
    assert {name.rpartition(".")[2] for name in background_events()} >= {"load", "load_success"}
    assert len(background_events()) >= 4


@pytest.mark.parametrize("event", background_events(), ids=lambda name: name.rpartition("___")[2])
@pytest.mark.usefixtures("never_settled")
async def test_repeated_event_leaves_one_task_which_ends_with_its_tab(tab: Tab, event: str) -> None:
    await tab.open()
    for _ in range(REPEATED):
        await tab.press(event)
    await until(lambda: not tab.processor._queue or tab.processor._queue.empty())

    await until(lambda: len(tasks_of(event)) <= 1)

    tabs = OpenTabs(StateManagerMemory(), FairShare(each=1, in_all=1))
    tab.token_to_sid.clear()
    await tabs.disconnect_token("tab", "a connection")
    await until(lambda: not tasks_of(event))
    assert not runtime.current().pubsub.are_followed
    # What is still running when Reflex stops would outlive its database.
    await until(lambda: not tab.processor._tasks)


@pytest.mark.usefixtures("never_settled")
async def test_follower_of_a_closed_tab_does_not_start(tab: Tab) -> None:
    [event] = [name for name in background_events() if name.endswith(".load_success")]
    tab.token_to_sid.clear()

    await tab.press(event)

    await until(lambda: not tab.processor._futures)
    assert tasks_of(event) == []


__all__ = ["tab"]
