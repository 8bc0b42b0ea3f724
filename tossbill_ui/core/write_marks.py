"""A mark that the first transaction of a piece of work stores, however deep below it is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass
class WriteMark:
    """A statement that is executed first in the work's first committed transaction.

    A transaction that is rolled back takes the mark back, and the next one stores it.

    Attributes:
        store: Executes the statement; if it raises, the transaction is rolled back.
        is_stored: Whether a transaction with it was committed.
    """

    store: Callable[[AsyncSession], Awaitable[None]]
    is_stored: bool = False


_mark: ContextVar[WriteMark | None] = ContextVar("write mark", default=None)


def set_mark(mark: WriteMark | None) -> None:
    """Let the next transaction of this task, or of one that it starts, store a mark, or none."""
    _mark.set(mark)


def pending_mark() -> WriteMark | None:
    """Return the mark that this task's next transaction is to store, if there is one."""
    mark = _mark.get()
    return None if mark is None or mark.is_stored else mark
