"""A ground on which things stand that belong together."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.slots import Element
from tossbill_ui.ui.components.words import Attributes, Fills, holding


def card(
    *children: rx.Component | rx.Var[Any],
    element: Element = rx.el.section,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    class_name: str = "",
) -> rx.Component:
    """Return a card around its children."""
    name = f"card {class_name}".strip()
    return holding(element, *children, fills=fills or {}, attrs=attrs, class_name=name)
