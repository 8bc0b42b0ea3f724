"""The alert of a subscription: what its customer must know first, and the one action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from tossbill_ui.events.models import EventRecord
from tossbill_ui.events.types import EventType, Reason
from tossbill_ui.payments.made_at_toss import NOTHING_LEFT
from tossbill_ui.payments.models import OPEN, InvoiceKind, PaymentStatus, Refund
from tossbill_ui.subscriptions.models import PriceConsent, SubscriptionStatus, WhenUnpaid
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.subscriptions.terms.pricing import amount_of
from tossbill_ui.toss.declines import DELETED
from tossbill_ui.toss.receipts import receipt_link
from tossbill_ui.ui.plans import view as plans_view
from tossbill_ui.ui.shared import wording
from tossbill_ui.ui.shared.methods import method_label
from tossbill_ui.ui.shared.text import frame
from tossbill_ui.ui.shared.text.declines import decline
from tossbill_ui.ui.shared.view_rows import BLANK
from tossbill_ui.ui.subscription import change_text, price_increase_view, text, trial_end_text

ONE_DAY = timedelta(days=1)
PAID_UP = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
BEGUN = {
    EventType.SUBSCRIPTION_STARTED: text.BEGUN,
    EventType.RESUMED: text.BEGUN_AGAIN,
    EventType.PLAN_CHANGED: change_text.BEGUN,
}
REFUSED = {
    InvoiceKind.CHANGE: (change_text.REFUSED, change_text.REFUSED_BODY),
    InvoiceKind.RESUME: (text.RESUME_REFUSED, text.RESUME_REFUSED_BODY),
}
OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.ENDED)


@dataclass(frozen=True)
class Alert:
    """An alert and its one action.

    ``action`` is ``pay``, ``card``, ``price``, ``again``, ``receipt``, ``none``, or ``quiet``
    without an alert.
    """

    tone: str = "none"
    title: str = BLANK
    body: str = BLANK
    action: str = "quiet"
    label: str = BLANK
    href: str = "/"


QUIET = Alert()


def is_open(seen: SubscriptionView) -> bool:
    """Whether a payment is in flight or unresolved."""
    return seen.is_in_flight or seen.is_unresolved


def alert_of(seen: SubscriptionView, events: Sequence[EventRecord]) -> Alert:
    """Return the most important alert: an unresolved payment, then a debt, then a question."""
    of, last = seen.subscription, seen.last_payment
    if seen.is_unresolved and last:
        return _doubt(seen, last.amount_krw)
    if seen.is_in_flight:
        return _say("amber", text.ASKING(), text.ASKING_BODY())
    if of.status == SubscriptionStatus.PAST_DUE:
        return _past_due(seen)
    if of.status == SubscriptionStatus.ENDED:
        return _ended(seen, events)
    if _needs_method(seen):
        title = text.LOST.of(seen.method.kind)()
        body = text.LOST_BODY(reason=decline(DELETED, seen.method.kind))
        return _say("amber", title, body, "card", text.CHANGE())
    if seen.refused:
        title, rest = REFUSED[seen.refused]
        return _say("red", title(), f"{_reason(seen)} {rest()}")
    asked = asked_now(seen)
    is_card_next = seen.card_until_on is not None and of.status in PAID_UP
    if asked and not (asked.answer and is_card_next):
        tone, title, body, label = price_increase_view.alert_parts(seen, asked)
        return _say(tone, title, body, "price", label)
    if seen.card_until_on and is_card_next:
        title = text.EXPIRES(day=wording.full_day(seen.card_until_on))
        return _say("amber", title, text.EXPIRES_BODY(), "card", text.CHANGE())
    return _begun(seen, seen.begun) if seen.begun else QUIET


def _begun(seen: SubscriptionView, begun: EventType) -> Alert:
    """Confirm a beginning: what was charged, with which method, and what comes next."""
    facts = {
        "method": wording.by(method_label(seen.method)),
        "price": wording.price(seen.price),
        "day": wording.full_day(seen.subscription.ends_on),
    }
    if begun == EventType.TRIAL_STARTED or (first := seen.last_payment) is None:
        return _say("begun", text.BEGUN_TRIAL(), text.BEGUN_TRIAL_BODY(**facts))
    body = text.BEGUN_BODY(amount=wording.won(first.amount_krw), **facts)
    title = BEGUN[begun]()
    if url := receipt_link(first.receipt_url):
        return _say("begun", title, body, "receipt", frame.RECEIPT(), url)
    return _say("begun", title, body)


def _needs_method(seen: SubscriptionView) -> bool:
    """Whether its method cannot be charged any more; nothing is charged after a cancellation."""
    is_lost = seen.subscription.needs_card or not seen.method.is_active
    return is_lost and seen.subscription.status != SubscriptionStatus.CANCELED


def asked_now(seen: SubscriptionView) -> PriceConsent | None:
    """Return the question about the next price while it can be answered."""
    return seen.asked if seen.subscription.status in PAID_UP and not is_open(seen) else None


def _say(
    tone: str, title: str, body: str, action: str = "none", label: str = BLANK, href: str = "/"
) -> Alert:
    return Alert(tone=tone, title=title, body=body, action=action, label=label, href=href)


def _doubt(seen: SubscriptionView, amount_krw: int) -> Alert:
    is_over = seen.subscription.status in OVER
    body = text.IN_DOUBT_BODY.of(seen.method.kind)()
    if is_over:
        body = f"{body} {text.IN_DOUBT_CANCELED()}"
    return _say("amber", text.IN_DOUBT(amount=wording.won(amount_krw)), body)


def _past_due(seen: SubscriptionView) -> Alert:
    of = seen.subscription
    amount = wording.won(seen.owed.amount_krw if seen.owed else amount_of(seen.price).due_krw)
    if seen.owed and not seen.payable:
        body = " ".join([text.SHOP_CHECKS(), *_access(seen)])
        return _say("amber", text.PAST_DUE(amount=amount), body)
    body = [_reason(seen)]
    if of.needs_card:
        body.append(text.NEEDS_CARD.of(seen.method.kind)())
    elif of.due_at:
        body.append(text.TRY_AGAIN_ON(day=wording.day_of(of.due_at)))
    body += _access(seen) + _last_day(seen)
    action, label = (
        ("card", text.CHANGE_AND_PAY.of(seen.method.kind)())
        if of.needs_card
        else ("pay", text.PAY_NOW(amount=amount))
    )
    return _say("red", text.PAST_DUE(amount=amount), " ".join(body), action, label)


def _access(seen: SubscriptionView) -> list[str]:
    """Say until when it works; if it does not, until when it will once it is paid."""
    until, last_on = seen.access_until_on, seen.owed.collect_until_on if seen.owed else None
    if until is None:
        return [text.NO_ACCESS(), *([days_bought(seen)] if seen.is_late else [])]
    stops = last_on is not None and last_on > until + ONE_DAY
    said = text.ACCESS_UNTIL(day=wording.full_day(until))
    return [said, text.THEN_NO_ACCESS()] if stops else [said]


def days_bought(seen: SubscriptionView) -> str:
    """Return the days that paying today buys; empty if nothing is owed."""
    if seen.buys is None:
        return ""
    first, last = seen.buys.starts_on, seen.buys.ends_on - ONE_DAY
    return text.BUYS(first=wording.full_day(first), last=wording.full_day(last))


def _last_day(seen: SubscriptionView) -> list[str]:
    """Say when it ends for good."""
    last_on = seen.owed.collect_until_on if seen.owed else None
    pauses = seen.plan.when_unpaid == WhenUnpaid.PAUSE
    said = text.PAUSES_UNPAID if pauses else text.ENDS_UNPAID
    return [said(day=wording.full_day(last_on))] if last_on else []


def _reason(seen: SubscriptionView) -> str:
    code = seen.last_payment.failure_code if seen.last_payment else ""
    return decline(code or "", seen.method.kind)


def _ended(seen: SubscriptionView, events: Sequence[EventRecord]) -> Alert:
    last = seen.last_payment
    if last and last.status == PaymentStatus.REFUSED and seen.subscription.period_number == 0:
        body = f"{_reason(seen)} {text.FIRST_REFUSED_BODY.of(seen.method.kind)()}"
        again = plans_view.register_path(seen.plan.code)
        return _say(
            "red",
            text.FIRST_REFUSED(),
            body,
            "again",
            text.PAY_WITH_OTHER.of(seen.method.kind)(),
            again,
        )
    reasons = {event.reason for event in events}
    if Reason.NO_CONSENT_AFTER_TRIAL in reasons:
        return _say("ink", trial_end_text.OVER(), trial_end_text.OVER_BODY())
    if Reason.UNPAID in reasons:
        return _say("ink", text.ENDED_UNPAID(), text.ENDED_UNPAID_BODY())
    return _refunds(seen)


def _refunds(seen: SubscriptionView) -> Alert:
    """Say what is refunded because of the end; first what has not come."""
    refused = sum(row.amount_krw for row in seen.refunds if _waits_for_the_shop(row))
    if refused:
        title = text.REFUND_WAITS(amount=wording.won(refused))
        return _say("amber", title, text.REFUND_WAITS_BODY())
    asked = sum(row.amount_krw for row in seen.refunds if row.status in OPEN)
    done = sum(row.amount_krw for row in seen.refunds if row.status == PaymentStatus.DONE)
    if asked:
        body = text.REFUND_ASKED_BODY.of(seen.method.kind)()
        return _say("ink", text.REFUND_ASKED(amount=wording.won(asked + done)), body)
    if done:
        body = text.REFUNDED_BODY.of(seen.method.kind)()
        return _say("ink", text.REFUNDED(amount=wording.won(done)), body)
    return QUIET


def _waits_for_the_shop(row: Refund) -> bool:
    is_refused = row.status == PaymentStatus.REFUSED and row.closed_at is None
    return is_refused and row.failure_code != NOTHING_LEFT
