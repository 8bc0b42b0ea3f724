"""Counts log lines that repeat, instead of writing them."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

# A line is written, then its repetitions are counted for this long.
WINDOW_SECONDS = 60.0
LINES_REMEMBERED = 1000
OURS = ("tossbill_ui", "tossbill_sandbox")
SHOWN = 200


@dataclass
class _Line:
    """A line that was written, and how often it has come again since."""

    record: logging.LogRecord
    until: float
    count: int = 0

    def summary(self) -> logging.LogRecord:
        """Return the record that tells the number of repetitions."""
        record = logging.makeLogRecord(self.record.__dict__)
        record.msg = f"{self.record.getMessage()[:SHOWN]} … repeated {self.count} times"
        record.args = record.exc_info = record.exc_text = None
        return record


class CountingHandler(logging.StreamHandler[TextIO]):
    """Writes a line once a minute; "… repeated 37 times" says how often it came again."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: OrderedDict[tuple[object, ...], _Line] = OrderedDict()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, or count it."""
        now = time.monotonic()
        for line in self._ended(now):
            super().emit(line.summary())
        key = _key(record)
        if (line := self._lines.get(key)) is not None:
            line.count += 1
            return
        self._lines[key] = _Line(record, now + WINDOW_SECONDS)
        super().emit(record)

    def close(self) -> None:
        """Write what has been counted."""
        while self._lines:
            _, line = self._lines.popitem(last=False)
            if line.count:
                super().emit(line.summary())
        super().close()

    def _ended(self, now: float) -> Iterator[_Line]:
        """Forget lines whose minute is over, or that are too many; yield those that repeated."""
        while self._lines:
            key, line = next(iter(self._lines.items()))
            if line.until > now and len(self._lines) < LINES_REMEMBERED:
                return
            del self._lines[key]
            if line.count:
                yield line


def _key(record: logging.LogRecord) -> tuple[object, ...]:
    """Return what makes a line the same: our own words, or the place in another's code.

    Others write what a stranger has sent into their lines, so that no two are equal.
    """
    if record.name.split(".")[0] in OURS:
        what = (record.getMessage(), str(getattr(record, "data", "")))
    else:
        what = (record.pathname, record.lineno)
    return (record.name, record.levelno, *what, *_place(record))


def _place(record: logging.LogRecord) -> tuple[object, ...]:
    """Return the type of a record's exception and where it was raised."""
    kind, _, trace = record.exc_info or (None, None, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = trace and (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
    return (kind, where)
