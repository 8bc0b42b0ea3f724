"""View rows of a subscription: its status, and the actions possible now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.core.undrawable import drawn
from tossbill_ui.events.models import EventRecord
from tossbill_ui.subscriptions.models import ConsentDecision, SubscriptionStatus
from tossbill_ui.subscriptions.reading.view import SubscriptionView, Undrawable
from tossbill_ui.subscriptions.terms.pricing import amount_of
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.shared.text import frame
from tossbill_ui.ui.shared.view_rows import ABSENT, BLANK
from tossbill_ui.ui.subscription import price_increase_view, text, trial_end_text
from tossbill_ui.ui.subscription.alerts import (
    OVER,
    PAID_UP,
    QUIET,
    Alert,
    alert_of,
    asked_now,
    is_open,
)

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Parts:
    """The test ids of a subscription's parts on the page; `ABSENT` for those not shown."""

    subscription: str = ABSENT
    status: str = ABSENT
    next: str = ABSENT
    method: str = ABSENT
    alert: str = ABSENT
    pay: str = ABSENT
    card: str = ABSENT
    price: str = ABSENT
    again: str = ABSENT
    receipt: str = ABSENT
    change: str = ABSENT
    change_plan: str = ABSENT
    keep_plan: str = ABSENT
    pause: str = ABSENT
    resume: str = ABSENT
    undo: str = ABSENT
    cancel: str = ABSENT
    start_again: str = ABSENT


@dataclass(frozen=True)
class Again:
    """The way on from a subscription that has ended."""

    label: str
    href: str


@dataclass(frozen=True)
class SubscriptionRow:
    """One subscription; by default one that is not shown."""

    id: str = ABSENT
    plan: str = BLANK
    price: str = BLANK
    status: str = BLANK
    tone: str = "none"
    next_label: str = BLANK
    next: str = BLANK
    method: str = BLANK
    checking: str = "no"
    resume: str = BLANK
    resume_krw: int = 0
    again: str = BLANK
    again_href: str = "/"
    alert: Alert = QUIET
    parts: Parts = Parts()


KEEPS_PLAN = (*PAID_UP, SubscriptionStatus.PAUSED)
CARD_PARTS = {
    "subscription": "subscription",
    "status": "subscription-status",
    "next": "next-charge",
    "method": "method-label",
}
TONES = {"past_due": "red", "paused": "amber", "canceled": "amber", "ended": "grey"}


def row(
    seen: SubscriptionView | Undrawable,
    events: Sequence[EventRecord] = (),
    again: Again | None = None,
) -> SubscriptionRow:
    """Return the row of a subscription; one that cannot be drawn says so, without any action.

    Args:
        seen: The subscription.
        events: Its history if it has ended, which says why.
        again: The way on if it has ended.
    """
    instead = SubscriptionRow(
        id=seen.subscription.id,
        plan=frame.UNDRAWABLE(),
        parts=Parts(subscription=CARD_PARTS["subscription"]),
    )
    if isinstance(seen, Undrawable):
        return instead
    return drawn(seen.subscription.id, lambda: _row(seen, events, again), lambda: instead)


def _row(
    seen: SubscriptionView, events: Sequence[EventRecord], again: Again | None
) -> SubscriptionRow:
    status = seen.subscription.status
    is_checking = is_open(seen) and status not in OVER
    label, when = _next(seen)
    alert = alert_of(seen, events)
    return SubscriptionRow(
        id=seen.subscription.id,
        plan=wording.plan_text(seen.plan).name,
        price=_price(seen),
        status=text.CHECKING() if is_checking else text.STATUS[status](),
        tone="amber" if is_checking else TONES.get(status, "ink"),
        next_label=label,
        next=when,
        method=method_label(seen.method),
        checking="yes" if is_checking else "no",
        resume=_resume(seen),
        resume_krw=seen.resume_krw,
        again=again.label if again else BLANK,
        again_href=again.href if again else "/",
        alert=alert,
        parts=_parts(seen, alert, can_start_again=again is not None),
    )


def _price(seen: SubscriptionView) -> str:
    """Return the current price, with a lower one of this plan that follows."""
    price, coming = wording.price(seen.price), seen.coming
    is_lower = amount_of(coming).due_krw < amount_of(seen.price).due_krw
    if seen.next_plan or not is_lower:
        return price
    return text.LOWER_NEXT(price=price, coming=wording.price(coming))


