"""The frame of every page."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_too_many_connection_errors

from tossbill_ui.ui.components.banner import banner
from tossbill_ui.ui.components.element import Slot, element, label, label_var
from tossbill_ui.ui.components.focus import focus
from tossbill_ui.ui.components.footer import footer
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.components.presses import presses
from tossbill_ui.ui.components.session_watch import session_watch
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.navigation import NAVIGATION
from tossbill_ui.ui.shared.presses import PressState
from tossbill_ui.ui.shared.problem import ProblemState
from tossbill_ui.ui.shared.text import Text, frame

shown = BrandState.shown


def page(
    *children: rx.Component | rx.Var[Any], width: str = "single", at: str = ""
) -> rx.Component:
    """Return a page: mode banner, shop's mark and name, links to the other pages, content, footer.

    Args:
        children: The content.
        width: ``single`` for one task (440 px), ``list`` for lists (760 px).
        at: The page's path, if the links at the top lead to it.
    """
    return element(
        rx.el.div,
        session_watch(
            now=BrandState.owner,
            enter=BrandState.enter_href,
            needed=BrandState.needed,
            why=BrandState.why,
        ),
        _header(at),
        rx.el.main(_problem(), *children, class_name="content"),
        rx.el.noscript(rx.el.p(label(frame.REGISTER_NO_SCRIPT), class_name="no-script")),
        footer(),
        rx.el.div(_press(), _offline(), class_name="connection"),
        fills={
            "style": Slot("brand_style", BrandState.colors),
            "lang": Slot("language", shown["language"]),
            "data-owner": Slot("owner", BrandState.owner),
        },
        class_name=f"page {width}",
    )


def _problem() -> rx.Component:
    """Return what the page says after an event has failed; it takes the focus, as a notice does."""
    return rx.el.div(
        focus(target="[data-testid=problem]", turn=ProblemState.turn),
        rx.cond(
            ProblemState.title != "",
            banner(
                ProblemState.title,
                ProblemState.body,
                attrs={"data-tone": ProblemState.tone, "data-testid": "problem"},
                tab_index=-1,
            ),
        ),
        role="alert",
        class_name="problem",
    )


def _press() -> rx.Component:
    """Return what became of a press; CSS shows the one in ``data-press`` of the document."""
    return rx.el.div(
        presses(heard=PressState.heard),
        *(
            rx.el.p(label(words), class_name="press", custom_attrs={"data-when": when})
            for when, words in frame.PRESSES.items()
        ),
        role="status",
        custom_attrs={"data-testid": "press"},
    )


def _offline() -> rx.Component:
    """Return the banner for a lost connection, hidden again once it is back."""
    return rx.el.div(
        rx.cond(
            has_too_many_connection_errors,
            rx.el.p(
                rx.el.strong(label(frame.OFFLINE)),
                " ",
                label(frame.OFFLINE_BODY),
                class_name="offline",
            ),
        ),
        role="status",
        custom_attrs={"data-testid": "offline"},
    )


def _header(at: str) -> rx.Component:
    return rx.el.header(
        _mode_banner(),
        rx.el.div(
            link(
                element(
                    rx.el.img,
                    fills={"src": Slot("brand_logo", shown["brand_logo"])},
                    alt="",
                    class_name="logo",
                ),
                element(rx.el.span, Slot("brand_name", shown["brand_name"])),
                href="/",
                class_name="brand",
            ),
            element(
                link,
                Slot("other_language_name", shown["other_language_name"]),
                fills={
                    "href": Slot("other_language_href"),
                    "lang": Slot("other_language", shown["other_language"]),
                },
                attrs={"data-testid": "other-language"},
                href=shown["other_language_href"],
                class_name="other-language",
            ),
            class_name="top",
        ),
        _to_shop(),
        rx.el.nav(
            *(_way(words, path, is_here=path == at) for words, path in NAVIGATION),
            aria_label=label_var(frame.NAVIGATION),
            class_name="navigation",
        ),
    )


def _to_shop() -> rx.Component:
    """Return the way back to the page of the shop that a session came from; hidden without one."""
    return element(
        rx.el.a,
        frame.TO_SHOP,
        fills={"href": Slot("shop_href", shown["shop_href"])},
        href=shown["shop_href"],
        class_name="to-shop",
    )


def _way(words: Text, path: str, *, is_here: bool) -> rx.Component:
    here = {"aria-current": "page"} if is_here else {}
    return link(label(words), href=path, class_name="way", custom_attrs=here)


def _mode_banner() -> rx.Component:
    return element(
        rx.el.div,
        element(rx.el.span, Slot("mode_text", shown["mode_text"])),
        element(
            link,
            frame.SANDBOX_PANEL,
            fills={"href": Slot("panel_href", shown["panel_href"])},
            attrs={"data-testid": "sandbox-panel"},
            href=shown["panel_href"],
            # A page beside the panel shows at once what the panel changes.
            target="tossbill-sandbox",
            class_name="to-panel",
        ),
        fills={"data-mode": Slot("mode", shown["mode"])},
        attrs={"data-testid": "mode-banner"},
        class_name="mode-banner",
        role="note",
    )
