"""A banner with what a customer must know first: what happened, any charge, what to do."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element


def banner(
    title: Words,
    body: Words,
    *answers: rx.Component,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return a banner; its tone (``data-tone``) is ``red``, ``amber`` or ``ink``.

    Args:
        title: What happened.
        body: The details.
        answers: Buttons, of which at most one shows: what to do about it.
        fills: Attributes that the server fills.
        attrs: Further attributes.
        props: The element's other properties.
    """
    return element(
        rx.el.div,
        element(rx.el.strong, title),
        element(rx.el.p, body),
        *answers,
        fills=fills or {},
        attrs=attrs,
        **{"class_name": "alert"} | props,
    )
