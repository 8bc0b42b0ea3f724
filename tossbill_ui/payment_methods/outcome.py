"""The outcome of a registration for its customer: now, or as soon as it has ended."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.actor import VISITOR, Actor
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import UNSETTLED, PaymentMethod, Registration
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Outcome:
    """A registration, and the payment method it created, if any."""

    registration: Registration
    method: PaymentMethod | None

    @property
    def is_final(self) -> bool:
        """Whether it will not change any more without the customer."""
        return self.registration.status not in UNSETTLED


async def get_outcome(rt: Runtime, actor: Actor, registration_id: str) -> Outcome:
    """Return the current outcome of one of the customer's registrations.

    Raises:
        NotAllowed: There is none, it is another customer's (``other_session``), or the browser
            sent no session cookie (``no_session``).
    """
    async with rt.db.read() as db:
        registration = await repository.registration(db, registration_id)
        method = await repository.method_of(db, registration_id)
    if actor == VISITOR:
        raise NotAllowed("No session.", code="no_session")
    if registration is None or not actor.may_see_subscription(
        registration.customer_id, registration.subscription_id
    ):
        raise NotAllowed("Not this customer's registration.", code="other_session")
    return Outcome(registration, method)


async def wait(rt: Runtime, actor: Actor, registration_id: str, *, seconds: float) -> Outcome:
    """Return the outcome once it is final, or the current one after a number of seconds.

    Raises:
        NotAllowed: As in `get_outcome`.
    """
    customer_id = (await get_outcome(rt, actor, registration_id)).registration.customer_id
    return await rt.pubsub.wait_until(
        customer_id,
        lambda: get_outcome(rt, actor, registration_id),
        lambda outcome: outcome.is_final,
        seconds=seconds,
    )
