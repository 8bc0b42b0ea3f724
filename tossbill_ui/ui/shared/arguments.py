"""Events whose arguments fit no handler are not carried out.

Anybody can send any event with anything. Each handler would raise, and each exception is a
traceback in the log, a hundred times as long as the event.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event, EventHandler
from reflex_base.registry import RegistrationContext

from tossbill_ui.ui.shared.presses import STAMP
from tossbill_ui.ui.shared.problem import ProblemState
from tossbill_ui.ui.shared.text.problems import NOTHING_STORED

UNIONS = (Union, UnionType)


class Fitting(Middleware):
    """Refuses an event of ours, such as one of a page built before an update, in words."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """Let an event pass whose arguments have the names and the types that its handler takes."""
        handler = RegistrationContext.get().event_handlers[event.name].handler
        if fits(handler, event.payload):
            return None
        return StateUpdate(events=Event.from_event_type(ProblemState.failed(NOTHING_STORED)))  # pyright: ignore[reportCallIssue]


def fits(handler: EventHandler, payload: object) -> bool:
    """Whether a handler takes these arguments; a press's stamp is none."""
    if not isinstance(payload, Mapping):
        return False
    given: dict[str, Any] = {name: value for name, value in payload.items() if name != STAMP}
    try:
        inspect.signature(handler.fn).bind(None, **given)
    except TypeError:
        return False
    hints = handler._type_hints or {}
    return _can_be_sent(given) and all(
        _is_a(value, hints.get(name, Any)) for name, value in given.items()
    )


def _can_be_sent(given: object) -> bool:
    """Whether it can be shown again: no connection carries half of a surrogate pair."""
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_a(value: object, hint: Any) -> bool:
    """Whether a value is of a plain type; of any other annotation Reflex or the handler judges."""
    if get_origin(hint) in UNIONS:
        return any(_is_a(value, member) for member in get_args(hint))
    plain = get_origin(hint) or hint
    if plain is float:
        return isinstance(value, float | int)  # JSON has one kind of number
    return plain is Any or not isinstance(plain, type) or isinstance(value, plain)
