"""What stands where there is nothing yet: still loading, or nothing at all."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.words import Slot, Words, holding, worded
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


def empty(
    title: Words,
    body: Words | None,
    *ways: rx.Component,
    testid: str | Slot,
    class_name: str = "",
) -> rx.Component:
    """Return what will be here, and the one next step."""
    is_filled = isinstance(testid, Slot)
    return holding(
        rx.el.div,
        worded(rx.el.strong, title),
        *([] if body is None else [worded(rx.el.p, body)]),
        *ways,
        fills={"data-testid": testid} if is_filled else {},
        attrs={} if is_filled else {"data-testid": testid},
        class_name=f"empty {class_name}".strip(),
    )
