"""Keeps a page's address in step with the filters chosen on it."""

from __future__ import annotations

import reflex as rx


class Address(rx.Component):
    """Puts ``query`` into the address each time ``move`` changes; renders nothing.

    The page is not reloaded. After the back button, Reflex loads what the address then says.
    """

    library = "$/public/address.jsx"
    tag = "Address"
    is_default = True

    query: rx.Var[str]
    move: rx.Var[int]


address = Address.create
