"""``/fail/``: where Toss returns without one."""

import reflex as rx

from tossbill_ui.ui.components.layout import page
from tossbill_ui.ui.components.result import result


def fail_page() -> rx.Component:
    """Show how the registration ended."""
    return page(result())
