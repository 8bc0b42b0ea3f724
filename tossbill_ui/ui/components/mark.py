"""The mark of an outcome: all are drawn, and CSS shows the one for ``data-view``."""

from __future__ import annotations

import reflex as rx

STROKES = {
    "track": "M28 2a26 26 0 1 1 0 52a26 26 0 1 1 0-52",
    "turning": "M28 2a26 26 0 0 1 26 26",
    "check": "M17 29l8 8l15-17",
    "hands": "M28 16v13l8 5",
    "pause": "M23 20v16M33 20v16",
    "dash": "M19 28h18",
    "bang": "M28 16v14M28 39v.01",
}


def mark() -> rx.Component:
    """Return the mark, which is decorative: the text beside it says the same."""
    return rx.el.div(
        rx.el.svg(
            *(rx.el.path(d=d, path_length=1, class_name=name) for name, d in STROKES.items()),
            view_box="0 0 56 56",
        ),
        class_name="mark",
        aria_hidden="true",
    )
