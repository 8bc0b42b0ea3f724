"""Ends by hand registrations that Toss will not settle any more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import NotFound
from tossbill_ui.payment_methods import issuing, repository
from tossbill_ui.payment_methods.models import Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime

FAILURE_CODE = "ENDED_BY_OPERATOR"


async def unresolved(rt: Runtime) -> Sequence[Registration]:
    """Return every registration whose outcome is unknown, oldest first.

    One without ``next_try_at`` is no longer retried and waits for a person.
    """
    async with rt.db.read() as db:
        return await repository.unresolved(db)


async def mark_failed(rt: Runtime, actor: Actor, registration_id: str) -> None:
    """End an unresolved registration as failed, so that its customer can register again.

    If Toss did issue a billing key, it is unknown here and can never be charged.

    Raises:
        NotFound: No such registration is unresolved, or a request about it is in flight.
    """
    async with rt.db.write() as db:
        registration = await repository.registration(db, registration_id)
        ended = registration is not None and await update_where(
            db,
            Registration,
            col(Registration.id) == registration.id,
            col(Registration.status) == RegistrationStatus.UNKNOWN,
            # A worker may be receiving a success at this moment; it must not be lost.
            col(Registration.lease_until).is_(None),
            **issuing.outcome_of(rt, RegistrationStatus.FAILED),
            failure_code=FAILURE_CODE,
        )
        if registration is None or not ended:
            raise NotFound(
                f"No unresolved registration has the id {registration_id}, or Toss is being asked "
                "about it right now: see `tossbill review list`."
            )
        trail.add(
            rt,
            db,
            kind="settled.failed",
            customer_id=registration.customer_id,
            subject=f"registration {registration.id}",
            by=actor.label,
        )
