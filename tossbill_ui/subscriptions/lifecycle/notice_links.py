"""The page that each notice links to."""

from __future__ import annotations

from collections.abc import Mapping

from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.subscriptions.models import Subscription

# The panel that is opened where a notice asks for something; the others lead to the page.
PANELS: Mapping[NoticeKind, str] = {
    NoticeKind.PAYMENT_FAILED: "method",
    NoticeKind.CARD_NEEDED: "method",
    NoticeKind.CARD_EXPIRES: "method",
    NoticeKind.TRIAL_ENDING: "price",
    NoticeKind.TRIAL_REMINDER: "price",
    NoticeKind.PRICE_RISES: "price",
    NoticeKind.TRIAL_CHOSEN: "cancel",
}


def path_of(kind: NoticeKind, subscription: Subscription) -> str:
    """Return the path, with its query, of the page that a notice speaks of."""
    if kind == NoticeKind.NOT_STARTED:
        return f"/register/?plan={subscription.plan_code}"
    if kind == NoticeKind.REFUNDED:
        return f"/history/?topic=refund&subscription={subscription.id}"
    panel = PANELS.get(kind)
    query = f"?panel={panel}&subscription={subscription.id}" if panel else ""
    return f"/subscription/{query}"
