"""The address of a page that follows what is chosen on it."""

from __future__ import annotations

import reflex as rx


class Address(rx.Component):
    """Puts ``query`` into the address each time ``move`` changes; shows nothing.

    The page is not loaded again. The back button is: Reflex loads what the address says then.
    """

    library = "$/public/address.jsx"
    tag = "Address"
    is_default = True

    query: rx.Var[str]
    move: rx.Var[int]


address = Address.create
