"""The pages, each a list of what is on the screen."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.pages.fail import fail_page
from tossbill_ui.ui.pages.history import history_page
from tossbill_ui.ui.pages.home import home_page
from tossbill_ui.ui.pages.not_found import not_found_page
from tossbill_ui.ui.pages.register import register_page
from tossbill_ui.ui.pages.subscription import subscription_page
from tossbill_ui.ui.pages.success import success_page
from tossbill_ui.ui.states.brand import BrandState
from tossbill_ui.ui.states.history import HistoryState
from tossbill_ui.ui.states.home import HomeState
from tossbill_ui.ui.states.register import RegisterState
from tossbill_ui.ui.states.result import ResultState
from tossbill_ui.ui.states.subscription import SubscriptionState
from tossbill_ui.ui.text import ko, ko_subscription


def add_pages(app: rx.App) -> None:
    """Add every page and what it loads."""
    app.add_page(
        home_page,
        route="/",
        title=ko.TITLE_HOME,
        on_load=[BrandState.load, HomeState.load],
    )
    app.add_page(
        register_page,
        route="/register",
        title=ko.REGISTER_TITLE,
        on_load=[BrandState.load, RegisterState.load],
    )
    app.add_page(
        success_page,
        route="/success",
        title=ko.TITLE_RESULT,
        on_load=[BrandState.load, ResultState.load_success],
    )
    app.add_page(
        fail_page,
        route="/fail",
        title=ko.TITLE_RESULT,
        on_load=[BrandState.load, ResultState.load_failure],
    )
    app.add_page(
        history_page,
        route="/history",
        title=ko.HISTORY_TITLE,
        on_load=[BrandState.load, HistoryState.load],
    )
    app.add_page(
        subscription_page,
        route="/subscription",
        title=ko_subscription.TITLE,
        on_load=[BrandState.load, SubscriptionState.load],
    )
    app.add_page(not_found_page, route="404", title=ko.NOT_FOUND_TITLE, on_load=BrandState.load)
