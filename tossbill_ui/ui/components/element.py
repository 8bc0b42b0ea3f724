"""Elements, and what they say: a label of ours, what the state brings, or a slot.

The prerendered page serves every reader: it holds each label twice, and CSS shows the one in the
language of the page (``lang`` on the outermost element, ADR-0014). What the state brings is
written in one language already.

A slot is filled by the server before it is painted and by React afterwards. React leaves text and
attributes alone that differ from what it rendered, as long as the element says so
(``suppressHydrationWarning``) and both have some text. The state later sets the same values, so
nothing moves (ADR-0004).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import reflex as rx

from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.text import Text


@dataclass(frozen=True)
class Slot:
    """What the server fills in under a name.

    Attributes:
        name: In the view row.
        value: The state's variable of the same meaning; None for an attribute that React leaves
            out.
    """

    name: str
    value: rx.Var[Any] | Mapping[str, str] | str | None = None


@dataclass(frozen=True)
class Slots:
    """The fields of a view row as slots; `view_rows.flat` writes the same names.

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


Tag = Callable[..., rx.Component]
Words = Text | Slot | rx.Var[Any] | str
Fills = Mapping[str, Slot]
Attributes = Mapping[str, object]


def label(words: Text) -> rx.Component:
    """Return what stands in the page itself, in both languages."""
    if words.ko == words.en:
        return rx.fragment(words.ko)
    return rx.fragment(
        *(
            rx.el.span(text, lang=language, class_name="said")
            for language, text in (("ko", words.ko), ("en", words.en))
        )
    )


def label_var(words: Text) -> rx.Var[str]:
    """Return a label where only text may stand: an attribute, the page's title."""
    return rx.cond(BrandState.shown["language"] == "en", words.en, words.ko)


def element(
    tag: Tag,
    *children: Words | rx.Component,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return an element with what it says or holds.

    Args:
        tag: For example ``rx.el.p``.
        children: What is in it; a slot only alone.
        fills: Attributes that the server fills.
        attrs: Further attributes as they stand in HTML.
        props: The element's other properties.
    """
    values = {name: slot.value for name, slot in (fills or {}).items() if slot.value is not None}
    custom = _marks(children, fills or {}) | values | dict(attrs or {})
    return tag(*(_child(child) for child in children), custom_attrs=custom, **props)


def _marks(children: tuple[Words | rx.Component, ...], fills: Fills) -> dict[str, object]:
    """Return what tells the server where to fill, and React to leave it alone."""
    marks: dict[str, object] = {}
    if children and isinstance(children[0], Slot):
        marks["data-slot"] = children[0].name
    if fills:
        marks["data-fill"] = " ".join(f"{name}:{slot.name}" for name, slot in fills.items())
    return {"suppressHydrationWarning": True} | marks if marks else marks


def _child(child: Words | rx.Component) -> Any:
    if isinstance(child, Slot):
        return child.value
    return label(child) if isinstance(child, Text) else child
