"""Drops what is pressed while the connection is down."""

from __future__ import annotations

import reflex as rx


class Presses(rx.Component):
    """Watches every press on a page, and that the server takes it; renders nothing.

    ``heard`` is the number of the last press that the server has taken.
    """

    library = "$/public/presses.jsx"
    tag = "Presses"
    is_default = True

    heard: rx.Var[int]


presses = Presses.create
