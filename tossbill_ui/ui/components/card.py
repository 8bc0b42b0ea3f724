"""A card that groups related content."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Tag, element


def card(
    *children: rx.Component | rx.Var[Any],
    tag: Tag = rx.el.section,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    class_name: str = "",
) -> rx.Component:
    """Return a card around its children."""
    name = f"card {class_name}".strip()
    return element(tag, *children, fills=fills, attrs=attrs, class_name=name)
