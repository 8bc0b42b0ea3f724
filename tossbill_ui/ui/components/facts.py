"""Facts like on a receipt: a name on the left, an amount or a day on the right."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.words import Attributes, Fills, Words, worded


def facts(*pairs: rx.Component) -> rx.Component:
    """Return the list; its first fact is the one that counts most."""
    return rx.el.dl(*pairs, class_name="receipt")


def fact(
    name: Words,
    value: Words,
    *,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    class_name: str = "",
) -> rx.Component:
    """Return one fact; the attributes are those of its value."""
    return rx.el.div(
        worded(rx.el.dt, name),
        worded(rx.el.dd, value, fills=fills, attrs=attrs),
        class_name=class_name,
    )
