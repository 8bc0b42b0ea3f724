"""Form fields: an input or a select under its label."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element


def field(label: Words, control: rx.Component, *, is_named: bool = True) -> rx.Component:
    """Return an input or a select with its label.

    Args:
        label: Its name.
        control: The input or select element.
        is_named: Whether the name is visible; the options of a select may say enough.
    """
    name = element(rx.el.span, label, class_name="field-name" if is_named else "unseen")
    return rx.el.label(name, control, class_name="field")


def fields(
    *each: rx.Component, fills: Fills | None = None, attrs: Attributes | None = None
) -> rx.Component:
    """Return fields side by side, with the button that submits them."""
    return element(rx.el.div, *each, fills=fills or {}, attrs=attrs, class_name="fields")


def typed_field(label: Words, control: rx.Component, says: Words, *, says_id: str) -> rx.Component:
    """Return an input with its label, and below it how to fill it in or what is wrong with it.

    Args:
        label: Its name.
        control: The input element, described by ``says_id``.
        says: The hint or the error.
        says_id: The id of that text.
    """
    return rx.el.div(
        field(label, control),
        element(rx.el.p, says, id=says_id, class_name="fine says"),
        class_name="typed-field",
    )
