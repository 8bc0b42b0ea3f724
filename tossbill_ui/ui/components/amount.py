"""A large amount, with a note beside it."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import Words, element


def amount(words: Words, beside: Words | None = None, *, is_large: bool = False) -> rx.Component:
    """Return an amount; ``is_large`` where it is the page's only one."""
    return rx.el.p(
        element(rx.el.strong, words),
        *([] if beside is None else [element(rx.el.span, beside, class_name="fine")]),
        class_name="sum large" if is_large else "sum",
    )
