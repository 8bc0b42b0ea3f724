"""The result of every transition in every status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tossbill_ui.core.calendar import ChargeHours
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.models import Customer
from tossbill_ui.payment_methods.models import MethodStatus, PaymentMethod
from tossbill_ui.payments.models import Invoice, InvoiceKind
from tossbill_ui.subscriptions.lifecycle import billing_cycle, transitions
from tossbill_ui.subscriptions.lifecycle.billing_cycle import RENEWABLE
from tossbill_ui.subscriptions.lifecycle.facts import RenewalFacts
from tossbill_ui.subscriptions.models import (
    Plan,
    Price,
    ReviewReason,
    Subscription,
    SubscriptionStatus,
    WhenUnpaid,
)
from tossbill_ui.subscriptions.periods import next_period
from tossbill_ui.subscriptions.terms.catalog import Offer

STARTS_ON, ENDS_ON = date(2026, 1, 31), date(2026, 2, 28)
IN_THE_PERIOD = datetime(2026, 2, 10, 3, tzinfo=UTC)  # noon in Seoul
AFTER_IT = datetime(2026, 3, 1, 3, tzinfo=UTC)
DECLINED, WRONG_KEY, NEW_CARD = "REJECT_CARD_COMPANY", "UNAUTHORIZED_KEY", "INVALID_STOPPED_CARD"
LAST = 9

PLAN = Plan(code="plus", name="Plus")
PRICE = Price(id="plus-1", plan_code="plus", starts_on=STARTS_ON, amount_krw=9_900)
OTHER = Price(id="pro-1", plan_code="pro", starts_on=STARTS_ON, amount_krw=19_900)


def subscription(status: SubscriptionStatus) -> Subscription:
    """Return a subscription in a status, in its first paid period or in a trial."""
    is_new = status in (SubscriptionStatus.STARTING, SubscriptionStatus.TRIALING)
    return Subscription(
        id="subscription",
        customer_id="customer",
        plan_code=PLAN.code,
        price_id=PRICE.id,
        payment_method_id="method",
        status=status,
        period_number=0 if is_new else 1,
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
        anchor_on=STARTS_ON,
        created_at=IN_THE_PERIOD,
        ended_at=IN_THE_PERIOD if status == SubscriptionStatus.ENDED else None,
    )


def _method(status: MethodStatus) -> PaymentMethod:
    return PaymentMethod(
        id="method",
        customer_id="customer",
        customer_key="key",
        registration_id="registration",
        status=status,
        created_at=IN_THE_PERIOD,
        billing_key_hash="hash",
        kind="card",
        authenticated_at=IN_THE_PERIOD,
    )


def facts(now: datetime = IN_THE_PERIOD) -> RenewalFacts:
    """Return facts for a transition, with everything in order."""
    return RenewalFacts(
        now,
        ChargeHours(),
        PLAN,
        subscription=subscription(SubscriptionStatus.ACTIVE),
        price=PRICE,
        coming=Offer(PLAN, PRICE),
        invoice=None,
        method=_method(MethodStatus.ACTIVE),
        customer=Customer(id="customer", customer_key="key", created_at=now),
        next_period=next_period(subscription(SubscriptionStatus.ACTIVE), PRICE.interval),
        period_now=1,
    )


def invoice(
    of: Subscription, kind: InvoiceKind = InvoiceKind.RENEWAL, *, refusals: int = 1
) -> Invoice:
    """Return an open invoice of the next period."""
    return Invoice(
        id="invoice",
        subscription_id=of.id,
        customer_id=of.customer_id,
        price_id=PRICE.id,
        kind=kind,
        period_number=of.period_number + 1,
        starts_on=ENDS_ON,
        ends_on=ENDS_ON + timedelta(days=31),
        anchor_on=ENDS_ON,
        anchor_period=of.period_number + 1,
        order_name="Plus",
        price_krw=9_900,
        amount_krw=9_900,
        created_at=IN_THE_PERIOD,
        refusals=refusals,
    )


PAUSES = replace(facts(), plan=PLAN.model_copy(update={"when_unpaid": WhenUnpaid.PAUSE}))
KEYLESS = replace(facts(), method=_method(MethodStatus.REMOVED))

STATUSES = set(SubscriptionStatus)
Do = Callable[[Subscription], object]


@dataclass(frozen=True)
class Case:
    """A transition under certain circumstances.

    Attributes:
        label: The label of an edge in the state diagram; empty if the diagram shows none.
        drawn: The statuses from which the diagram shows an edge.
    """

    name: str
    do: Do
    label: str = ""
    drawn: tuple[SubscriptionStatus, ...] = tuple(SubscriptionStatus)


def _declined(code: str, *, refusals: int = 1) -> Do:
    return lambda of: billing_cycle.handle_decline(
        of, invoice(of, refusals=refusals), code, facts()
    )


def _paid(of: Subscription, kind: InvoiceKind) -> None:
    found, day = facts(), facts().today
    billing_cycle.activate_period(of, invoice(of, kind), PRICE, found, paid_on=day)


def _undo(of: Subscription, before: SubscriptionStatus) -> None:
    of.canceled_from = before
    transitions.undo_cancel(of, facts(), is_charging=False)


CASES = (
    Case(
        "activate_period",
        lambda of: _paid(of, InvoiceKind.RENEWAL),
        "paid",
    ),
    Case(
        "activate_period, resuming",
        lambda of: _paid(of, InvoiceKind.RESUME),
    ),
    Case(
        "renew",
        lambda of: billing_cycle.renew(of, None, facts()),
        "period over",
    ),
    Case(
        "renew, no consent",
        lambda of: billing_cycle.renew(of, None, replace(facts(), coming=None)),
        "no consent",
        RENEWABLE,
    ),
    Case(
        "renew, periods missed",
        lambda of: billing_cycle.renew(of, None, replace(facts(), period_now=5)),
    ),
    Case("begin_charge", billing_cycle.begin_charge),
    Case(
        "begin_renewal, no method",
        lambda of: billing_cycle.begin_renewal(of, invoice(of, refusals=0), KEYLESS),
    ),
    Case("reschedule", lambda of: billing_cycle.reschedule(of, facts())),
    Case("handle_decline, to be tried again", _declined(DECLINED), "declined", RENEWABLE),
    Case("handle_decline, another card", _declined(NEW_CARD)),
    Case("handle_decline, our key", _declined(WRONG_KEY)),
    Case("handle_decline, last try", _declined(DECLINED, refusals=LAST), "unpaid", RENEWABLE),
    Case(
        "handle_decline, last try, plan pauses",
        lambda of: billing_cycle.handle_decline(of, invoice(of, refusals=LAST), DECLINED, PAUSES),
        "unpaid",
        RENEWABLE,
    ),
    Case(
        "handle_decline, first",
        lambda of: billing_cycle.handle_decline(
            of, invoice(of, InvoiceKind.FIRST), DECLINED, facts()
        ),
        "declined",
    ),
    Case(
        "handle_decline, change",
        lambda of: billing_cycle.handle_decline(
            of, invoice(of, InvoiceKind.CHANGE), DECLINED, facts()
        ),
    ),
    Case(
        "mark_unpaid",
        lambda of: billing_cycle.mark_unpaid(of, invoice(of), NEW_CARD, facts()),
    ),
    Case("need_review", lambda of: billing_cycle.need_review(of, ReviewReason.FAULT)),
    Case("approve", lambda of: transitions.approve(of, facts(), period_now=None)),
    Case(
        "cancel_at_period_end",
        lambda of: transitions.cancel_at_period_end(of, facts()),
        "canceled",
    ),
    Case(
        "cancel_at_period_end, period over",
        lambda of: transitions.cancel_at_period_end(of, facts(AFTER_IT)),
    ),
    Case("cancel_now", lambda of: transitions.cancel_now(of, facts()), "canceled now"),
    Case(
        "undo_cancel",
        lambda of: transitions.undo_cancel(of, facts(), is_charging=False),
        "undone",
    ),
    Case("undo_cancel, a trial", lambda of: _undo(of, SubscriptionStatus.TRIALING), "undone"),
    Case("undo_cancel, a pause", lambda of: _undo(of, SubscriptionStatus.PAUSED), "undone"),
    Case(
        "undo_cancel, period over",
        lambda of: transitions.undo_cancel(of, facts(AFTER_IT), is_charging=False),
    ),
    Case("pause", transitions.pause, "paused"),
    Case("resume", lambda of: transitions.resume(of, facts()), "resumed"),
    Case("resume, period over", lambda of: transitions.resume(of, facts(AFTER_IT))),
    Case("plan_change", lambda of: transitions.plan_change(of, OTHER)),
    Case("drop_planned_change", lambda of: transitions.drop_planned_change(of, None)),
    Case("change_trial", lambda of: transitions.change_trial(of, OTHER)),
    Case("raise_price", lambda of: transitions.raise_price(of, OTHER)),
    Case("lower_price", lambda of: transitions.lower_price(of, OTHER)),
    Case("change_method", lambda of: transitions.change_method(of, "another", facts())),
    Case("lose_method", lambda of: transitions.lose_method(of, NEW_CARD)),
)


def outcome(case: Case, status: SubscriptionStatus) -> str:
    """Return the status after a transition, or the code of its refusal in brackets."""
    of = subscription(status)
    try:
        case.do(of)
    except Conflict as refused:
        return "-" if refused.code == "not_allowed" else f"({refused.code})"
    return of.status


def diagram() -> str:
    """Return the state diagram for ``docs/architecture.md``."""
    begins = ["  [*] --> starting: subscribed", "  [*] --> trialing: subscribed, with a trial"]
    edges = dict[tuple[str, str], list[str]]()
    for case in CASES:
        for status in SubscriptionStatus:
            reached = outcome(case, status)
            is_drawn = case.label and status in case.drawn
            if is_drawn and reached in STATUSES - {status}:
                labels = edges.setdefault((status, reached), [])
                labels += [] if case.label in labels else [case.label]
    lines = [f"  {before} --> {after}: {', '.join(of)}" for (before, after), of in edges.items()]
    return "\n".join(["stateDiagram-v2", *begins, *lines, "  ended --> [*]"])
