"""The routes of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from tossbill_ui.ui.components.element import label_var
from tossbill_ui.ui.history.page import history_page
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.home.page import home_page
from tossbill_ui.ui.home.state import HomeState
from tossbill_ui.ui.methods.page import methods_page
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.not_found import not_found_page
from tossbill_ui.ui.registration.page import register_page
from tossbill_ui.ui.registration.result_page import result_page
from tossbill_ui.ui.registration.result_state import ResultState
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.sessions.page import sessions_page
from tossbill_ui.ui.sessions.state import SessionsState
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.subscription.email_state import EmailState
from tossbill_ui.ui.subscription.page import subscription_page
from tossbill_ui.ui.subscription.state import SubscriptionState
from tossbill_ui.ui.titles import TITLES

# Each page with its route, and what it loads beside the frame.
PAGES: tuple[tuple[Callable[[], rx.Component], str, tuple[Any, ...]], ...] = (
    (home_page, "/", (HomeState.load,)),
    (register_page, "/register/", (RegisterState.load, RegisterState.follow)),
    (result_page, "/success/", (ResultState.load_success,)),
    (result_page, "/fail/", (ResultState.load_failure,)),
    (history_page, "/history/", (HistoryState.load,)),
    (methods_page, "/methods/", (MethodsState.load,)),
    (subscription_page, "/subscription/", (EmailState.load, SubscriptionState.load)),
    (sessions_page, "/subscription/sessions/", (SessionsState.load,)),
    (not_found_page, "404", ()),
)


def add_pages(app: rx.App) -> None:
    """Add every page with its title and its load events."""
    for page, address, loads in PAGES:
        app.add_page(
            page,
            route=address.rstrip("/") or "/",
            title=label_var(TITLES[address]),
            on_load=[BrandState.load, *loads],
        )
