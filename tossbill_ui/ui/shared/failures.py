"""The one place that catches what any event raises: of a press, of a load, in the background.

Reflex calls `explain` for every exception of every event, wherever the handler was. What it tells
the customer depends on whether the event may have stored something, which `Watched` records.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from functools import partial

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.event.context import EventContext

from tossbill_ui.core.commits import Commits, watch_commits
from tossbill_ui.core.errors import NeedsSignIn
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.presses import STAMP
from tossbill_ui.ui.shared.problem import ProblemState
from tossbill_ui.ui.shared.text.problems import NOTHING_STORED, STALE, UNRESOLVED

log = logging.getLogger(__name__)

# In the names of our states' events.
OURS = f".{__name__.partition('.')[0]}___"


@dataclass(frozen=True)
class _Running:
    """An event that is being handled; a press is sent by the browser, a load by the server."""

    name: str
    is_press: bool
    commits: Commits

    @property
    def problem(self) -> str:
        """The kind of problem if it fails now."""
        if not self.is_press:
            return STALE
        return UNRESOLVED if self.commits.were_tried else NOTHING_STORED


# By the event's id: Reflex calls `explain` in another task.
_running: dict[str, _Running] = {}


class Watched(Middleware):
    """Records which events run, and whether they commit; a press ends the problem before it."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Watch the event until its task ends; a failed one is kept for `explain`."""
        context, task = EventContext.get(), asyncio.current_task()
        is_sent = context.parent_txid is None
        _running[context.txid] = _Running(event.name, is_sent, watch_commits())
        if task is not None:
            task.add_done_callback(partial(_forget, context.txid))
        if is_sent and not _is_by_itself(event):
            (await state.get_state(ProblemState))._clear()
        return None


def _is_by_itself(event: Event) -> bool:
    """Whether a page sent one of our events without a press, as when Toss's script has loaded."""
    stamp = event.payload.get(STAMP)
    return isinstance(stamp, list) and stamp[:1] == [0] and OURS in event.name


def _forget(event_id: str, task: asyncio.Task[object]) -> None:
    if task.cancelled() or task.exception() is None:
        _running.pop(event_id, None)


def explain(exception: Exception) -> EventSpec | None:
    """Log an event's exception; return the event that tells the customer.

    A session that is limited to another task has failed at nothing: it leads to the sign-in.
    """
    failed = _running.pop(EventContext.get().txid, None)
    if isinstance(exception, NeedsSignIn):
        return BrandState.need_sign_in()  # pyright: ignore[reportCallIssue, reportReturnType]
    log.error("event.failed", exc_info=exception, extra={"data": {"event": failed and failed.name}})
    if failed and failed.name.startswith(f"{ProblemState.get_full_name()}."):
        return None  # it would fail again
    return ProblemState.failed(failed.problem if failed else STALE)  # pyright: ignore[reportCallIssue, reportReturnType]


def report(exception: Exception) -> None:
    """Log an error that a page reports; it is the browser's own text, so anything may be in it."""
    log.error("page.failed", extra={"data": {"error": str(exception)}})
