"""Choices of equal weight, side by side; stacked on a phone."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.amount import amount as sum_of
from tossbill_ui.ui.components.card import card
from tossbill_ui.ui.components.element import Slot, Words, element


def choices(*ways: rx.Component | rx.Var[object], stacked: bool = False) -> rx.Component:
    """Return the choices; ``stacked`` ones are never side by side."""
    return rx.el.div(*ways, class_name="choices stacked" if stacked else "choices")


def choice(
    when: Words, amount: Words, how: Words, press: rx.Component, *, testid: str | Slot
) -> rx.Component:
    """Return one choice: the day, the charge or refund, how it is computed, and the button."""
    is_filled = isinstance(testid, Slot)
    return card(
        element(rx.el.h2, when),
        sum_of(amount),
        element(rx.el.p, how),
        press,
        fills={"data-testid": testid} if is_filled else {},
        attrs={} if is_filled else {"data-testid": testid},
        class_name="choice",
    )
