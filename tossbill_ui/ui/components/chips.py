"""Chips: a few options, all visible, of which one is chosen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Slot, Words, element


def chips(*each: rx.Component) -> rx.Component:
    """Return the chips, wrapped onto as many lines as they need."""
    return rx.el.div(*each, class_name="chips")


def chip(
    label: Words, *, pressed: Slot, on_click: Any, attrs: Attributes | None = None
) -> rx.Component:
    """Return one chip; ``pressed`` is ``true`` for the chosen one, else ``false``."""
    return element(
        rx.el.button,
        label,
        fills={"aria-pressed": pressed},
        attrs=attrs,
        type="button",
        on_click=on_click,
        class_name="chip",
    )
