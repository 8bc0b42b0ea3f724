"""Progress of slow steps; standard library only, since `scripts.set_up` runs before packages."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TextIO

TICK_SECONDS = 1.0


@contextmanager
def step(text: str, *, stream: TextIO | None = None) -> Generator[None]:
    """Print a line for a step; on a terminal it counts the seconds until the block ends.

    Args:
        text: What is being done, without a full stop.
        stream: Where to; standard error by default, which leaves standard output to results.
    """
    out: TextIO = sys.stderr if stream is None else stream
    if not out.isatty():
        print(f"{text} …", file=out, flush=True)
        yield
        return
    ended, started = threading.Event(), time.monotonic()

    def show(end: str) -> None:
        seconds = time.monotonic() - started
        print(f"\r{text} … {seconds:.0f} s", end=end, file=out, flush=True)

    def count() -> None:
        while not ended.wait(TICK_SECONDS):
            show("")

    counter = threading.Thread(target=count, daemon=True)
    show("")
    counter.start()
    try:
        yield
    finally:
        ended.set()
        counter.join()
        show("\n")
