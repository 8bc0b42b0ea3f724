"""Begins a transaction anew if it waited for a merge (ADR-0048).

It has locked the customer that is gone by then. To lock the one that stayed as well would break the
order of locks, and two transactions could wait for each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

_Result = TypeVar("_Result")


class MergedMeanwhile(Exception):
    """The customer that a transaction waited for was merged."""


async def until_not_merged(transaction: Callable[[], Awaitable[_Result]]) -> _Result:
    """Return what a transaction returns, which is begun anew as often as it raises."""
    while True:
        with suppress(MergedMeanwhile):
            return await transaction()
