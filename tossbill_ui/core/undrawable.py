"""Rows that cannot be shown: one of them must not take down a page of others.

No write of ours makes such a row. A restored backup, a change by hand or an earlier version may
have, for example with a day after which no calendar has another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

# What a value that nobody expected raises; a database that fails is not among them.
ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_REMEMBERED = 1_000
_reported: set[str] = set()

_Shown = TypeVar("_Shown")


def drawn(row_id: str, draw: Callable[[], _Shown], instead: Callable[[], _Shown]) -> _Shown:
    """Return what ``draw`` makes of a row; if it cannot, report that and return ``instead()``."""
    try:
        return draw()
    except ERRORS:
        report(row_id)
        return instead()


def report(row_id: str) -> None:
    """Log the error being handled, once for each row, since pages are drawn again and again."""
    if row_id not in _reported and len(_reported) < _REMEMBERED:
        _reported.add(row_id)
        log.exception("row.undrawable", extra={"data": {"row": row_id}})
