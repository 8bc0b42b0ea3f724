"""What an element says: a label of ours, what the state brings, or a slot that the server fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import Element, filled, slot
from tossbill_ui.ui.text import Text


@dataclass(frozen=True)
class Slot:
    """What the server fills in under a name, and the state's variable of the same meaning."""

    name: str
    value: rx.Var[Any] | str


@dataclass(frozen=True)
class Slots:
    """The fields of a view row as slots; `views.flat` writes the same names.

    Attributes:
        row: The state's variable; its fields are text, or rows themselves.
        prefix: The beginning of their names.
    """

    row: Any
    prefix: str

    def __getitem__(self, field: str) -> Slot:
        """Return a field of text."""
        return Slot(f"{self.prefix}{field}", self.row[field])

    def inside(self, field: str) -> Slots:
        """Return the fields of a row inside the row."""
        return Slots(self.row[field], f"{self.prefix}{field}_")


Words = Text | Slot | rx.Var[Any] | str
Fills = Mapping[str, Slot]
Attributes = Mapping[str, object]


def worded(
    element: Element,
    words: Words,
    *,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return an element that says something and holds nothing else.

    Args:
        element: For example ``rx.el.p``.
        words: What it says.
        fills: Attributes that the server fills.
        attrs: Further attributes as they stand in HTML.
        props: The element's other properties.
    """
    fill, custom = _fill(fills), _attributes(fills, attrs)
    if isinstance(words, Slot):
        return slot(element, words.name, words.value, fill=fill, attrs=custom, **props)
    said = say(words) if isinstance(words, Text) else words
    if fill:
        return filled(element, said, fill=fill, attrs=custom, **props)
    return element(said, custom_attrs=custom, **props)


def holding(
    element: Element,
    *children: rx.Component | rx.Var[Any],
    fills: Fills,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return an element whose attributes the server fills, around children of its own."""
    return filled(element, *children, fill=_fill(fills), attrs=_attributes(fills, attrs), **props)


def _fill(fills: Fills | None) -> dict[str, str]:
    return {attribute: slot.name for attribute, slot in (fills or {}).items()}


def _attributes(fills: Fills | None, attrs: Attributes | None) -> dict[str, object]:
    values = {attribute: slot.value for attribute, slot in (fills or {}).items()}
    return values | dict(attrs or {})
