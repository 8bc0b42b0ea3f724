"""Errors that our code only logs and survives fail a story."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager


class ShopFailed(AssertionError):
    """Our own code failed."""


class LogGuard(logging.Handler):
    """Collects every error our code logs with an exception."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self._errors.append(f"{record.getMessage()}: {record.exc_info[1]!r}")

    def raise_errors(self) -> None:
        """Raise if any error was logged."""
        if self._errors:
            raise ShopFailed("; ".join(self._errors))


@contextmanager
def guard_log() -> Generator[LogGuard]:
    """Collect the errors in our log, and print nothing, while the block runs."""
    log, guard = logging.getLogger("tossbill_ui"), LogGuard()
    log.addHandler(guard)
    log.propagate = False
    try:
        yield guard
    finally:
        log.propagate = True
        log.removeHandler(guard)
