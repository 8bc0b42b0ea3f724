"""The frame of every page."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.say import say
from tossbill_ui.ui.components.slots import filled, slot
from tossbill_ui.ui.states.brand import BrandState
from tossbill_ui.ui.text import cards

shown = BrandState.shown


def page(*children: rx.Component | rx.Var[Any], width: str = "single") -> rx.Component:
    """Return a page: mode banner, the shop's mark and name, content.

    Args:
        children: The content.
        width: ``single`` for one task (440 px), ``list`` for lists (760 px).
    """
    return filled(
        rx.el.div,
        _header(),
        rx.el.main(*children, class_name="content"),
        rx.el.noscript(rx.el.p(say(cards.REGISTER_NO_SCRIPT), class_name="no-script")),
        _offline(),
        fill={"style": "brand_style", "lang": "language"},
        attrs={"style": BrandState.colors, "lang": shown["language"]},
        class_name=f"page {width}",
    )


def _offline() -> rx.Component:
    """Say that the page no longer hears from the server; it goes when the connection is back."""
    return rx.el.div(
        rx.cond(
            has_too_many_connection_errors,
            rx.el.p(
                rx.el.strong(say(cards.OFFLINE)), " ", say(cards.OFFLINE_BODY), class_name="offline"
            ),
        ),
        role="status",
        custom_attrs={"data-testid": "offline"},
    )


def _header() -> rx.Component:
    return rx.el.header(
        _mode_banner(),
        rx.el.div(
            link(
                filled(
                    rx.el.img,
                    fill={"src": "brand_logo"},
                    attrs={"src": shown["brand_logo"]},
                    alt="",
                    class_name="logo",
                ),
                slot(rx.el.span, "brand_name", shown["brand_name"]),
                href="/",
                class_name="brand",
            ),
            slot(
                link,
                "other_language_name",
                shown["other_language_name"],
                fill={"href": "other_language_href", "lang": "other_language"},
                attrs={"lang": shown["other_language"], "data-testid": "other-language"},
                href=shown["other_language_href"],
                class_name="other-language",
            ),
            class_name="top",
        ),
    )


def _mode_banner() -> rx.Component:
    return filled(
        rx.el.div,
        slot(rx.el.span, "mode_text", shown["mode_text"]),
        fill={"data-mode": "mode"},
        attrs={"data-testid": "mode-banner", "data-mode": shown["mode"]},
        class_name="mode-banner",
        role="note",
    )
