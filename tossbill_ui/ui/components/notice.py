"""What came of a press: it stays until the thing it speaks of changes again."""

from __future__ import annotations

from typing import Any

import reflex as rx

NOTICE = "[data-testid=notice]"


def notice(words: Any) -> rx.Component:
    """Return the notice.

    It takes the focus when it comes, which reads it out; what it says later, its role does.
    """
    return rx.el.p(
        words,
        role="status",
        tab_index=-1,
        class_name="notice",
        custom_attrs={"data-testid": "notice"},
    )
