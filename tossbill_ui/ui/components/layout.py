"""The frame of every page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.states.brand import BrandState
from tossbill_ui.ui.text import ko


def page(
    *children: rx.Component | rx.Var[Any], width: str = "single", is_filled: bool = True
) -> rx.Component:
    """Return a page: mode banner, the shop's name, content.

    Args:
        children: The content.
        width: ``single`` for one task (440 px), ``list`` for lists (760 px).
        is_filled: Whether the server fills the page. Where it does not, the page must not name
            a shop or a mode that the build knew nothing of.
    """
    return rx.el.div(
        _header() if is_filled else rx.el.header(class_name="top"),
        rx.el.main(*children, class_name="content"),
        rx.el.noscript(rx.el.p(ko.REGISTER_NO_SCRIPT, class_name="no-script")),
        class_name=f"page {width}",
    )


def _header() -> rx.Component:
    return rx.el.header(
        _mode_banner(),
        rx.el.div(
            slot(link, "brand_name", BrandState.name, href="/", class_name="brand"),
            class_name="top",
        ),
    )


def _mode_banner() -> rx.Component:
    return filled(
        rx.el.div,
        slot(rx.el.span, "mode_text", BrandState.mode_text),
        fill={"data-mode": "mode"},
        attrs={"data-testid": "mode-banner", "data-mode": BrandState.mode},
        class_name="mode-banner",
        role="note",
    )
