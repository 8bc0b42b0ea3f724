"""The page of an address that does not exist."""

import reflex as rx

from tossbill_ui.ui.components.buttons import bottom, button_link
from tossbill_ui.ui.components.element import label
from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.shared.text import frame


def not_found_page() -> rx.Component:
    """Return the page, with a link to the start page."""
    return page(
        rx.el.h1(
            label(frame.NOT_FOUND_TITLE),
            class_name="title",
            custom_attrs={"data-testid": "not-found"},
        ),
        rx.el.p(label(frame.NOT_FOUND_BODY), class_name="lead"),
        bottom(button_link(frame.TO_HOME, href="/", weight="primary")),
    )
