"""Tells the customer that an event has failed, and loads the page again.

`failures` decides which problem it is; here the page is told, its buttons are freed, and it is
loaded again as soon as the database can be read (ADR-0030).
"""

from __future__ import annotations

import asyncio

import reflex as rx
from reflex.state import OnLoadInternalState

from tossbill_ui import runtime
from tossbill_ui.ui.shared.tabs import is_open
from tossbill_ui.ui.shared.text.problems import PROBLEMS, STALE

# Variables that disable buttons, in any state.
BUSY = ("busy", "paying")
# The pauses before the page is loaded again; each is twice the one before.
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0

# The tabs that wait to be loaded again.
_waiting: set[str] = set()


class ProblemState(rx.State):
    """The problem that every page shows on top; without a title there is none."""

    title: str = ""
    body: str = ""
    tone: str = "red"
    # Each ``turn`` moves the focus to the problem, which may be out of sight.
    turn: int = 0
    _kind: str = ""
    _loads: int = 0

    @rx.event
    def failed(self, kind: str):  # noqa: ANN201 - Reflex reads events from what is returned
        """Say what happened, free every button, and load the page again.

        A page that cannot be loaded hides no problem of a press.
        """
        if (told := PROBLEMS.get(str(kind))) is None:
            return None
        self._free_buttons()
        if kind != self._kind and (kind != STALE or not self._kind):
            self._kind, self.tone = kind, told.tone
            self.title, self.body = told.title(), told.body()
        if kind != STALE:
            self.turn += 1
        return ProblemState.look_again

    @rx.event(background=True)
    async def look_again(self):  # noqa: ANN201
        """Load the page again once the database can be read; one wait for each tab."""
        async with self:
            tab, seconds = self.router.session.client_token, _pause(self._loads)
            self._loads += 1
        if tab in _waiting:
            return None
        _waiting.add(tab)
        try:
            is_open = await _until_readable(tab, seconds)
        finally:
            _waiting.discard(tab)
        async with self:
            if self._kind == STALE:
                self._clear()
        return OnLoadInternalState.on_load_internal if is_open else None

    def _clear(self) -> None:
        """Forget the problem; only what changes is sent."""
        if self._kind:
            self._kind, self.title, self.body = "", "", ""

    def _free_buttons(self) -> None:
        for state in self._get_root_state().substates.values():
            for name in BUSY:
                if getattr(state, name, False):
                    setattr(state, name, False)


async def _until_readable(tab: str, seconds: float) -> bool:
    """Wait until the database can be read; return whether the tab is still open."""
    while is_open(tab):
        await asyncio.sleep(seconds)
        if await runtime.current().db.answers():
            return is_open(tab)
        seconds = min(2 * seconds, LONGEST_PAUSE_SECONDS)
    return False


def _pause(times: int) -> float:
    """Return the pause in seconds after a page was loaded again a number of times."""
    doublings = min(times, 10)  # a number of any size may be too large for a float
    return min(FIRST_PAUSE_SECONDS * 2**doublings, LONGEST_PAUSE_SECONDS)
