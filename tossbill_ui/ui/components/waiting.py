"""Placeholders: a skeleton while loading, and an empty state."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import Slot, Words, element, label
from tossbill_ui.ui.shared.text import Text


def skeleton(words: Text, *, bones: int = 3) -> rx.Component:
    """Return a skeleton in the final size of what is loading.

    Args:
        words: Text for screen readers.
        bones: The number of rows.
    """
    return rx.el.div(
        *(rx.el.div(class_name="bone") for _ in range(bones)),
        rx.el.span(label(words), class_name="unseen"),
        class_name="skeleton",
        custom_attrs={"aria-busy": "true"},
    )


def empty(
    title: Words,
    body: Words,
    *ways: rx.Component,
    testid: str | Slot,
    class_name: str = "",
) -> rx.Component:
    """Return an empty state: what will appear here, and the next step."""
    is_filled = isinstance(testid, Slot)
    return element(
        rx.el.div,
        element(rx.el.strong, title),
        element(rx.el.p, body),
        *ways,
        fills={"data-testid": testid} if is_filled else {},
        attrs={} if is_filled else {"data-testid": testid},
        class_name=f"empty {class_name}".strip(),
    )
