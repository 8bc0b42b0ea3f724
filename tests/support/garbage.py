"""Fewer searches for garbage: each full one looks at a million objects of the imported modules."""

from __future__ import annotations

import gc

# Python's own are 700, 10 and 10; a test makes little garbage that counting references leaves.
THRESHOLDS = (20_000, 20, 20)


def collect_rarely() -> None:
    """Never again examine the objects that exist now, and others less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
