"""The page that each notice links to."""

from __future__ import annotations

from collections.abc import Mapping

from tossbill_ui.notices.models import NoticeKind

_METHOD = "/subscription/?panel=method&subscription={subscription_id}"
_PRICE = "/subscription/?panel=price&subscription={subscription_id}"
# A panel is opened where a notice asks for something; the others lead to the page.
OTHERS = "/subscription/"
PATHS: Mapping[NoticeKind, str] = {
    NoticeKind.PAYMENT_FAILED: _METHOD,
    NoticeKind.CARD_NEEDED: _METHOD,
    NoticeKind.CARD_EXPIRES: _METHOD,
    NoticeKind.TRIAL_ENDING: _PRICE,
    NoticeKind.TRIAL_REMINDER: _PRICE,
    NoticeKind.PRICE_RISES: _PRICE,
    NoticeKind.TRIAL_CHOSEN: "/subscription/?panel=cancel&subscription={subscription_id}",
    NoticeKind.NOT_STARTED: "/register/?plan={plan_code}",
    NoticeKind.REFUNDED: "/history/?topic=refund&subscription={subscription_id}",
}
