"""What stands where there is nothing yet: still loading, or nothing at all."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.words import Words, worded
from tossbill_ui.ui.text import Text


def skeleton(label: Text, *, bones: int = 3) -> rx.Component:
    """Return the shape of what is being loaded, of its final size.

    Args:
        label: What those read who do not see it.
        bones: How many rows it stands for.
    """
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(bones)),
        rx.el.span(say(label), class_name="unseen"),
        class_name="skeleton",
        custom_attrs={"aria-busy": "true"},
    )


def empty(title: Words, body: Words, *ways: rx.Component, testid: str) -> rx.Component:
    """Return what will be here, and the one next step."""
    return rx.el.div(
        worded(rx.el.strong, title),
        worded(rx.el.p, body),
        *ways,
        class_name="empty",
        custom_attrs={"data-testid": testid},
    )
