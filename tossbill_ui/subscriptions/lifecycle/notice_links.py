"""The page that each notice about a subscription links to, and the task of that link.

The address is written into the text. When the mail is sent to a verified address, a link that
signs in for this one task takes its place (`notices.mailed_links`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tossbill_ui.core.scope import Task
from tossbill_ui.notices.models import NoticeKind

# A panel is opened where a notice asks for something; the others lead to the page.
OTHERS = "/subscription/"
METHOD = "/subscription/?panel=method&subscription={subscription_id}"
PRICE = "/subscription/?panel=price&subscription={subscription_id}"
CANCEL = "/subscription/?panel=cancel&subscription={subscription_id}"
PAYMENTS = "/history/?topic=payment&subscription={subscription_id}"
REFUNDS = "/history/?topic=refund&subscription={subscription_id}"
REGISTER = "/register/?plan={plan_code}"


@dataclass(frozen=True)
class NoticeLink:
    """The link of a kind of notice.

    Attributes:
        path: Without the shop's address; ``{subscription_id}`` and ``{plan_code}`` are filled in.
        task: What a session that comes from it may do; None if it needs a whole one.
    """

    path: str
    task: Task | None


# What has happened is in the history of the subscription, which a link may show for a week.
_TOLD = NoticeLink(OTHERS, Task.HISTORY)

# Every kind that is about a subscription.
LINKS: Mapping[NoticeKind, NoticeLink] = {
    NoticeKind.RECEIPT: NoticeLink(PAYMENTS, Task.HISTORY),
    # The alert there says why and how much, and has the button to pay.
    NoticeKind.PAYMENT_FAILED: NoticeLink(OTHERS, Task.PAY),
    NoticeKind.CARD_NEEDED: NoticeLink(METHOD, Task.METHOD),
    # A new subscription is no task of the one that did not start.
    NoticeKind.NOT_STARTED: NoticeLink(REGISTER, None),
    NoticeKind.NOT_CHANGED: _TOLD,
    NoticeKind.ENDED_UNPAID: _TOLD,
    NoticeKind.PAUSED_UNPAID: NoticeLink(OTHERS, Task.PAUSE),
    NoticeKind.CARD_EXPIRES: NoticeLink(METHOD, Task.METHOD),
    NoticeKind.TRIAL_ENDING: NoticeLink(PRICE, Task.PRICE),
    NoticeKind.TRIAL_REMINDER: NoticeLink(PRICE, Task.PRICE),
    NoticeKind.TRIAL_CHOSEN: NoticeLink(CANCEL, Task.CANCEL),
    NoticeKind.TRIAL_OVER: _TOLD,
    NoticeKind.PRICE_RISES: NoticeLink(PRICE, Task.PRICE),
    NoticeKind.PRICE_LOWERED: _TOLD,
    NoticeKind.NO_CONSENT: _TOLD,
    NoticeKind.CANCELED: _TOLD,
    NoticeKind.REFUNDED: NoticeLink(REFUNDS, Task.HISTORY),
}
