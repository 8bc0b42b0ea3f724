"""Leaves a page whose session has ended, or whose browser has another customer now."""

from __future__ import annotations

import reflex as rx


class SessionWatch(rx.Component):
    """Compares the page's customer with the one of its connection; renders nothing.

    ``now`` is the mark of that customer, ``enter`` the address of the page to come in by, and
    each ``needed`` a reason to come in first, which ``why`` names.
    """

    library = "$/public/session_watch.jsx"
    tag = "SessionWatch"
    is_default = True

    now: rx.Var[str]
    enter: rx.Var[str]
    needed: rx.Var[int]
    why: rx.Var[str]


session_watch = SessionWatch.create
