"""A higher price that the customer was asked about: what the page says, and the question."""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.session import Session
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import view
from tossbill_ui.subscriptions.models import Answer, PriceConsent
from tossbill_ui.subscriptions.view import SubscriptionView
from tossbill_ui.ui import wording
from tossbill_ui.ui.text import price_rise as text
from tossbill_ui.ui.views import method_label

ONE_DAY = timedelta(days=1)


class PriceView(TypedDict):
    """Both answers, each with its day, its amount and what follows."""

    title: str
    yes_when: str
    yes_amount: str
    yes_how: str
    no_when: str
    no_how: str


NO_PRICE = PriceView(title="", yes_when="", yes_amount="", yes_how="", no_when="", no_how="")


def said(asked: PriceConsent) -> tuple[str, str, str, str]:
    """Return what stands beside the subscription: tone, title, body, and the button's label."""
    words = _words(asked)
    match asked.answer:
        case Answer.ACCEPTED:
            title, body = text.AGREED_TITLE(), text.AGREED_BODY(**words)
            return "ink", title, body, text.CHANGE_ANSWER()
        case Answer.REFUSED:
            title, body = text.REFUSED_TITLE(), text.REFUSED_BODY(**words)
            return "amber", title, body, text.CHANGE_ANSWER()
        case _:
            return "amber", text.TITLE(**words), text.BODY(**words), text.ANSWER()


async def price_view(rt: Runtime, session: Session | None, subscription_id: str) -> PriceView:
    """Return the question about a subscription's higher price.

    Raises:
        NotFound: No such subscription of this customer, or nothing was asked.
    """
    seen = await view.subscription(rt, session, subscription_id)
    if seen.asked is None:
        raise NotFound("Nothing was asked about this subscription.")
    return _question(seen, seen.asked)


def _question(seen: SubscriptionView, asked: PriceConsent) -> PriceView:
    words = _words(asked)
    method = wording.by(method_label(seen.method))
    return PriceView(
        title=text.QUESTION(plan=seen.plan.name),
        yes_when=text.YES_WHEN(**words),
        yes_amount=text.YES_AMOUNT(**words),
        yes_how=text.YES_HOW(**words, method=method),
        no_when=text.NO_WHEN(**words),
        no_how=text.NO_HOW(**words),
    )


def _words(asked: PriceConsent) -> dict[str, str]:
    return {
        "day": wording.full_day(asked.changes_on),
        "last": wording.full_day(asked.changes_on - ONE_DAY),
        "before": wording.won(asked.before_krw),
        "after": wording.won(asked.after_krw),
    }
