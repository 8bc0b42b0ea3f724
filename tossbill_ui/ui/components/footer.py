"""The footer of every page: who the shop is, and the rules that apply."""

import reflex as rx

from tossbill_ui.ui.components.element import Slot, element
from tossbill_ui.ui.shared.brand import BrandState
from tossbill_ui.ui.shared.company import LINKS

shown = BrandState.shown


def footer() -> rx.Component:
    """Return the footer; hidden for a shop that states nothing."""
    return element(
        rx.el.footer,
        rx.el.p(
            *(
                element(
                    rx.el.a,
                    words,
                    fills={"href": Slot(f"{name}_href")},
                    href=shown[f"{name}_href"],
                    rel="noopener",
                )
                for name, (_, words) in LINKS.items()
            ),
            class_name="rules",
        ),
        element(rx.el.p, Slot("company", shown["company"])),
        fills={"data-shown": Slot("company_shown", shown["company_shown"])},
        attrs={"data-testid": "company"},
        class_name="company",
    )
