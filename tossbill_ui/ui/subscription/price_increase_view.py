"""The question about a subscription's next price: its alert, and the question itself.

Either a price rises or a trial ends; each has its own texts for the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import ConsentDecision, PriceConsent
from tossbill_ui.subscriptions.reading import view
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.subscription import price_increase_text, trial_end_text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PriceView:
    """Both answers, each with its day, its amount and its consequence."""

    title: str = ""
    yes: str = ""
    yes_when: str = ""
    yes_amount: str = ""
    yes_how: str = ""
    yes_done: str = ""
    no: str = ""
    no_when: str = ""
    no_amount: str = ""
    no_how: str = ""
    no_done: str = ""


def alert_parts(seen: SubscriptionView, asked: PriceConsent) -> tuple[str, str, str, str]:
    """Return the alert's tone, title, body and button label."""
    text, words = _text(asked), _words(seen, asked)
    match asked.answer:
        case ConsentDecision.ACCEPTED:
            title, body = text.AGREED_TITLE(), text.AGREED_BODY(**words)
            return "ink", title, body, text.CHANGE_ANSWER()
        case ConsentDecision.REFUSED:
            title, body = text.REFUSED_TITLE(), text.REFUSED_BODY(**words)
            return "amber", title, body, text.CHANGE_ANSWER()
        case _:
            return "amber", text.TITLE(**words), text.BODY(**words), text.ANSWER()


def if_agreed(asked: PriceConsent, day: str) -> str:
    """Return the day and amount of a next charge that depends on the answer."""
    return _text(asked).IF_AGREED(day=day, amount=wording.won(asked.after_krw))


async def price_view(rt: Runtime, actor: Actor, subscription_id: str) -> PriceView:
    """Return the question about a subscription's next price.

    Raises:
        NotFound: No such subscription of this customer, or nothing was asked.
    """
    seen = await view.subscription(rt, actor, subscription_id)
    if seen.asked is None:
        raise NotFound("Nothing was asked about this subscription.")
    return _question(seen, seen.asked)


def _question(seen: SubscriptionView, asked: PriceConsent) -> PriceView:
    text, words = _text(asked), _words(seen, asked)
    method = wording.by(method_label(seen.method))
    return PriceView(
        title=text.QUESTION(plan=wording.plan_text(seen.next_plan or seen.plan).name),
        yes=text.YES(),
        yes_when=text.YES_WHEN(**words),
        yes_amount=text.YES_AMOUNT(**words),
        yes_how=text.YES_HOW(**words, method=method),
        yes_done=text.DONE_AGREED(),
        no=text.NO(),
        no_when=text.NO_WHEN(**words),
        no_amount=text.NO_AMOUNT(),
        no_how=text.NO_HOW(**words),
        no_done=text.DONE_REFUSED(),
    )


def _text(asked: PriceConsent):  # noqa: ANN202 - one of two modules with the same names
    return price_increase_text if asked.before_krw else trial_end_text


def _words(seen: SubscriptionView, asked: PriceConsent) -> dict[str, str]:
    return {
        "day": wording.full_day(asked.changes_on),
        "last": wording.full_day(asked.changes_on - ONE_DAY),
        "before": wording.price(seen.price) if asked.before_krw else wording.won(0),
        "after": wording.price(seen.coming),
        "amount": wording.won(asked.after_krw),
    }
