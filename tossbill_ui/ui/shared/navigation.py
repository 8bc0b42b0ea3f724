"""The pages that the top of every page links to."""

from __future__ import annotations

from tossbill_ui.ui.shared.text import Text, frame

# In this order; a test checks that each is a page.
NAVIGATION: tuple[tuple[Text, str], ...] = (
    (frame.NAVIGATION_PLANS, "/"),
    (frame.NAVIGATION_SUBSCRIPTIONS, "/subscription/"),
    (frame.NAVIGATION_METHODS, "/methods/"),
    (frame.NAVIGATION_HISTORY, "/history/"),
)
