"""Elements and their content: one of our labels, text from the state, or a slot.

The prerendered page serves every reader: it contains each label twice, and CSS shows the one in
the language of the page (``lang`` on the outermost element, ADR-0014). Text from the state is in
one language already.

A slot is filled by the server before the first paint and by React afterwards. React leaves text
and attributes that differ from its own rendering as they are, provided that the element says so
(``suppressHydrationWarning``) and that both have some text. The state later sets the same values,
so nothing moves (ADR-0004).
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
    """A place in the prerendered page that the server fills by name.

    Attributes:
        name: Its name in the view row.
        value: The state variable with the same content; None for an attribute that React does not
            render.
    """

    name: str
    value: rx.Var[Any] | Mapping[str, str] | str | None = None


@dataclass(frozen=True)
class Slots:
    """The fields of a view row as slots; `view_rows.flat` writes the same names.

    Attributes:
        row: The state variable; its fields are text, or rows themselves.
        prefix: Starts the name of each slot.
    """

    row: Any
    prefix: str

    def __getitem__(self, field: str) -> Slot:
        """Return a text field as a slot."""
        return Slot(f"{self.prefix}{field}", getattr(self.row, field))

    def inside(self, field: str) -> Slots:
        """Return the fields of a nested row."""
        return Slots(getattr(self.row, field), f"{self.prefix}{field}_")


Tag = Callable[..., rx.Component]
Words = Text | Slot | rx.Var[Any] | str
Fills = Mapping[str, Slot]
Attributes = Mapping[str, object]


def label(words: Text) -> rx.Component:
    """Return a text of the page itself, in both languages."""
    if words.ko == words.en:
        return rx.fragment(words.ko)
    return rx.fragment(
        *(
            rx.el.span(text, lang=language, class_name="said")
            for language, text in (("ko", words.ko), ("en", words.en))
        )
    )


def label_var(words: Text) -> rx.Var[str]:
    """Return a label for places that take only text: an attribute, the page's title."""
    return rx.cond(BrandState.shown["language"] == "en", words.en, words.ko)


def element(
    tag: Tag,
    *children: Words | rx.Component,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return an element with its content.

    Args:
        tag: For example ``rx.el.p``.
        children: Its content; a slot must be the only child.
        fills: Attributes that the server fills.
        attrs: Further attributes, named as in HTML.
        props: The element's other properties.
    """
    if fills and "class" in fills and fills["class"].value is not None:
        raise ValueError("React knows no `class`: give the slot no value, and pass class_name.")
    values = {name: slot.value for name, slot in (fills or {}).items() if slot.value is not None}
    custom = _marks(children, fills or {}) | values | dict(attrs or {})
    return tag(*(_child(child) for child in children), custom_attrs=custom, **props)


def _marks(children: tuple[Words | rx.Component, ...], fills: Fills) -> dict[str, object]:
    """Return the attributes that tell the server what to fill, and React to leave it alone."""
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
