"""Every undo is the inverse of its action, for any subscription."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.subscriptions.lifecycle import cells
from tossbill_ui.core.calendar import instant
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.lifecycle.facts import RenewalFacts
from tossbill_ui.subscriptions.models import Price, Subscription
from tossbill_ui.subscriptions.models import SubscriptionStatus as Status

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
HOURS = st.times()


@dataclass(frozen=True)
class Undo:
    """An action and its inverse."""

    allowed: tuple[Status, ...]
    act: Callable[[Subscription, RenewalFacts, Price | None], object]
    undo: Callable[[Subscription, RenewalFacts, Price | None], object]


UNDOS = {
    "cancel": Undo(
        (Status.TRIALING, Status.ACTIVE, Status.PAUSED),
        lambda of, facts, _: transitions.cancel_at_period_end(of, facts),
        lambda of, facts, _: transitions.undo_cancel(of, facts, is_charging=not of.due_at),
    ),
    "pause": Undo(
        (Status.ACTIVE,),
        lambda of, _facts, _: transitions.pause(of),
        lambda of, facts, _: transitions.resume(of, facts),
    ),
    "plan a change": Undo(
        (Status.TRIALING, Status.ACTIVE),
        lambda of, _facts, _: transitions.plan_change(of, cells.OTHER),
        lambda of, _facts, raised: transitions.drop_planned_change(of, raised),
    ),
}


@st.composite
def subscriptions(draw: st.DrawFn, allowed: tuple[Status, ...]) -> tuple[Subscription, datetime]:
    """Return a subscription and an instant within its period."""
    status = draw(st.sampled_from(allowed))
    of = cells.subscription(status)
    of.starts_on = draw(DAYS)
    length, gone = draw(st.integers(1, 366)), draw(st.integers(0, 365))
    of.ends_on = of.starts_on + timedelta(days=length)
    today = of.starts_on + timedelta(days=gone % length)
    of.period_number = 0 if status == Status.TRIALING else draw(st.integers(1, 40))
    of.needs_card, of.is_extra = draw(st.booleans()), draw(st.booleans())
    of.next_price_id = draw(st.sampled_from([None, "plus-2", "pro-1"]))
    of.approved_period = draw(st.integers(0, 3))
    now = instant(today, draw(HOURS).replace(tzinfo=None, fold=0))
    is_charged = status != Status.PAUSED
    of.due_at = cells.facts(now).charge_on(of.ends_on) if is_charged else None
    return of, now


@pytest.mark.parametrize("name", UNDOS)
@settings(deadline=None)
@given(data=st.data())
def test_undo_restores_the_subscription(name: str, data: st.DataObject) -> None:
    undo = UNDOS[name]
    of, now = data.draw(subscriptions(undo.allowed))
    # A planned change replaces a price increase, which is restored from its consent.
    if name == "plan a change" and of.next_price_id == "pro-1":
        of.next_price_id = None
    raised = cells.PRICE.model_copy(update={"id": of.next_price_id}) if of.next_price_id else None
    before = of.model_dump()
    facts = cells.facts(now)
    undo.act(of, facts, raised)
    assert of.model_dump() != before or name == "plan a change"
    undo.undo(of, facts, raised)
    assert of.model_dump() == before


def test_instants_include_the_hour() -> None:
    assert instant(date(2026, 1, 1), time(9)) != instant(date(2026, 1, 1))
