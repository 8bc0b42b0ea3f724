"""Links between pages."""

from __future__ import annotations

from typing import Any

import reflex as rx


def link(*children: rx.Component | rx.Var[str] | str, **props: Any) -> rx.Component:
    """Return a link that loads the next page as a document.

    Each page comes with its first paint from the server, which a change of page inside React
    would skip.
    """
    return rx.el.a(*children, reload_document=True, **props)
