"""Planted bugs of what customers and the shop change: undone acts, lower prices, late presses."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tossbill_ui.events.types import Event, EventType
from tossbill_ui.subscriptions.lifecycle import transitions
from tossbill_ui.subscriptions.models import Price, Subscription
from tossbill_ui.subscriptions.terms import decrease
from tossbill_ui.ui.shared import presses


def undone_cancellation_drops_the_price_to_come(patch: pytest.MonkeyPatch) -> None:
    """Forget the plan or price of the next period when a cancellation is undone."""
    _forget_next_price(patch, "undo_cancel")


def resumed_subscription_drops_the_price_to_come(patch: pytest.MonkeyPatch) -> None:
    """Forget the plan or price of the next period when a pause ends."""
    _forget_next_price(patch, "resume")


def _forget_next_price(patch: pytest.MonkeyPatch, name: str) -> None:
    real = getattr(transitions, name)

    def wrong(subscription: Subscription, *args: Any, **more: Any) -> Any:
        events = real(subscription, *args, **more)
        subscription.next_price_id = None
        return events

    patch.setattr(transitions, name, wrong)


def undone_plan_change_happens(patch: pytest.MonkeyPatch) -> None:
    """Say that a planned change is dropped, and keep it."""
    dropped = [Event(EventType.CHANGE_DROPPED)]
    patch.setattr(transitions, "drop_planned_change", lambda *_: list(dropped))


def undone_plan_change_drops_the_lower_price(patch: pytest.MonkeyPatch) -> None:
    """Let a customer who plans a change, and undoes it, pay the higher price again."""

    async def wrong(*_: Any) -> None:
        return None

    patch.setattr(decrease, "lowered_price", wrong)


def lowered_price_is_only_announced(patch: pytest.MonkeyPatch) -> None:
    """Tell customers of a lower price, and go on charging the old one."""

    def wrong(_: Subscription, price: Price) -> transitions.Events:
        return [Event(EventType.PRICE_LOWERED, amount_krw=price.amount_krw)]

    patch.setattr(transitions, "lower_price", wrong)


def late_press_is_carried_out(patch: pytest.MonkeyPatch) -> None:
    """Carry out a press however old it is."""
    patch.setattr(presses, "LONGEST_SECONDS", math.inf)


def held_up_press_is_carried_out(patch: pytest.MonkeyPatch) -> None:
    """Carry out a press that was made while the connection was down."""
    real = presses._is_stamp
    patch.setattr(presses, "_is_stamp", lambda stamp: real(stamp) and None not in stamp)
