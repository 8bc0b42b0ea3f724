"""Words that stand in the page itself, in both languages.

The prerendered page serves every reader: it holds each label twice, and CSS shows the one in the
language of the page (``lang`` on the outermost element, ADR-0014). What the states bring is
written in one language already.
"""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.states.brand import BrandState
from tossbill_ui.ui.text import Text


def say(text: Text) -> rx.Component:
    """Return a label."""
    if text.ko == text.en:
        return rx.fragment(text.ko)
    return rx.fragment(
        *(
            rx.el.span(words, lang=language, class_name="said")
            for language, words in (("ko", text.ko), ("en", text.en))
        )
    )


def said(text: Text) -> rx.Var[str]:
    """Return a label where only text may stand: an attribute, the page's title."""
    return rx.cond(BrandState.shown["language"] == "en", text.en, text.ko)
