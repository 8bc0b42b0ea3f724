"""A trace of the functions that one value passes in a real run.

The value is a string: an id or a secret. A call carries it if, when the function starts, an
argument (or a closure variable) is that string or holds it within `DEPTH` steps: rows and
dataclasses in fields, lists, tuples, sets and dicts in items. So a subscription's row, its invoice
and a claim of its payment all carry the subscription's id. Its dates and amounts do not, and
neither do objects that only work with rows, such as the database session.

Only function calls count: no returns, no coroutines resumed after an await, and no implicit calls
such as an assignment to a row, a dataclass's ``__init__`` or a lambda.

Counts derived from the source text are mostly higher, since they cover all branches, as well as
dates and amounts. A real run takes one branch, so each branch has a story of its own.
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
# Its session is SQLAlchemy's with a changed way to load rows, so calls to it do not count.
DATABASE = "tossbill_ui.core.db"
SANDBOX = "tossbill_sandbox."
DEPTH = 3


@dataclass(frozen=True)
class Call:
    """A function that was given the value, with its module (room)."""

    room: str
    function: str


@dataclass(frozen=True)
class Stay:
    """An unbroken run of calls inside one module."""

    room: str
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The counts of a walk.

    Attributes:
        stays: The number of stays.
        rooms: The number of modules.
        returns: The number of stays in modules that were left before.
    """

    stays: int
    rooms: int
    returns: int


class Trace:
    """Records the calls in this thread that carry a value, from `begin` to `end`."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._value = ""

    def begin(self, value: str) -> None:
        """Start tracing a value."""
        if self._value or sys.getprofile():
            raise RuntimeError("This thread is already being traced.")
        self._value = value
        sys.setprofile(self._on_call)

    def end(self) -> None:
        """Stop tracing; may be called repeatedly."""
        if self._value:
            sys.setprofile(None)

    def _on_call(self, frame: FrameType, event: str, _argument: object) -> None:
        room = str(frame.f_globals.get("__name__"))
        if event != "call" or not _is_ours(room) or not _begins(frame):
            return
        if holds(frame.f_locals, self._value):
            name = frame.f_code.co_qualname.replace(".<locals>", "")
            self.calls.append(Call(room.removeprefix(OURS), name))


def _is_ours(module: str) -> bool:
    return module.startswith(OURS) and module != DATABASE and not module.startswith(SANDBOX)


def _begins(frame: FrameType) -> bool:
    """Whether this is a function call, and not a resumed coroutine."""
    name = frame.f_code.co_name
    is_pythons = name.startswith(("<", "__")) and name != "__call__"
    return not is_pythons and frame.f_lasti <= _beginning(frame.f_code)


@cache
def _beginning(code: CodeType) -> int:
    return next(each.offset for each in dis.get_instructions(code) if each.opname == "RESUME")


def holds(thing: object, value: str, depth: int = DEPTH) -> bool:
    """Whether an object is the value or holds it."""
    if isinstance(thing, str):
        return thing == value
    return depth > 0 and any(holds(part, value, depth - 1) for part in _parts(thing))


def _parts(thing: Any) -> Iterable[object]:
    if isinstance(thing, Mapping):
        return thing.values()
    if isinstance(thing, list | tuple | set | frozenset):
        return thing
    if isinstance(thing, BaseModel):
        return vars(thing).values()  # not by getattr, which may query the database
    if is_dataclass(thing) and not isinstance(thing, type):
        return [getattr(thing, field.name, None) for field in fields(thing)]
    return ()


def stays(calls: Iterable[Call]) -> list[Stay]:
    """Group consecutive calls in the same module."""
    return [
        Stay(room, tuple(call.function for call in run))
        for room, run in groupby(calls, key=lambda call: call.room)
    ]


def figures(calls: Iterable[Call]) -> Figures:
    """Count stays, modules and returns."""
    found = stays(calls)
    rooms = len({stay.room for stay in found})
    return Figures(len(found), rooms, len(found) - rooms)
