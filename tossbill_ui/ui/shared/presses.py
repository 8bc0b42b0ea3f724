"""Presses that arrive too late are not carried out (ADR-0030).

A press can be on its way while nobody knows that the connection, or this process, has stopped. The
page stamps every event with two of its clocks; the event that took the shortest way tells how far
they are from ours, and so how old another one is.
"""

from __future__ import annotations

import math
import time
from typing import Any, cast

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event

from tossbill_ui import runtime
from tossbill_ui.ui.shared.problem import ProblemState
from tossbill_ui.ui.shared.text.problems import LATE

STAMP = "sent"
# A press that is older was made while nobody answered.
LONGEST_SECONDS = 10.0


class PressState(rx.State):
    """The last press that the server has taken, by the page's number."""

    heard: int = 0
    # How far the page's clocks are behind ours: the wall clock, and one that nobody sets.
    _behind: tuple[float, float] = (math.inf, math.inf)

    def _age(self, wall_ms: float, steady_ms: float) -> float:
        """Return the age of an event in seconds.

        The younger of two ages counts: a wall clock may be set, the other stops in sleep.
        """
        wall = runtime.current().machine.now().timestamp()
        ways = (wall - wall_ms / 1000, time.monotonic() - steady_ms / 1000)
        self._behind = (min(self._behind[0], ways[0]), min(self._behind[1], ways[1]))
        return min(ways[0] - self._behind[0], ways[1] - self._behind[1])


class InTime(Middleware):
    """Takes the stamp off every event, and refuses a press that is too old."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Let an event pass that has no stamp: not every client is one of our pages."""
        stamp = event.payload.pop(STAMP, None)
        if not _is_stamp(stamp):
            return None
        presses = await state.get_state(PressState)
        number, wall, steady = stamp
        is_late = wall is None or presses._age(wall, steady) > LONGEST_SECONDS
        if not number:
            return None
        presses.heard = int(number)
        if not is_late:
            return None
        return StateUpdate(events=Event.from_event_type(ProblemState.failed(LATE)))  # pyright: ignore[reportCallIssue]


def _is_stamp(stamp: object) -> bool:
    """Whether it is a number and two times in milliseconds, or none for a press that waited."""
    if not isinstance(stamp, list) or len(cast("list[Any]", stamp)) != 3:
        return False
    number, *times = cast("list[Any]", stamp)
    return _is_number(number) and (all(map(_is_number, times)) or times == [None, None])


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(cast("float", value)) < 2**53
