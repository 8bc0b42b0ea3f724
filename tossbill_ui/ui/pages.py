"""The routes of the pages."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import label_var
from tossbill_ui.ui.history.page import history_page
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.not_found import not_found_page
from tossbill_ui.ui.plans.page import home_page
from tossbill_ui.ui.plans.state import HomeState
from tossbill_ui.ui.registration.page import register_page
from tossbill_ui.ui.registration.result_page import result_page
from tossbill_ui.ui.registration.result_state import ResultState
from tossbill_ui.ui.registration.state import RegisterState
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.subscription.email_state import EmailState
from tossbill_ui.ui.subscription.page import subscription_page
from tossbill_ui.ui.subscription.state import SubscriptionState
from tossbill_ui.ui.titles import TITLES


def add_pages(app: rx.App) -> None:
    """Add every page with its title and its load events."""
    app.add_page(
        home_page,
        route="/",
        title=label_var(TITLES["/"]),
        on_load=[BrandState.load, HomeState.load],
    )
    app.add_page(
        register_page,
        route="/register",
        title=label_var(TITLES["/register/"]),
        on_load=[BrandState.load, RegisterState.load],
    )
    app.add_page(
        result_page,
        route="/success",
        title=label_var(TITLES["/success/"]),
        on_load=[BrandState.load, ResultState.load_success],
    )
    app.add_page(
        result_page,
        route="/fail",
        title=label_var(TITLES["/fail/"]),
        on_load=[BrandState.load, ResultState.load_failure],
    )
    app.add_page(
        history_page,
        route="/history",
        title=label_var(TITLES["/history/"]),
        on_load=[BrandState.load, HistoryState.load],
    )
    app.add_page(
        subscription_page,
        route="/subscription",
        title=label_var(TITLES["/subscription/"]),
        on_load=[BrandState.load, EmailState.load, SubscriptionState.load],
    )
    app.add_page(
        not_found_page, route="404", title=label_var(TITLES["404"]), on_load=BrandState.load
    )
