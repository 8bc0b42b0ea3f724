"""``/``: what this is, and the one way on."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.links import link
from tossbill_ui.ui.text import ko


def home_page() -> rx.Component:
    """Show what can be done here."""
    return page(
        rx.el.h1(ko.HOME_TITLE, class_name="title"),
        rx.el.p(ko.HOME_BODY, class_name="lead"),
        rx.el.nav(
            link(
                ko.HOME_HISTORY,
                rx.el.span(class_name="chevron"),
                href="/history/",
                class_name="row",
            ),
            class_name="rows",
        ),
        rx.el.div(
            link(
                ko.HOME_REGISTER,
                href="/register/",
                class_name="button primary",
                custom_attrs={"data-testid": "home-register"},
            ),
            class_name="bottom",
        ),
    )
