"""Ending by hand what Toss will not settle any more."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col

from tossbill_ui.audit import trail
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import NotFound
from tossbill_ui.payment_methods import issuing, repository
from tossbill_ui.payment_methods.models import Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime

FAILURE_CODE = "ENDED_BY_OPERATOR"


async def unresolved(rt: Runtime) -> Sequence[Registration]:
    """Return every registration whose outcome nobody knows, oldest first.

    One without ``next_try_at`` is not asked about any more and waits for a person.
    """
    async with rt.db.read() as db:
        return await repository.unresolved(db)


async def mark_failed(rt: Runtime, registration_id: str) -> None:
    """End a registration in doubt as failed, so that its customer can register again.

    If Toss issued a billing key after all, nobody here will ever know it or charge it.

    Raises:
        NotFound: No such registration is in doubt, or Toss is being asked about it just now.
    """
    async with rt.db.write() as db:
        registration = await repository.registration(db, registration_id)
        ended = registration is not None and await update_where(
            db,
            Registration,
            col(Registration.id) == registration.id,
            col(Registration.status) == RegistrationStatus.UNKNOWN,
            # A worker may hear a yes at this moment; its answer must not be lost.
            col(Registration.lease_until).is_(None),
            **issuing.outcome_of(rt, RegistrationStatus.FAILED),
            failure_code=FAILURE_CODE,
        )
        if registration is None or not ended:
            raise NotFound(
                f"Registration {registration_id} is not in doubt, or Toss is being asked about it "
                "just now; `tossbill doubts` lists those in doubt."
            )
        trail.add(
            rt,
            db,
            kind="settled.failed",
            customer_id=registration.customer_id,
            subject=f"registration {registration.id}",
        )
