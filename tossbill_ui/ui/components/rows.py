"""Rows with a chevron, which lead to a page or open a question."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element
from tossbill_ui.ui.components.links import link


def rows(*ways: rx.Component) -> rx.Component:
    """Return rows that lead to other pages."""
    return rx.el.nav(*ways, class_name="rows")


def row_link(
    label: Words,
    href: str = "",
    *,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
) -> rx.Component:
    """Return a row that leads to a page, or to a filled ``href``."""
    leads = fills["href"].value if fills and "href" in fills else href
    return element(
        link,
        element(rx.el.span, label),
        _chevron(),
        fills=fills or {},
        attrs=attrs,
        href=leads,
        class_name="row",
    )


def row_button(
    label: Words,
    *,
    on_click: Any,
    disabled: Any,
    fills: Fills | None = None,
    attrs: Attributes | None = None,
) -> rx.Component:
    """Return a row that opens a question; what acts at once is a button."""
    return element(
        rx.el.button,
        element(rx.el.span, label),
        _chevron(),
        fills=fills or {},
        attrs=attrs,
        on_click=on_click,
        disabled=disabled,
        type="button",
        class_name="row",
    )


def _chevron() -> rx.Component:
    return rx.el.span(class_name="chevron")
