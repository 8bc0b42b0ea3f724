"""The customers of the demo: how each comes into its state, and how the state is recognized."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tossbill_ui.core.actor import operator
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.demo.stage import Plans, Stage
from tossbill_ui.subscriptions.actions import cancel, change_method, pause, price_increase
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status
from tossbill_ui.subscriptions.reading.view import SubscriptionView
from tossbill_ui.subscriptions.terms import catalog
from tossbill_ui.subscriptions.terms.catalog import PriceEntry

Act = Callable[[Stage, Session], Awaitable[object]]
OPERATOR = operator("tossbill demo")
# Customers are asked about a trial's end a week before it; two days are left to be sure.
LEFT_OF_TRIAL = 5
# Consent to a higher price is asked for in the 30 days before it.
BEFORE_PRICE = 2
RISE_PERCENT, ROUND_KRW = 20, 100
# The charge is made and its answer lost; the look-ups after 5, 20 and 80 s fail too. The next one,
# after six minutes, finds it; sooner if a webhook's look-up meets one of these faults instead.
LOST_CHARGE: dict[str, object] = {"endpoint": "charge", "kind": "error_500_after", "count": 1}
FAILING_LOOKUPS: dict[str, object] = {"endpoint": "lookup", "kind": "error_500_before", "count": 3}


async def _nothing(stage: Stage, session: Session) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Scenario:
    """One kind of customer.

    Attributes:
        name: Its key in `demo.text.NAMES`.
        begin: What the customer does first.
        holds: Whether a subscription is in the state that the scenario shows.
        finish: What happens after time has passed.
        lead: How many days before the end it begins; None if the shop has no plan for it.
    """

    name: str
    begin: Act
    holds: Callable[[SubscriptionView], bool]
    finish: Act = _nothing
    lead: Callable[[Plans], int | None] = lambda plans: 0


def _refund(seen: SubscriptionView) -> int:
    return seen.last_payment.refunded_krw if seen.last_payment else 0


def _is(*statuses: Status) -> Callable[[SubscriptionView], bool]:
    return lambda seen: seen.subscription.status in statuses and not seen.is_unresolved


def _is_past_due(seen: SubscriptionView, *, needs_card: bool) -> bool:
    row = seen.subscription
    return row.status == Status.PAST_DUE and row.needs_card == needs_card and seen.works


def _is_asked(seen: SubscriptionView, status: Status) -> bool:
    is_open = seen.asked is not None and not seen.asked.answer
    return seen.subscription.status == status and is_open


def _has_ended(seen: SubscriptionView, *, refunded: bool) -> bool:
    is_paid = seen.subscription.period_number > 0
    ended = seen.subscription.status == Status.ENDED
    return ended and is_paid and bool(_refund(seen)) == refunded


async def _subscribe(stage: Stage, session: Session) -> SubscriptionView:
    return await stage.subscribe(session, stage.plans.plain)


async def _start_trial(stage: Stage, session: Session) -> None:
    if stage.plans.trial:
        await stage.subscribe(session, stage.plans.trial)


async def _pay_once(stage: Stage, session: Session) -> None:
    await stage.subscribe(session, stage.plans.short, "approves_once")


async def _take_stopped_card(stage: Stage, session: Session) -> None:
    seen = await stage.subscribe(session, stage.plans.short)
    method_id = await stage.card(session, "stopped")
    await change_method.change_method(
        stage.rt, actor_of(session), seen.subscription.id, payment_method_id=method_id
    )


async def _pause(stage: Stage, session: Session) -> None:
    seen = await _subscribe(stage, session)
    await pause.pause(stage.rt, actor_of(session), seen.subscription.id)


async def _cancel(stage: Stage, session: Session) -> None:
    seen = await _subscribe(stage, session)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), seen.subscription.id)


async def _let_end(stage: Stage, session: Session) -> None:
    seen = await stage.subscribe(session, stage.plans.short)
    await cancel.cancel_at_period_end(stage.rt, actor_of(session), seen.subscription.id)


async def _end_now(stage: Stage, session: Session) -> None:
    actor, seen = actor_of(session), await _subscribe(stage, session)
    shown = await cancel.preview(stage.rt, actor, seen.subscription.id)
    await cancel.cancel_now(
        stage.rt, actor, seen.subscription.id, expected_refund_krw=shown.refund_krw
    )


async def _raise_price(stage: Stage, session: Session) -> None:
    """Raise the plan's price from the customer's next period on, and ask for consent."""
    seen = await stage.subscription(session)
    if seen is None or seen.asked:
        return
    before, day = seen.price, seen.subscription.ends_on
    rise = before.amount_krw * RISE_PERCENT // 100 // ROUND_KRW * ROUND_KRW
    entry = PriceEntry(
        starts_on=day,
        amount_krw=before.amount_krw + max(rise, ROUND_KRW),
        tax_free_krw=before.tax_free_krw,
        unit=before.interval.unit,
        count=before.count,
    )
    price = await catalog.add_price(stage.rt, seen.plan.code, entry)
    await price_increase.ask(
        stage.rt, OPERATOR, seen.subscription.id, price_id=price.id, how_to_cancel=None
    )


async def _lose_answer(stage: Stage, session: Session) -> None:
    await stage.sandbox.add_faults(LOST_CHARGE, FAILING_LOOKUPS)
    await _subscribe(stage, session)


def _trial_lead(plans: Plans) -> int | None:
    return max(0, plans.trial.price.trial_days - LEFT_OF_TRIAL) if plans.trial else None


def _renewal_lead(plans: Plans) -> int:
    return plans.short_days + 1


SCENARIOS = (
    Scenario("active", _subscribe, _is(Status.ACTIVE)),
    Scenario("trial", _start_trial, lambda s: _is_asked(s, Status.TRIALING), lead=_trial_lead),
    Scenario(
        "past_due",
        _pay_once,
        lambda seen: _is_past_due(seen, needs_card=False),
        lead=_renewal_lead,
    ),
    Scenario(
        "needs_card",
        _take_stopped_card,
        lambda seen: _is_past_due(seen, needs_card=True),
        lead=_renewal_lead,
    ),
    Scenario(
        "price",
        _subscribe,
        lambda seen: _is_asked(seen, Status.ACTIVE),
        finish=_raise_price,
        lead=lambda plans: BEFORE_PRICE,
    ),
    Scenario("paused", _pause, _is(Status.PAUSED)),
    Scenario("canceled", _cancel, _is(Status.CANCELED)),
    Scenario("ended", _let_end, lambda seen: _has_ended(seen, refunded=False), lead=_renewal_lead),
    Scenario("refunded", _end_now, lambda seen: _has_ended(seen, refunded=True)),
    # The last: the sandbox's clock moves no further until it is known whether money moved.
    Scenario("unresolved", _nothing, lambda seen: seen.is_unresolved, finish=_lose_answer),
)
