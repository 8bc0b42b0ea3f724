"""Names and values, as on a receipt."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element

# ``receipt``: the first fact is emphasized. ``details``: small, for one line of many. ``reason``:
# values are read as text, aligned left.
Kind = Literal["receipt", "details", "reason"]


def facts(*pairs: rx.Component | rx.Var[Any], kind: Kind = "receipt") -> rx.Component:
    """Return the list."""
    return rx.el.dl(*pairs, class_name=kind)


def fact(
    name: Words,
    value: Words,
    *,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    class_name: str = "",
) -> rx.Component:
    """Return one fact; the attributes go on its value."""
    return rx.el.div(
        element(rx.el.dt, name),
        element(rx.el.dd, value, fills=fills, attrs=attrs),
        class_name=class_name,
    )
