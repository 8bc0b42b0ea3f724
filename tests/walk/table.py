"""The walks: entry function, traced value and current counts.

Counts are only ever lowered. When an entry function is moved or renamed, update it here.

They rose three times: when events were added to notices, since publishing takes four modules of its
own and the rule of each transition is checked in `lifecycle.rules`; when a payment began to buy the
days of `periods.bought_period`, which depend on the day on which it is made; and when sessions got
a scope: each notice stores the subscription that the link in its mail is limited to, an actor is
asked for it, and the claim of a return, which two browsers may make, has a module of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.support.shop import Shop
from tests.walk import stories
from tests.walk.stories import Act
from tests.walk.trace import Figures
from tossbill_ui.payment_methods import registration
from tossbill_ui.subscriptions.actions import cancel
from tossbill_ui.subscriptions.engine import claiming, renewal
from tossbill_ui.subscriptions.lifecycle import outcome


@dataclass(frozen=True)
class Entry:
    """A function at which walks start.

    Attributes:
        owner: The module or class of the function.
        name: The function's name.
        value: Returns the string to trace, given the arguments by name.
        goes_on: Whether tracing continues after the function's end, in the tasks it started.
    """

    owner: Any
    name: str
    value: Callable[[Any], str]
    goes_on: bool = False


@dataclass(frozen=True)
class Walk:
    """A story, the entry function traced in it, and the expected counts."""

    entry: Entry
    story: Callable[[Shop], Awaitable[Act]]
    figures: Figures

    @property
    def name(self) -> str:
        """The name for test ids and output."""
        return f"{self.entry.name}: {self.story.__name__}"


DUE = Entry(claiming, "_process", lambda given: given.facts.subscription.id)
BATCH = Entry(claiming, "_claim_batch", lambda given: given.found[0].id)
OUTCOME = Entry(type(outcome.HANDLER), "after_payment", lambda given: given.payment.subscription_id)
COLLECT = Entry(
    renewal._ChargePipeline, "_collect", lambda given: given.claim.payment.subscription_id
)
CANCEL = Entry(cancel, "cancel_now", lambda given: given.subscription_id)
RETURN = Entry(registration, "finish", lambda given: given.back.auth_key, goes_on=True)

# Stays, rooms, returns.
WALKS = (
    Walk(DUE, stories.renewal, Figures(6, 4, 2)),
    Walk(DUE, stories.missed_renewals, Figures(9, 9, 0)),
    Walk(DUE, stories.renewal_of_canceled, Figures(11, 10, 1)),
    Walk(DUE, stories.renewal_without_consent, Figures(13, 11, 2)),
    Walk(DUE, stories.renewal_without_a_card, Figures(18, 12, 6)),
    Walk(DUE, stories.no_new_card, Figures(14, 11, 3)),
    Walk(BATCH, stories.renewal, Figures(18, 9, 9)),
    Walk(OUTCOME, stories.renewal, Figures(17, 11, 6)),
    Walk(OUTCOME, stories.decline, Figures(14, 11, 3)),
    Walk(OUTCOME, stories.unresolved, Figures(7, 7, 0)),
    Walk(OUTCOME, stories.charge_of_canceled, Figures(12, 10, 2)),
    Walk(COLLECT, stories.renewal, Figures(27, 17, 10)),
    Walk(COLLECT, stories.decline, Figures(24, 17, 7)),
    Walk(CANCEL, stories.cancel_now, Figures(25, 17, 8)),
    Walk(RETURN, stories.return_from_toss, Figures(11, 8, 3)),
)
