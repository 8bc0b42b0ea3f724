"""How a registration stands, for its own customer: at once, or as soon as it has ended."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.actor import VISITOR, Actor
from tossbill_ui.core.errors import NotAllowed
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.models import UNDER_WAY, PaymentMethod, Registration
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Outcome:
    """A registration and the payment method it led to, if it did."""

    registration: Registration
    method: PaymentMethod | None

    @property
    def is_final(self) -> bool:
        """Whether nothing will change by itself any more."""
        return self.registration.status not in UNDER_WAY


async def get_outcome(rt: Runtime, actor: Actor, registration_id: str) -> Outcome:
    """Return a registration of this customer as it stands.

    Raises:
        NotAllowed: There is none, or it is another customer's (``other_session``, or
            ``no_session`` when the browser brought no cookie).
    """
    async with rt.db.read() as db:
        registration = await repository.registration(db, registration_id)
        method = await repository.method_of(db, registration_id)
    if actor == VISITOR:
        raise NotAllowed("No session.", code="no_session")
    if registration is None or not actor.may_see(registration.customer_id):
        raise NotAllowed("Not this customer's registration.", code="other_session")
    return Outcome(registration, method)


async def wait(rt: Runtime, actor: Actor, registration_id: str, *, seconds: float) -> Outcome:
    """Return the outcome when it is final, or as it stands after a number of seconds.

    Raises:
        NotAllowed: As `get_outcome`.
    """
    whose = (await get_outcome(rt, actor, registration_id)).registration.customer_id
    return await rt.pubsub.wait_until(
        whose,
        lambda: get_outcome(rt, actor, registration_id),
        lambda outcome: outcome.is_final,
        seconds=seconds,
    )
