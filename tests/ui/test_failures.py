"""Every event of every state fails once: the page says so, and its buttons are free again.

The handlers are all that Reflex registered; new ones are covered automatically. Each is replaced
by one that raises, and its event goes through Reflex's own event processor, as a browser's would.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from reflex.istate.proxy import StateProxy
from reflex.state import State
from reflex_base.event import BACKGROUND_TASK_MARKER, Event
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from tests.attacks.test_every_handler import OF_REFLEX, states
from tests.support.shop import Shop
from tossbill_ui import runtime
from tossbill_ui.tossbill_ui import app
from tossbill_ui.ui.home.state import HomeState
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.pages import PAGES
from tossbill_ui.ui.shared import problem
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.problem import BUSY, ProblemState
from tossbill_ui.ui.shared.text.problems import NOTHING_STORED, PROBLEMS, STALE, UNRESOLVED

PROBLEM = ProblemState.get_full_name()


class Broken(Exception):
    """The error that the handlers raise."""


@dataclass
class Tab:
    """A tab of a browser; ``shown`` is what it knows of each state, by its name."""

    processor: BaseStateEventProcessor
    address: str = "/"
    shown: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    failures: int = 0
    loads: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    token_to_sid: dict[str, str] = field(default_factory=lambda: {"tab": "a connection"})

    async def emit_update(self, update: Any, token: str) -> None:
        """Take an update, as Reflex sends it to a browser."""
        async with self.changed:
            for name, values in (update.delta or {}).items():
                known = {key.removesuffix("_rx_state_"): each for key, each in values.items()}
                self.loads += known.get("is_hydrated") is True
                self.failures += "turn" in known and name == PROBLEM
                self.shown.setdefault(name, {}).update(known)
            self.changed.notify_all()

    async def press(self, name: str, **payload: Any) -> None:
        router_data: dict[str, Any] = {"pathname": self.address, "asPath": self.address}
        headers = {"cookie": "", "accept-language": "ko"}
        router_data |= {"headers": headers, "token": "tab", "sid": "a connection"}
        event = Event(name=name, router_data=router_data, payload=payload)
        await self.processor.enqueue("tab", event)

    async def open(self) -> None:
        self.shown.clear()
        await self.press(name_of(State.event_handlers["hydrate_and_load"]), hashes=[])

    async def loaded_again(self) -> None:
        """Wait until the page has been loaded once more."""
        before = self.loads
        await self.until(lambda: self.loads > before)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(30), self.changed:
            await self.changed.wait_for(holds)

    @property
    def problem(self) -> dict[str, Any]:
        return self.shown.get(PROBLEM, {})

    def is_told(self, kind: str) -> bool:
        told = PROBLEMS[kind]
        return (self.problem.get("title"), self.problem.get("body")) == (
            told.title.ko,
            told.body.ko,
        )

    def disabled(self) -> list[str]:
        """Return the variables that disable buttons now."""
        return [
            f"{name}.{flag}"
            for name, values in self.shown.items()
            for flag in BUSY
            if values.get(flag)
        ]


@pytest.fixture
async def tab(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Tab]:
    monkeypatch.setattr(problem, "FIRST_PAUSE_SECONDS", 0.0)
    processor = BaseStateEventProcessor(
        middleware=app, backend_exception_handler=app.backend_exception_handler
    )
    opened = Tab(processor)
    monkeypatch.setattr(app, "_event_namespace", opened)
    async with processor.configure(event_namespace=opened):  # pyright: ignore[reportArgumentType]
        yield opened


def name_of(handler: Any) -> str:
    return format_event_handler(handler)


def handlers() -> Iterator[str]:
    """Yield the names of all our events, except those that report a failure themselves."""
    for state in states():
        for name in state.event_handlers:
            if name not in OF_REFLEX and state is not ProblemState:
                yield f"{state.get_full_name()}.{name}"


async def fails(self: Any, **_: Any) -> None:
    raise Broken


def fails_at_once(self: Any, **_: Any) -> None:
    raise Broken


async def fails_after_a_yield(self: Any, **_: Any) -> AsyncGenerator[None]:
    async with self if isinstance(self, StateProxy) else nullcontext():
        for name in BUSY:
            if hasattr(self, name):
                setattr(self, name, True)
    yield
    raise Broken


def fails_after_a_plain_yield(self: Any, **_: Any) -> Iterator[None]:
    yield
    raise Broken


async def fails_after_a_commit(self: Any, **_: Any) -> None:
    async with runtime.current().db.write():
        pass
    raise Broken


FAULTS = (
    fails,
    fails_at_once,
    fails_after_a_yield,
    fails_after_a_plain_yield,
    fails_after_a_commit,
)


@contextmanager
def broken(name: str, fault: Callable[..., Any], *, once: bool = False) -> Generator[None]:
    """Make an event fail while the block runs, as a foreground or background event as before."""
    registry = RegistrationContext.get().event_handlers
    real = registry[name]

    def fn(*arguments: Any, **named: Any) -> Any:
        if once:
            registry[name] = real
        return fault(*arguments, **named)

    async def awaited(*arguments: Any, **named: Any) -> Any:
        return await fn(*arguments, **named)

    chosen: Any = awaited if inspect.iscoroutinefunction(fault) else fn
    setattr(chosen, BACKGROUND_TASK_MARKER, real.handler.is_background)
    registry[name] = replace(real, handler=replace(real.handler, fn=chosen))
    try:
        yield
    finally:
        registry[name] = real


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("name", list(handlers()), ids=lambda name: name.rpartition("___")[2])
async def test_failed_press_is_explained_and_frees_the_buttons(
    tab: Tab, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    for fault in FAULTS:
        kind = UNRESOLVED if fault is fails_after_a_commit else NOTHING_STORED
        tab.shown.clear()
        caplog.clear()
        with broken(name, fault, once=True):
            await tab.press(name)
            await tab.until(lambda kind=kind: tab.is_told(kind))

        assert tab.disabled() == [], fault
        [error] = logged(caplog)
        assert error.exc_info
        assert error.exc_info[0] is Broken
        await tab.loaded_again()
        assert tab.is_told(kind), "the customer may still be reading it"


@pytest.mark.parametrize("address", [address for _, address, loads in PAGES if loads])
async def test_page_that_failed_to_load_is_loaded_again(tab: Tab, address: str) -> None:
    [loads] = [loads for _, each, loads in PAGES if each == address]
    tab.address = address
    for load in (BrandState.load, *loads):
        name = name_of(load)
        for fault in FAULTS:
            with broken(name, fault):
                await tab.open()
                await tab.until(lambda: tab.is_told(STALE))
            await tab.until(lambda: tab.problem["title"] == "")
            await tab.loaded_again()


async def test_next_press_ends_the_problem(tab: Tab) -> None:
    name = f"{MethodsState.get_full_name()}.keep"
    with broken(name, fails):
        await tab.press(name)
        await tab.until(lambda: tab.is_told(NOTHING_STORED))

    await tab.press(name)

    await tab.until(lambda: tab.problem["title"] == "")


async def test_failure_to_load_hides_no_problem_of_a_press(tab: Tab) -> None:
    press, load = f"{MethodsState.get_full_name()}.keep", name_of(HomeState.load)
    with broken(press, fails_after_a_commit), broken(load, fails):
        await tab.press(press)
        await tab.until(lambda: tab.is_told(UNRESOLVED))
        await tab.until(lambda: tab.failures >= 2)

    await tab.loaded_again()
    assert tab.is_told(UNRESOLVED)


async def test_failed_report_is_not_reported_for_ever(
    tab: Tab, caplog: pytest.LogCaptureFixture
) -> None:
    with broken(f"{PROBLEM}.failed", fails):
        await tab.press(f"{PROBLEM}.failed", kind=STALE)
        await tab.press(f"{MethodsState.get_full_name()}.ask", method_id="asked-for")
        await tab.until(lambda: "asked-for" in str(tab.shown))

    assert len(logged(caplog)) == 1


@pytest.mark.parametrize(("times", "seconds"), [(0, 1), (3, 8), (4, 15), (100_000, 15)])
def test_pauses_grow_to_the_longest_however_often_a_page_was_loaded(
    times: int, seconds: float
) -> None:
    assert problem._pause(times) == seconds
