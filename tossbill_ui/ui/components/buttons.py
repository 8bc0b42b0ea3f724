"""Buttons and links that look like them."""

from __future__ import annotations

from typing import Any, Literal

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element
from tossbill_ui.ui.components.links import link

# ``primary`` is the main action of a screen, ``second`` a quiet alternative; choices of equal
# weight are all ``plain``; ``small`` acts on one line of many.
Weight = Literal["primary", "plain", "second", "small"]


def button(
    words: Words,
    *,
    weight: Weight = "plain",
    on_click: Any = None,
    disabled: Any = False,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    **props: Any,
) -> rx.Component:
    """Return a button."""
    pressed = {} if on_click is None else {"on_click": on_click}
    return element(
        rx.el.button,
        words,
        fills=fills,
        attrs=attrs,
        disabled=disabled,
        type="button",
        class_name=_class(weight),
        **pressed,
        **props,
    )


def button_link(
    words: Words,
    *,
    href: Any = None,
    weight: Weight = "plain",
    fills: Fills | None = None,
    attrs: Attributes | None = None,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """Return a link styled as a button, to a page or to a filled ``href``."""
    # React reads the property only, whatever the server has filled in.
    leads = fills["href"].value if fills and "href" in fills else href
    to = {} if leads is None else {"href": leads}
    name = f"{_class(weight)} {class_name}".strip()
    return element(link, words, fills=fills, attrs=attrs, class_name=name, **to, **props)


def back(words: Words, *, href: str = "", on_click: Any = None) -> rx.Component:
    """Return a back link to a page, or a button that leaves a question."""
    if href:
        return element(link, words, href=href, class_name="back")
    return element(rx.el.button, words, on_click=on_click, type="button", class_name="back")


def bottom(*buttons: rx.Component, class_name: str = "") -> rx.Component:
    """Return the buttons at the bottom of a phone's screen."""
    return rx.el.div(*buttons, class_name=f"bottom {class_name}".strip())


def _class(weight: Weight) -> str:
    if weight == "small":
        return "small"
    return "button" if weight == "plain" else f"button {weight}"
