"""``/success/``: where Toss returns with an authKey."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.result import result


def success_page() -> rx.Component:
    """Show how the registration ended."""
    return page(result())
