"""Elements that the server fills before they are painted and React takes over afterwards.

React leaves text and attributes alone that differ from what it rendered, as long as the element
says so (``suppressHydrationWarning``) and both have some text. The state later sets the same
values, so nothing moves (ADR-0004).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

Element = Callable[..., rx.Component]


def slot(
    element: Element,
    name: str,
    value: rx.Var[str] | str,
    *,
    fill: dict[str, str] | None = None,
    attrs: dict[str, object] | None = None,
    **props: Any,
) -> rx.Component:
    """Return an element whose text is the slot ``name``.

    Args:
        element: For example ``rx.el.h1``.
        name: The slot's name in the view row.
        value: The state's variable of the same meaning.
        fill: Attributes to fill too: attribute name to slot name.
        attrs: Further attributes as they stand in HTML, for example ``data-testid``.
        props: The element's other properties.
    """
    return element(value, custom_attrs=_marks(name, fill) | (attrs or {}), **props)


def filled(
    element: Element,
    *children: rx.Component | rx.Var[Any] | str,
    fill: dict[str, str],
    attrs: dict[str, object],
    **props: Any,
) -> rx.Component:
    """Return an element whose attributes are filled, and whose children are its own."""
    return element(*children, custom_attrs=_marks("", fill) | attrs, **props)


def _marks(name: str, fill: dict[str, str] | None) -> dict[str, object]:
    marks: dict[str, object] = {"suppressHydrationWarning": True}
    if name:
        marks["data-slot"] = name
    if fill:
        marks["data-fill"] = " ".join(f"{attribute}:{slot}" for attribute, slot in fill.items())
    return marks
