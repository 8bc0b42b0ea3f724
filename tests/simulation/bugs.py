"""The planted bugs, each of which the simulation must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.simulation.habits import CHANGEABLE, FAILING, REFUNDING, USUAL, WEEKLY, Habits
from tests.simulation.planted import changes, charges, periods, refunds
from tests.simulation.wire import (
    DUPLICATE_ORDERS,
    LONG_OUTAGES,
    NO_KEYS,
    ORDINARY,
    ROUGH,
    SLOW,
    Rules,
)

Plant = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Bug:
    """A bug, a world in which nothing else masks it, and people who come upon it."""

    plant: Plant
    rules: Rules = ORDINARY
    first_seed: int = 0
    habits: Habits = USUAL

    def __str__(self) -> str:
        """Return the bug's name, with its world if that is not the ordinary one."""
        name = self.plant.__name__
        return name if self.rules is ORDINARY else f"{name} ({self.rules.name})"


BUGS = (
    Bug(charges.fresh_order_for_every_request),
    Bug(charges.fresh_key_for_every_request),
    Bug(charges.fresh_key_for_every_request, DUPLICATE_ORDERS),
    Bug(periods.no_period_guard, SLOW),
    Bug(charges.no_fence, NO_KEYS),
    Bug(charges.lease_excludes_nobody, NO_KEYS),
    Bug(periods.period_activated_before_the_charge),
    Bug(periods.claimed_subscription_stays_due),
    Bug(charges.card_changes_while_unresolved, SLOW),
    Bug(charges.card_changes_while_unresolved, DUPLICATE_ORDERS),
    Bug(periods.month_added_to_the_last_period),
    Bug(periods.late_charge_moves_the_period),
    Bug(charges.retry_after_decline_keeps_its_order_id, habits=FAILING),
    Bug(charges.retry_after_decline_keeps_its_key, habits=FAILING),
    Bug(charges.lost_response_is_a_decline),
    Bug(charges.not_found_is_a_decline),
    # The power must fail during a charge, for longer than Toss keeps keys.
    Bug(charges.retry_without_lookup, replace(LONG_OUTAGES, fates=ROUGH), first_seed=3),
    Bug(periods.payments_after_cancellation_are_kept, SLOW),
    Bug(charges.payments_of_dead_workers_are_never_claimed),
    Bug(charges.unresolved_payment_is_looked_up_once),
    Bug(periods.silence_is_consent),
    Bug(periods.late_payment_buys_the_days_before_it, habits=WEEKLY),
    Bug(periods.grace_ends_unpublished, habits=FAILING),
    Bug(periods.grace_ends_a_day_late, habits=FAILING),
    Bug(refunds.refund_at_toss_is_not_adopted, habits=REFUNDING),
    Bug(refunds.issuers_cancel_leaves_the_balance, habits=REFUNDING),
    Bug(refunds.lower_balance_means_our_refund, habits=REFUNDING),
    Bug(refunds.waiting_refund_is_never_sent, SLOW, habits=REFUNDING),
    Bug(refunds.second_refund_does_not_wait, habits=REFUNDING),
    Bug(changes.undone_cancellation_drops_the_price_to_come, habits=CHANGEABLE),
    Bug(changes.resumed_subscription_drops_the_price_to_come, habits=CHANGEABLE),
    Bug(changes.undone_plan_change_happens, habits=CHANGEABLE),
    Bug(changes.undone_plan_change_drops_the_lower_price, habits=CHANGEABLE),
    Bug(changes.lowered_price_is_only_announced, habits=CHANGEABLE),
    Bug(changes.late_press_is_carried_out, habits=CHANGEABLE),
    Bug(changes.held_up_press_is_carried_out, habits=CHANGEABLE),
)
