"""What our code only writes down and goes on after: in a story it ends the story."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager


class Fault(AssertionError):
    """Our own code failed on something."""


class Alarm(logging.Handler):
    """Hears every error of ours that comes with an exception."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self._heard.append(f"{record.getMessage()}: {record.exc_info[1]!r}")

    def ring(self) -> None:
        """Raise what was heard."""
        if self._heard:
            raise Fault("; ".join(self._heard))


@contextmanager
def alarm() -> Generator[Alarm]:
    """Listen to our log and keep it silent while the block runs."""
    log, listening = logging.getLogger("tossbill_ui"), Alarm()
    log.addHandler(listening)
    log.propagate = False
    try:
        yield listening
    finally:
        log.propagate = True
        log.removeHandler(listening)
