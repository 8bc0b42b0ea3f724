"""Which of our functions one value passes through, seen in a real run.

The value is a text: an id, or a secret. A call carries it when, as the function begins, an argument
(or a variable that a closure brings along) is that text, or holds it within `DEPTH` steps: a row or
a dataclass in a field, a list, tuple, set or dict in an item. So a subscription's row, its invoice
and a claim of its payment all carry the subscription's id. A date or an amount of it does not, and
neither does an object that only works with rows, such as the database's session.

Only calls of functions count. A return does not, nor a coroutine that goes on after an await, nor
what Python calls by itself: an assignment to a row, a dataclass's ``__init__``, a lambda.

Figures read from the text of the code are higher for most entries: there all branches are walked
one after the other, with dates and amounts, too. A real run takes one branch, so each is a story.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import groupby
from types import CodeType, FrameType
from typing import Any

from pydantic import BaseModel

OURS = "tossbill_ui."
# Its session is SQLAlchemy's with another way to a row: asking it leads to no room of the house.
DATABASE = "tossbill_ui.core.db"
SANDBOX = "tossbill_sandbox."
DEPTH = 3


@dataclass(frozen=True)
class Call:
    """A function that was given the value, and the module, or room, it stands in."""

    room: str
    function: str


@dataclass(frozen=True)
class Stay:
    """An unbroken run of calls inside one room."""

    room: str
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """How far a value travels.

    Attributes:
        stays: How often it comes into a room.
        rooms: Into how many.
        returns: How often into one that it had left before.
    """

    stays: int
    rooms: int
    returns: int


class Trace:
    """Writes down the calls in this thread that carry a value, from `begin` to `end`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._value = ""

    def begin(self, value: str) -> None:
        """Follow a value from here on."""
        if self._value or sys.getprofile():
            raise RuntimeError("This thread is traced already.")
        self._value = value
        sys.setprofile(self._see)

    def end(self) -> None:
        """Follow it no further; doing it twice is no error."""
        if self._value:
            sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, _argument: object) -> None:
        room = str(frame.f_globals.get("__name__"))
        if event != "call" or not _is_ours(room) or not _begins(frame):
            return
        if holds(frame.f_locals, self._value):
            name = frame.f_code.co_qualname.replace(".<locals>", "")
            self.calls.append(Call(room.removeprefix(OURS), name))


def _is_ours(module: str) -> bool:
    return module.startswith(OURS) and module != DATABASE and not module.startswith(SANDBOX)


def _begins(frame: FrameType) -> bool:
    """Whether this is a call of a function, and not a coroutine that goes on."""
    name = frame.f_code.co_name
    is_pythons = name.startswith(("<", "__")) and name != "__call__"
    return not is_pythons and frame.f_lasti <= _beginning(frame.f_code)


@cache
def _beginning(code: CodeType) -> int:
    return next(each.offset for each in dis.get_instructions(code) if each.opname == "RESUME")


def holds(thing: object, value: str, depth: int = DEPTH) -> bool:
    """Whether a thing is a value, or holds it."""
    if isinstance(thing, str):
        return thing == value
    return depth > 0 and any(holds(part, value, depth - 1) for part in _parts(thing))


def _parts(thing: Any) -> Iterable[object]:
    if isinstance(thing, Mapping):
        return thing.values()
    if isinstance(thing, list | tuple | set | frozenset):
        return thing
    if isinstance(thing, BaseModel):
        return vars(thing).values()  # not by getattr, which may ask the database
    if is_dataclass(thing) and not isinstance(thing, type):
        return [getattr(thing, field.name, None) for field in fields(thing)]
    return ()


def stays(calls: Iterable[Call]) -> list[Stay]:
    """Put the calls together that follow one another in the same room."""
    return [
        Stay(room, tuple(call.function for call in run))
        for room, run in groupby(calls, key=lambda call: call.room)
    ]


def figures(calls: Iterable[Call]) -> Figures:
    """Count stays, rooms and returns."""
    found = stays(calls)
    rooms = len({stay.room for stay in found})
    return Figures(len(found), rooms, len(found) - rooms)
