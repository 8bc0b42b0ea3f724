"""Presses on pages, of which some are late or lost: our real guard decides (ADR-0030)."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

import reflex as rx
from reflex_base.event import Event

from tests.simulation.oracle import InvariantBroken
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.ui.shared import presses

Act = Callable[[], Awaitable[None]]
# A press that was made longer ago than this must change nothing.
LONGEST = timedelta(seconds=10)
LATE = tuple(timedelta(seconds=seconds) for seconds in (11, 60, 7200))
# How many presses are lost with the connection, held up until the next one, or late.
LOST, HELD_UP, IS_LATE = 0.01, 0.03, 0.04


class Page:
    """A page with clocks of its own, and what the server knows about its presses."""

    def __init__(self, clock: FrozenClock, behind: float) -> None:
        self._clock, self._behind, self._number = clock, behind, 0
        self._state = presses.PressState(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]

    async def get_state(self, _: type[rx.State]) -> Any:
        """Return the state of the presses, as a tab's root state does."""
        return self._state

    def stamp(self, *, is_press: bool = True) -> list[float]:
        """Return what the page sends with an event: a number and its two clocks."""
        self._number += is_press
        now_ms = 1000 * (self._clock.now().timestamp() - self._behind)
        return [self._number if is_press else 0, now_ms, now_ms]

    async def takes(self, stamp: list[Any]) -> bool:
        """Whether the server carries out an event."""
        event = Event(name="press", payload={presses.STAMP: stamp})
        return (
            await presses.InTime().preprocess(cast("Any", None), cast("Any", self), event) is None
        )


@dataclass
class Press:
    """A press on its way."""

    page: Page
    stamp: list[Any]
    act: Act
    made_at: datetime
    arrives_at: datetime


@dataclass
class Presses:
    """The presses of all pages, and the connections on which they arrive."""

    clock: FrozenClock
    rng: random.Random
    pages: dict[str, Page] = field(default_factory=dict[str, Page])
    on_their_way: list[Press] = field(default_factory=list[Press])

    @property
    def next_at(self) -> datetime | None:
        """When the next late press arrives."""
        return min((press.arrives_at for press in self.on_their_way), default=None)

    def break_connections(self) -> None:
        """Lose what is on its way: the shop's machine has stopped, and pages connect anew."""
        self.pages, self.on_their_way = {}, []

    async def press(self, customer_id: str, act: Act) -> None:
        """Let a customer press a button, and act if the press arrives now."""
        page = self.pages.get(customer_id) or await self._open(customer_id)
        now, draw = self.clock.now(), self.rng.random()
        press = Press(page, page.stamp(), act, now, now)
        if draw < LOST:
            return
        if draw < LOST + HELD_UP + IS_LATE:
            press.arrives_at += self.rng.choice(LATE)
            # A press that was held up says so, instead of when it was made.
            press.stamp[1:] = [None, None] if draw < LOST + HELD_UP else press.stamp[1:]
            self.on_their_way.append(press)
        else:
            await _arrive(press, now)

    async def _open(self, customer_id: str) -> Page:
        page = self.pages[customer_id] = Page(self.clock, self.rng.choice((-7200.0, 0.0, 90.0)))
        await page.takes(page.stamp(is_press=False))  # the page loads, which takes no time
        return page

    async def deliver(self) -> None:
        """Let the presses arrive that have been on their way long enough."""
        now = self.clock.now()
        arriving = [press for press in self.on_their_way if press.arrives_at <= now]
        self.on_their_way = [press for press in self.on_their_way if press.arrives_at > now]
        for press in arriving:
            await _arrive(press, now)


async def _arrive(press: Press, now: datetime) -> None:
    """Act if our guard lets a press pass, and check that it does what it must."""
    age = now - press.made_at
    is_taken = await press.page.takes(list(press.stamp))
    if is_taken != (age <= LONGEST and press.stamp[1] is not None):
        raise InvariantBroken(f"a press was {'taken' if is_taken else 'refused'} after {age}")
    if is_taken:
        await press.act()


@contextmanager
def pages_clock(clock: FrozenClock) -> Generator[None]:
    """Let the guard read the world's time, on both of the clocks that it compares."""
    runtime = SimpleNamespace(current=lambda: SimpleNamespace(machine=clock))
    steady = SimpleNamespace(monotonic=lambda: clock.now().timestamp())
    with patch.object(presses, "runtime", runtime), patch.object(presses, "time", steady):
        yield