def _parts(seen: SubscriptionView, alert: Alert, *, can_start_again: bool) -> Parts:
    status, is_settled = seen.subscription.status, not is_open(seen)
    can_move = status in PAID_UP and is_settled and seen.next_plan is None
    return Parts(
        **CARD_PARTS,
        alert=_there("subscription-alert", alert.action != "quiet"),
        pay=_there("pay-now", alert.action == "pay"),
        card=_there("change-and-pay", alert.action == "card"),
        price=_there("answer-price", alert.action == "price"),
        again=_there("subscribe-again", alert.action == "again"),
        receipt=_there("begun-receipt", alert.action == "receipt"),
        change=_there("change-card", status not in OVER and is_settled),
        change_plan=_there("change-plan", can_move),
        keep_plan=_there(
            "keep-plan", is_settled and status in KEEPS_PLAN and seen.next_plan is not None
        ),
        pause=_there("pause-button", status == SubscriptionStatus.ACTIVE and is_settled),
        resume=_there("resume-paused-button", status == SubscriptionStatus.PAUSED and is_settled),
        undo=_there("resume-button", status == SubscriptionStatus.CANCELED),
        cancel=_there("cancel-button", status not in OVER),
        # The alert of a first payment that was declined has a button that says so.
        start_again=_there("start-again", can_start_again and alert.action != "again"),
    )


def _resume(seen: SubscriptionView) -> str:
    """Return what the press that resumes a paused subscription says; it may charge at once."""
    amount = wording.won(seen.resume_krw)
    if not seen.resume_krw:
        return text.RESUME()
    if seen.next_plan:
        return text.RESUME_OTHER(amount=amount, plan=wording.plan_text(seen.next_plan).name)
    return text.RESUME_PAYING(amount=amount)


def _there(name: str, when: bool) -> str:
    return name if when else ABSENT


def urgency(seen: SubscriptionView | Undrawable) -> int:
    """Return the sort key of a subscription: past due first, ended last."""
    order = {SubscriptionStatus.PAST_DUE: 0, SubscriptionStatus.ENDED: 2}
    return order.get(SubscriptionStatus(seen.subscription.status), 1)


def _next(seen: SubscriptionView) -> tuple[str, str]:
    of = seen.subscription
    last = text.UNTIL_DAY(day=wording.full_day(of.ends_on - ONE_DAY))
    match of.status:
        case SubscriptionStatus.ENDED if of.ended_at:
            return text.ENDED_ON(), wording.day_of(of.ended_at)
        case SubscriptionStatus.CANCELED:
            return text.UNTIL(), last
        case SubscriptionStatus.PAUSED:
            return (text.UNTIL(), last) if seen.works else (text.NEXT(), text.WHEN_RESUMED())
        case SubscriptionStatus.PAST_DUE if of.needs_card or of.due_at is None:
            return text.WORKS_UNTIL(), _access(seen)
        case _:
            return _next_charge(seen)


def _access(seen: SubscriptionView) -> str:
    until = seen.access_until_on
    return text.UNTIL_DAY(day=wording.full_day(until)) if until else text.NOT_NOW()


def _next_charge(seen: SubscriptionView) -> tuple[str, str]:
    of = seen.subscription
    label = {SubscriptionStatus.TRIALING: text.FIRST, SubscriptionStatus.PAST_DUE: text.RETRY}.get(
        SubscriptionStatus(of.status), text.NEXT
    )()
    if of.due_at is None:
        return label, text.WAITS()
    day, asked = wording.day_of(of.due_at), asked_now(seen)
    if charge := seen.next_charge:
        amount = wording.won(charge.amount_krw)
        if seen.next_plan and not asked:
            plan = wording.plan_text(seen.next_plan).name
            return label, text.MOVES_TO(day=day, amount=amount, plan=plan)
        return label, text.ON_DAY(day=day, amount=amount)
    if asked and asked.answer == ConsentDecision.REFUSED:
        return text.UNTIL(), text.UNTIL_DAY(day=wording.full_day(of.ends_on - ONE_DAY))
    if asked:
        return label, price_increase_view.if_agreed(asked, day)
    return trial_end_text.ENDS(), trial_end_text.ASKED_BEFORE(day=day)
