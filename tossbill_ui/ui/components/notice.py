"""The result of a button press, shown until its subject changes again."""

from __future__ import annotations

from typing import Any

import reflex as rx

NOTICE = "[data-testid=notice]"


def notice(words: Any) -> rx.Component:
    """Return the notice.

    It takes the focus when it appears, so a screen reader reads it; its role announces later texts.
    """
    return rx.el.p(
        words,
        role="status",
        tab_index=-1,
        class_name="notice",
        custom_attrs={"data-testid": "notice"},
    )
