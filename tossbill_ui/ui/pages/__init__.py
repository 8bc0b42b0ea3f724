"""The pages, each a list of what is on the screen."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.say import said
from tossbill_ui.ui.pages.fail import fail_page
from tossbill_ui.ui.pages.history import history_page
from tossbill_ui.ui.pages.home import home_page
from tossbill_ui.ui.pages.not_found import not_found_page
from tossbill_ui.ui.pages.register import register_page
from tossbill_ui.ui.pages.subscription import subscription_page
from tossbill_ui.ui.pages.success import success_page
from tossbill_ui.ui.states.brand import BrandState
from tossbill_ui.ui.states.email import EmailState
from tossbill_ui.ui.states.history import HistoryState
from tossbill_ui.ui.states.home import HomeState
from tossbill_ui.ui.states.register import RegisterState
from tossbill_ui.ui.states.result import ResultState
from tossbill_ui.ui.states.subscription import SubscriptionState
from tossbill_ui.ui.text.titles import TITLES


def add_pages(app: rx.App) -> None:
    """Add every page and what it loads."""
    app.add_page(
        home_page,
        route="/",
        title=said(TITLES["/"]),
        on_load=[BrandState.load, HomeState.load],
    )
    app.add_page(
        register_page,
        route="/register",
        title=said(TITLES["/register/"]),
        on_load=[BrandState.load, RegisterState.load],
    )
    app.add_page(
        success_page,
        route="/success",
        title=said(TITLES["/success/"]),
        on_load=[BrandState.load, ResultState.load_success],
    )
    app.add_page(
        fail_page,
        route="/fail",
        title=said(TITLES["/fail/"]),
        on_load=[BrandState.load, ResultState.load_failure],
    )
    app.add_page(
        history_page,
        route="/history",
        title=said(TITLES["/history/"]),
        on_load=[BrandState.load, HistoryState.load],
    )
    app.add_page(
        subscription_page,
        route="/subscription",
        title=said(TITLES["/subscription/"]),
        on_load=[BrandState.load, EmailState.load, SubscriptionState.load],
    )
    app.add_page(not_found_page, route="404", title=said(TITLES["404"]), on_load=BrandState.load)
