"""A subscription as its owner sees it: view rows of text, and what may be wished."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypedDict

from tossbill_ui.core.money import share_up
from tossbill_ui.payments.models import PaymentStatus
from tossbill_ui.subscriptions.cancel import CancelPreview
from tossbill_ui.subscriptions.history import Kind
from tossbill_ui.subscriptions.models import SubscriptionEvent, SubscriptionStatus
from tossbill_ui.subscriptions.view import SubscriptionView
from tossbill_ui.ui import plans, wording
from tossbill_ui.ui.text import changing
from tossbill_ui.ui.text import subscription as text
from tossbill_ui.ui.text.declines import decline
from tossbill_ui.ui.views import ABSENT, BLANK, method_label

ONE_DAY = timedelta(days=1)
PAID_UP = (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)
OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.ENDED)


class Alert(TypedDict):
    """What the customer must know first, and the one thing to do about it.

    ``action`` is ``pay``, ``card``, ``again``, ``none``, or ``quiet`` when there is nothing to say.
    """

    tone: str
    title: str
    body: str
    action: str
    label: str
    href: str


class Parts(TypedDict):
    """The parts of a subscription on the page, each by its name in tests or `views.ABSENT`."""

    subscription: str
    status: str
    next: str
    method: str
    alert: str
    pay: str
    card: str
    again: str
    change: str
    change_plan: str
    keep_plan: str
    pause: str
    resume: str
    undo: str
    cancel: str


class SubscriptionRow(TypedDict):
    """One subscription; every field is text, as in `views`."""

    id: str
    plan: str
    price: str
    status: str
    tone: str
    next_label: str
    next: str
    method: str
    checking: str
    alert: Alert
    parts: Parts


class CancelView(TypedDict):
    """The two ways of canceling, each with its date, its refund and how that is computed."""

    title: str
    can_wait: bool
    wait_when: str
    wait: str
    wait_refund: str
    now: str
    now_refund: str
    now_how: str


NO_CANCEL = CancelView(
    title="",
    can_wait=False,
    wait_when="",
    wait="",
    wait_refund="",
    now="",
    now_refund="",
    now_how="",
)
CARD_PARTS = {
    "subscription": "subscription",
    "status": "subscription-status",
    "next": "next-charge",
    "method": "method-label",
}
TONES = {"past_due": "red", "paused": "amber", "canceled": "amber", "ended": "grey"}


def row(seen: SubscriptionView, events: Sequence[SubscriptionEvent] = ()) -> SubscriptionRow:
    """Return one subscription's row.

    Args:
        seen: How it stands.
        events: Its history, for one that has ended: what was given back stands there.
    """
    status = seen.subscription.status
    is_checking = _is_open(seen) and status not in OVER
    label, when = _next(seen)
    alert = _alert(seen, events)
    return SubscriptionRow(
        id=seen.subscription.id,
        plan=seen.plan.name,
        price=wording.price(seen.price),
        status=text.CHECKING() if is_checking else text.STATUS[status](),
        tone="amber" if is_checking else TONES.get(status, "ink"),
        next_label=label,
        next=when,
        method=method_label(seen.method),
        checking="yes" if is_checking else "no",
        alert=alert,
        parts=_parts(seen, alert),
    )


def _is_open(seen: SubscriptionView) -> bool:
    return seen.is_asking or seen.is_in_doubt


def _parts(seen: SubscriptionView, alert: Alert) -> Parts:
    status, is_open = seen.subscription.status, _is_open(seen)
    can_move = status in PAID_UP and not is_open and seen.next_plan is None
    return Parts(
        **CARD_PARTS,
        alert=_there("subscription-alert", alert["action"] != "quiet"),
        pay=_there("pay-now", alert["action"] == "pay"),
        card=_there("change-and-pay", alert["action"] == "card"),
        again=_there("subscribe-again", alert["action"] == "again"),
        change=_there("change-card", status not in OVER and not is_open),
        change_plan=_there("change-plan", can_move),
        keep_plan=_there("keep-plan", status in PAID_UP and seen.next_plan is not None),
        pause=_there("pause-button", status == SubscriptionStatus.ACTIVE and not is_open),
        resume=_there("resume-paused-button", status == SubscriptionStatus.PAUSED and not is_open),
        undo=_there("resume-button", status == SubscriptionStatus.CANCELED),
        cancel=_there("cancel-button", status not in OVER),
    )


def _there(name: str, when: bool) -> str:
    return name if when else ABSENT


def urgency(seen: SubscriptionView) -> int:
    """Order subscriptions: what is past due first, what has ended last."""
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
    until = seen.subscription.grace_until_on
    if not seen.works or until is None:
        return text.NOT_NOW()
    return text.UNTIL_DAY(day=wording.full_day(until - ONE_DAY))


def _next_charge(seen: SubscriptionView) -> tuple[str, str]:
    of = seen.subscription
    label = {SubscriptionStatus.TRIALING: text.FIRST, SubscriptionStatus.PAST_DUE: text.RETRY}.get(
        SubscriptionStatus(of.status), text.NEXT
    )()
    if of.due_at is None:
        return label, text.WAITS()
    day = wording.day_of(of.due_at)
    if seen.next_plan:
        return label, text.MOVES_TO(day=day, plan=seen.next_plan.name)
    amount = seen.owed.amount_krw if seen.owed else seen.price.amount_krw
    return label, text.ON_DAY(day=day, amount=wording.won(amount))


def _alert(seen: SubscriptionView, events: Sequence[SubscriptionEvent]) -> Alert:
    of, last = seen.subscription, seen.last_payment
    if seen.is_in_doubt and last:
        return _doubt(seen, last.amount_krw)
    if seen.is_asking:
        return _say("amber", text.ASKING(), text.ASKING_BODY())
    if of.status == SubscriptionStatus.PAST_DUE:
        return _past_due(seen)
    if of.status == SubscriptionStatus.ENDED:
        return _ended(seen, events)
    if of.needs_card and of.status != SubscriptionStatus.CANCELED:
        title = text.LOST.of(seen.method.kind)()
        return _say("amber", title, text.LOST_BODY(), "card", text.CHANGE())
    if seen.change_was_refused:
        body = f"{_reason(seen)} {changing.REFUSED_BODY()}"
        return _say("red", changing.REFUSED(), body)
    return NO_ALERT


def _say(
    tone: str, title: str, body: str, action: str = "none", label: str = BLANK, href: str = "/"
) -> Alert:
    return Alert(tone=tone, title=title, body=body, action=action, label=label, href=href)


NO_ALERT = _say("none", BLANK, BLANK, action="quiet")
NO_PARTS = Parts(**dict.fromkeys(Parts.__annotations__, ABSENT))  # pyright: ignore[reportArgumentType]
NO_ROW = SubscriptionRow(
    id=ABSENT,
    plan=BLANK,
    price=BLANK,
    status=BLANK,
    tone="none",
    next_label=BLANK,
    next=BLANK,
    method=BLANK,
    checking="no",
    alert=NO_ALERT,
    parts=NO_PARTS,
)


def _doubt(seen: SubscriptionView, amount_krw: int) -> Alert:
    is_over = seen.subscription.status in OVER
    body = text.IN_DOUBT_BODY.of(seen.method.kind)()
    if is_over:
        body = f"{body} {text.IN_DOUBT_CANCELED()}"
    return _say("amber", text.IN_DOUBT(amount=wording.won(amount_krw)), body)


def _past_due(seen: SubscriptionView) -> Alert:
    of = seen.subscription
    amount = wording.won(seen.owed.amount_krw if seen.owed else seen.price.amount_krw)
    body = [_reason(seen)]
    if of.needs_card:
        body.append(text.NEEDS_CARD.of(seen.method.kind)())
    elif of.due_at:
        body.append(text.TRY_AGAIN_ON(day=wording.day_of(of.due_at)))
    if seen.works and of.grace_until_on:
        body.append(text.ACCESS_UNTIL(day=wording.full_day(of.grace_until_on - ONE_DAY)))
    else:
        body.append(text.NO_ACCESS())
    action, label = (
        ("card", text.CHANGE_AND_PAY.of(seen.method.kind)())
        if of.needs_card
        else ("pay", text.PAY_NOW(amount=amount))
    )
    return _say("red", text.PAST_DUE(amount=amount), " ".join(body), action, label)


def _reason(seen: SubscriptionView) -> str:
    code = seen.last_payment.failure_code if seen.last_payment else ""
    return decline(code or "", seen.method.kind)


def _ended(seen: SubscriptionView, events: Sequence[SubscriptionEvent]) -> Alert:
    last = seen.last_payment
    if last and last.status == PaymentStatus.REFUSED and seen.subscription.period_number == 0:
        body = f"{_reason(seen)} {text.FIRST_REFUSED_BODY.of(seen.method.kind)()}"
        again = plans.register_path(seen.plan.code)
        return _say(
            "red",
            text.FIRST_REFUSED(),
            body,
            "again",
            text.PAY_WITH_OTHER.of(seen.method.kind)(),
            again,
        )
    asked, done = _sum(events, Kind.REFUND_ASKED), _sum(events, Kind.REFUNDED)
    if not asked:
        return NO_ALERT
    if done >= asked:
        body = text.REFUNDED_BODY.of(seen.method.kind)()
        return _say("ink", text.REFUNDED(amount=wording.won(done)), body)
    body = text.REFUND_ASKED_BODY.of(seen.method.kind)()
    return _say("ink", text.REFUND_ASKED(amount=wording.won(asked)), body)


def _sum(events: Sequence[SubscriptionEvent], kind: Kind) -> int:
    return sum(event.amount_krw or 0 for event in events if event.kind == kind)


def cancel_view(seen: SubscriptionView, preview: CancelPreview) -> CancelView:
    """Return both ways of canceling, to the won."""
    back = wording.won(preview.refund_krw)
    last_on = preview.ends_on - ONE_DAY
    return CancelView(
        title=text.CANCEL_TITLE(plan=seen.plan.name),
        can_wait=preview.can_wait,
        wait_when=text.CANCEL_WAIT_WHEN(day=wording.full_day(last_on)),
        wait=text.CANCEL_WAIT(day=wording.short_day(last_on)),
        wait_refund=text.CANCEL_WAIT_REFUND(amount=wording.won(0)),
        now=text.CANCEL_NOW_REFUND(amount=back) if preview.refund_krw else text.CANCEL_NOW(),
        now_refund=text.CANCEL_NOW_BACK(amount=back),
        now_how=_how(preview),
    )


def _how(preview: CancelPreview) -> str:
    if not preview.refund_krw:
        return text.CANCEL_NOW_NOTHING()
    left, days = min(preview.days_left, preview.days), preview.days
    if preview.refund_krw != share_up(preview.price_krw, left, days):
        return text.CANCEL_NOW_LESS(left=left)
    return text.CANCEL_NOW_HOW(price=wording.won(preview.price_krw), left=left, days=days)
