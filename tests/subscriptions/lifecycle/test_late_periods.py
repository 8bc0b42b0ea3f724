"""A period paid late, over many plans, codes and days of payment (ADR-0028)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.subscriptions.lifecycle.cells import PLAN, PRICE, STARTS_ON, facts, subscription
from tossbill_ui.core.calendar import Interval, Unit, instant, korean_day
from tossbill_ui.payments.models import Invoice, InvoiceKind
from tossbill_ui.subscriptions.lifecycle import billing_cycle
from tossbill_ui.subscriptions.lifecycle.facts import RenewalFacts
from tossbill_ui.subscriptions.lifecycle.invoicing import make_invoice
from tossbill_ui.subscriptions.models import Price, Subscription, SubscriptionStatus
from tossbill_ui.subscriptions.periods import next_period, period_at, works_on
from tossbill_ui.subscriptions.terms.catalog import Offer

DAY = timedelta(days=1)
PAID = "paid"
RESULTS = st.sampled_from(
    [
        PAID,
        PAID,
        "REJECT_CARD_COMPANY",
        "EXCEED_MAX_ONE_DAY_AMOUNT",
        "EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT",
        "INVALID_STOPPED_CARD",
    ]
)
PLANS = st.sampled_from(
    [
        Interval(Unit.WEEK),
        Interval(Unit.WEEK, 2),
        Interval(Unit.MONTH),
        Interval(Unit.MONTH, 3),
        Interval(Unit.YEAR),
    ]
)
# How many days before the automatic attempt the customer asks for one; None for the automatic one.
ATTEMPTS = st.lists(st.tuples(st.none() | st.integers(0, 20), RESULTS), min_size=1, max_size=30)


@dataclass
class History:
    """A subscription driven by transitions alone, with what it paid for."""

    interval: Interval
    grace_days: int
    of: Subscription = field(init=False)
    today: date = field(init=False)
    invoice: Invoice | None = None
    paid: list[tuple[date, bool, Invoice]] = field(default_factory=list[tuple[date, bool, Invoice]])
    free: set[date] = field(default_factory=set[date])

    def __post_init__(self) -> None:
        self.of = subscription(SubscriptionStatus.ACTIVE)
        self.of.ends_on = self.today = self.interval.after(STARTS_ON, 1)
        self.of.due_at = facts().hours.opening(self.today)

    @property
    def price(self) -> Price:
        return PRICE.model_copy(update={"unit": self.interval.unit, "count": self.interval.count})

    @property
    def facts(self) -> RenewalFacts:
        plan = PLAN.model_copy(update={"grace_days": self.grace_days})
        return replace(facts(instant(self.today) + timedelta(hours=11)), plan=plan)

    def attempt(self, before: int | None, result: str) -> None:
        """Make the automatic attempt when it is due, or one that the customer asks for earlier."""
        assert self.of.due_at is not None
        due_on = korean_day(self.of.due_at)
        is_asked = before is not None and self.of.status == SubscriptionStatus.PAST_DUE
        day = max(self.today, due_on - timedelta(days=before or 0)) if is_asked else due_on
        self._pass_until(day)
        if not is_asked and self.of.needs_card:
            billing_cycle.renew(self.of, self.invoice, replace(self.facts, invoice=self.invoice))
            return
        scheduled_at = self.of.due_at
        billing_cycle.begin_charge(self.of) if is_asked else self._begin()
        self._end(result)
        if is_asked and result not in (PAID, "INVALID_STOPPED_CARD"):
            assert self.of.due_at == scheduled_at, "a press moves nothing"

    def _pass_until(self, day: date) -> None:
        while self.today < day:
            if self.of.status == SubscriptionStatus.PAST_DUE and works_on(self.of, self.today):
                self.free.add(self.today)
            self.today += DAY

    def _begin(self) -> None:
        if self.invoice is None:
            period = next_period(self.of, self.interval)
            offer, kind = Offer(self.facts.plan, self.price), InvoiceKind.RENEWAL
            self.invoice = make_invoice(self.of, offer, self.facts, kind=kind, period=period)
        assert self.today <= self.invoice.ends_on, "no attempt is after the next period starts"
        billing_cycle.begin_renewal(self.of, self.invoice, self.facts)

    def _end(self, result: str) -> None:
        assert self.invoice is not None
        if result != PAID:
            self.invoice.refusals += 1
            billing_cycle.handle_decline(self.of, self.invoice, result, self.facts)
            return
        worked = works_on(self.of, self.today)
        billing_cycle.activate_period(
            self.of, self.invoice, self.price, self.facts, paid_on=self.today
        )
        self.paid.append((self.today, worked, self.invoice))
        self.invoice = None


@given(interval=PLANS, grace_days=st.integers(0, 60), attempts=ATTEMPTS)
def test_paid_period_is_never_over_and_no_day_is_paid_for_twice(
    interval: Interval, grace_days: int, attempts: list[tuple[int | None, str]]
) -> None:
    history = History(interval, grace_days)
    for before, result in attempts:
        if history.of.due_at is None:
            assert history.of.status == SubscriptionStatus.ENDED
            break
        history.attempt(before, result)

    last_end, was_free = interval.after(STARTS_ON, 1), history.free
    for paid_on, worked, invoice in history.paid:
        assert last_end <= invoice.starts_on < invoice.ends_on
        assert invoice.starts_on <= paid_on < invoice.ends_on
        assert invoice.starts_on == (last_end if worked else paid_on)
        assert worked or invoice.starts_on not in was_free
        assert invoice.ends_on == interval.after(
            invoice.anchor_on, invoice.period_number - invoice.anchor_period + 1
        )
        last_end = invoice.ends_on
    if history.paid and history.of.status == SubscriptionStatus.ACTIVE:
        number = period_at(history.of, interval, history.of.starts_on)
        assert number == history.of.period_number
