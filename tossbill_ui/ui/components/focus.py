"""Where the keyboard goes when what had it is gone."""

from __future__ import annotations

import reflex as rx


class Focus(rx.Component):
    """Puts the focus on ``target`` (a CSS selector) each time ``turn`` changes; shows nothing.

    An event from the server would run before React has drawn what it speaks of.
    """

    library = "$/public/focus.jsx"
    tag = "Focus"
    is_default = True

    target: rx.Var[str]
    turn: rx.Var[int]


focus = Focus.create
