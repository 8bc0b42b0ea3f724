"""Billing periods: the next one, and the unused value of the current one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from tossbill_ui.core.calendar import Interval, korean_day
from tossbill_ui.core.money import share_up
from tossbill_ui.payments.models import Invoice
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions.models import Subscription, SubscriptionStatus

ONE_DAY = timedelta(days=1)


class HasAccess(Protocol):
    """The columns of a subscription that decide whether it works."""

    @property
    def status(self) -> str:
        """Its `SubscriptionStatus`."""
        ...

    @property
    def ends_on(self) -> date:
        """The day after the current period."""
        ...

    @property
    def grace_until_on(self) -> date | None:
        """The first day on which it does not work while past due."""
        ...


@dataclass(frozen=True)
class Period:
    """A span of days that is paid for at once.

    Attributes:
        starts_on: Its first day.
        ends_on: The day after its last day.
        anchor_on: The day from which it is counted.
        anchor_period: The number of the period that starts on the anchor.
    """

    number: int
    starts_on: date
    ends_on: date
    anchor_on: date
    anchor_period: int


def today(rt: Runtime) -> date:
    """Return the current day in Korea."""
    return korean_day(rt.clock.now())


def next_period(
    subscription: Subscription, interval: Interval, *, is_other_interval: bool = False
) -> Period:
    """Return the period that starts when the current one ends.

    It is counted from the anchor; a different interval starts with an anchor of its own.
    """
    if is_other_interval:
        return fresh_period(subscription, interval, subscription.ends_on)
    number = subscription.period_number + 1
    return Period(
        number=number,
        starts_on=subscription.ends_on,
        ends_on=interval.after(subscription.anchor_on, number - subscription.anchor_period + 1),
        anchor_on=subscription.anchor_on,
        anchor_period=subscription.anchor_period,
    )


def fresh_period(subscription: Subscription, interval: Interval, starts_on: date) -> Period:
    """Return the next period, starting on a given day, which becomes the anchor."""
    number = subscription.period_number + 1
    return Period(
        number=number,
        starts_on=starts_on,
        ends_on=interval.after(starts_on, 1),
        anchor_on=starts_on,
        anchor_period=number,
    )


def works_on(subscription: HasAccess, day: date) -> bool:
    """Whether a subscription may be used on a day; grace and retries are independent."""
    if subscription.status == SubscriptionStatus.ACTIVE:
        # A renewal that is in progress, or waits for an operator, is not the customer's fault.
        return True
    ends_on = access_ends_on(subscription)
    return ends_on is not None and day < ends_on


def access_ends_on(subscription: HasAccess) -> date | None:
    """Return the first day on which a subscription does not work, if nothing happens until then.

    None if it works until something happens, or does not work at all.
    """
    match subscription.status:
        case SubscriptionStatus.PAST_DUE:
            return subscription.grace_until_on
        case SubscriptionStatus.TRIALING | SubscriptionStatus.PAUSED | SubscriptionStatus.CANCELED:
            return subscription.ends_on
        case _:
            return None


def access_until(subscription: HasAccess, collect_until_on: date | None, day: date) -> date | None:
    """Return the last day on which a past-due subscription works: it ends with the last attempt.

    Args:
        subscription: The subscription.
        collect_until_on: The day of the last attempt to collect what is owed, if one is planned.
        day: The current Korean day. A last attempt that was due before it has not come, since an
            operator has to decide first or no engine ran, and ends nothing.
    """
    if subscription.grace_until_on is None:
        return None
    last_on = subscription.grace_until_on - ONE_DAY
    if collect_until_on is None or collect_until_on < day:
        return last_on
    return min(last_on, collect_until_on)


def bought_period(
    subscription: Subscription,
    invoice: Invoice,
    interval: Interval,
    *,
    paid_on: date,
    today: date,
) -> Period:
    """Return the period that an invoice buys: its own days while the subscription works.

    If nothing works any more on the day of payment, the period begins that day, which becomes the
    anchor. It begins today if that period, too, is over: Toss told us so late (ADR-0028).

    Args:
        subscription: The subscription before the payment.
        invoice: The invoice, with the days for which it was created.
        interval: The length of the period.
        paid_on: The Korean day on which Toss took the money.
        today: The current Korean day.
    """
    period = Period(
        number=invoice.period_number,
        starts_on=invoice.starts_on,
        ends_on=invoice.ends_on,
        anchor_on=invoice.anchor_on,
        anchor_period=invoice.anchor_period,
    )
    if paid_on > invoice.starts_on and not works_on(subscription, paid_on):
        period = fresh_period(subscription, interval, paid_on)
    if period.ends_on <= today and not works_on(subscription, today):
        period = fresh_period(subscription, interval, today)
    return period


def period_at(subscription: Subscription, interval: Interval, day: date) -> int:
    """Return the number of the period that contains a day, if nothing changes until then."""
    return subscription.anchor_period + interval.index_at(subscription.anchor_on, day)


def unused_krw(subscription: Subscription, invoice: Invoice | None, day: date) -> int:
    """Return the value of the current period's days from a day on, rounded up.

    It is zero for a period that is over, and for a trial.
    """
    if invoice is None or day >= subscription.ends_on:
        return 0
    whole = (invoice.ends_on - invoice.starts_on).days
    return share_up(invoice.price_krw, (subscription.ends_on - day).days, whole)
