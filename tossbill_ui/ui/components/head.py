"""The head of every page."""

from __future__ import annotations

import reflex as rx

WHOLE_SCREEN = "viewport-fit=cover"
PAPER = {"light": "#ffffff", "dark": "#121314"}


def head() -> list[rx.Component]:
    """Return the icon, the color of the browser's bars, and the full-screen viewport."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="viewport", content=f"width=device-width, initial-scale=1, {WHOLE_SCREEN}"),
        *(
            rx.el.meta(
                name="theme-color",
                content=color,
                custom_attrs={"media": f"(prefers-color-scheme: {scheme})"},
            )
            for scheme, color in PAPER.items()
        ),
    ]
