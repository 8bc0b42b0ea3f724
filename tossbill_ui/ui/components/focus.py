"""Moves the keyboard focus when the focused element is gone."""

from __future__ import annotations

import reflex as rx


class Focus(rx.Component):
    """Puts the focus on ``target`` (a CSS selector) each time ``turn`` changes; renders nothing.

    An event from the server would run before React has rendered the target.
    """

    library = "$/public/focus.jsx"
    tag = "Focus"
    is_default = True

    target: rx.Var[str]
    turn: rx.Var[int]


focus = Focus.create
