"""The pages that the top of every page links to."""

from __future__ import annotations

from tossbill_ui.ui.shared.text import Text, frame

# In this order; a test checks that each is a page.
WAYS: tuple[tuple[Text, str], ...] = (
    (frame.WAY_PLANS, "/"),
    (frame.WAY_SUBSCRIPTIONS, "/subscription/"),
    (frame.WAY_METHODS, "/methods/"),
    (frame.WAY_HISTORY, "/history/"),
)
