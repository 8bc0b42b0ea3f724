"""Links between pages."""

from __future__ import annotations

import reflex as rx


def link(*children: rx.Component | str, href: str, **props: object) -> rx.Component:
    """Return a link that loads the next page as a document.

    Each page comes with its first paint from the server, which a change of page inside React
    would skip.
    """
    attrs = {"reloadDocument": True, **_attrs(props)}
    return rx.el.a(*children, href=href, custom_attrs=attrs, **props)


def _attrs(props: dict[str, object]) -> dict[str, object]:
    attrs = props.pop("custom_attrs", {})
    return attrs if isinstance(attrs, dict) else {}
