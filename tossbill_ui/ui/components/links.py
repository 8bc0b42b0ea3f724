"""Links between pages."""

from __future__ import annotations

from typing import Any

import reflex as rx


def link(*children: rx.Component | rx.Var[str] | str, **props: Any) -> rx.Component:
    """Return a link that loads the next page as a document.

    The server fills each page before its first paint, which navigating inside React would skip.
    """
    return rx.el.a(*children, reload_document=True, **props)
