"""The return in another browser, which waits there for a yes (ADR-0045).

Toss's redirect may open in another browser than the one that opened its window: that of a
messenger, or of a card company's app. It has the token, the customer key and the authKey, but no
session, or another customer's. Nothing is sent to Toss until somebody says yes there, knowing
whose account it is. That browser never gets a session.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from tossbill_ui.audit import security_events
from tossbill_ui.core.crypto import fingerprint
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import claiming, issuing, repository, session_renewal
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.payment_methods.ticket import Return, Ticket, refusal
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

PURPOSE = "confirmation"
# The instants are the machine's: a clock that tests move takes no time away from anyone.
WAITS_FOR = timedelta(minutes=10)
RESULT_SHOWN_FOR = timedelta(minutes=30)
# The failure of a registration that nobody said yes to.
NOT_CONFIRMED = "RETURN_NOT_CONFIRMED"
CARD_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class Proof(Ticket):
    """What the browser that came back holds: it may say yes for this card, and see the result.

    Attributes:
        card: The beginning of the authKey's SHA-256: a yes is for the card it was shown for.
    """

    card: str


class Stage(StrEnum):
    """The stages of a return in another browser."""

    ASKED = "asked"
    UNANSWERED = "unanswered"
    """Nobody said yes in time, or somebody said no."""

    REPLACED = "replaced"
    """The registration went on with another card."""

    CONFIRMED = "confirmed"
    CLOSED = "closed"
    """Its result is not shown in that browser any more."""


@dataclass(frozen=True)
class Waiting:
    """A return in another browser, as that browser may see it.

    Attributes:
        is_of_another: Whether that browser has the session of another customer.
    """

    registration: Registration
    owner: Customer
    method: PaymentMethod | None
    stage: Stage
    is_of_another: bool


async def hold(
    rt: Runtime, session: Session | None, registration: Registration, back: Return, problem: str
) -> Proof:
    """Store that a registration came back in another browser; nothing is sent to Toss.

    The newest return counts, so that a mistyped card can be corrected. The same one again changes
    nothing and gets no more time.

    Args:
        rt: The process's runtime.
        session: The browser's session, if it has one.
        registration: The registration, whose token, customer key and authKey were checked.
        back: The parameters of the return.
        problem: Why it is not this browser's: ``no_session`` or ``other_session``.

    Returns:
        The proof with which this browser may say yes.

    Raises:
        NotAllowed: The browser that started it has finished it itself, or another session has taken
            over since; or the authKey belongs to another registration (``already_used``). It is
            recorded.
        Conflict: It was already used for another card (``already_used``).
    """
    if not await _is_unfinished(rt, registration):
        raise await refusal(rt, session, problem, back)
    digest = fingerprint(back.auth_key)
    if await _store(rt, session, registration, back):
        await _note(rt, "returned.elsewhere", registration, back)
    else:
        await _refuse_another_card(rt, registration.id, digest)
    return proof_of(rt, registration.id, digest)


async def _is_unfinished(rt: Runtime, registration: Registration) -> bool:
    """Whether the browser that started a registration counts, and has not finished it itself.

    A session that took over from the one that started it may be that of somebody else.
    """
    if registration.claimed_at is not None:
        return registration.returned_at is not None
    began = Session(id=registration.session_id, customer_id=registration.customer_id)
    return registration.started_by == began.id and await session_renewal.counts(rt, began)


async def _store(
    rt: Runtime, session: Session | None, registration: Registration, back: Return
) -> bool:
    digest = fingerprint(back.auth_key)
    sealed = claiming.sealed_auth_key(rt, registration.id, back.auth_key)
    hash_ = col(Registration.auth_key_hash)
    try:
        async with rt.db.write() as db:
            return await update_where(
                db,
                Registration,
                col(Registration.id) == registration.id,
                col(Registration.status).in_(repository.CLAIMABLE),
                col(Registration.claimed_at).is_(None),
                col(Registration.card_terms).is_(None),
                sa.or_(hash_.is_(None), hash_ != digest),
                status=RegistrationStatus.RETURNED,
                returned_at=rt.machine.now(),
                auth_key_sealed=sealed,
                auth_key_hash=digest,
                ended_at=None,
                failure_code=None,
                failure_message=None,
            )
    except IntegrityError:
        raise await claiming.lost_claim(rt, session, registration, back) from None


async def _refuse_another_card(rt: Runtime, registration_id: str, digest: str) -> None:
    async with rt.db.read() as db:
        current = await db.get_one(Registration, registration_id)
    if current.auth_key_hash != digest:
        raise Conflict("This registration was already used for another card.", code="already_used")


async def _note(rt: Runtime, kind: str, registration: Registration, ticket: Ticket) -> None:
    """Record a step of it for operators, and show it in the browser that started it."""
    rt.pubsub.publish(registration.customer_id)
    await security_events.record(
        rt,
        kind=kind,
        caller=ticket.caller,
        customer_id=registration.customer_id,
        subject=f"registration {registration.id}",
    )


def proof_of(rt: Runtime, registration_id: str, digest: str) -> Proof:
    """Return the proof of a browser that came back with an authKey.

    Args:
        rt: The process's runtime.
        registration_id: The registration.
        digest: The SHA-256 of the authKey.
    """
    card = digest[:CARD_LENGTH]
    token = rt.signer.token(PURPOSE, f"{registration_id}.{card}")
    return Proof(registration_id=registration_id, token=token, card=card)


async def waiting(rt: Runtime, session: Session | None, proof: Proof) -> Waiting:
    """Return what a browser that came back may see.

    Args:
        rt: The process's runtime.
        session: The browser's session, if it has one.
        proof: Untrusted.

    Raises:
        NotAllowed: There is no such registration, or the proof is not its own; it is recorded.
    """
    registration = customer = method = None
    async with rt.db.read() as db:
        registration = await repository.registration(db, proof.registration_id)
        if registration is not None:
            customer = await db.get(Customer, registration.customer_id)
            method = await repository.method_of(db, registration.id)
    if registration is None or customer is None:
        raise await refusal(rt, session, "unknown_link", proof)
    if not rt.signer.verifies(proof.token, PURPOSE, f"{registration.id}.{proof.card}"):
        raise await refusal(rt, session, "wrong_token", proof)
    is_of_another = session is not None and session.customer_id != customer.id
    stage = _stage(rt, registration, proof.card)
    if stage is Stage.ASKED and not await _is_unfinished(rt, registration):
        stage = Stage.CLOSED
    return Waiting(registration, customer, method, stage, is_of_another)


def _stage(rt: Runtime, registration: Registration, card: str) -> Stage:
    if (registration.auth_key_hash or "")[:CARD_LENGTH] != card:
        return Stage.REPLACED
    now = rt.machine.now()
    if registration.claimed_at is None:
        came_at = registration.returned_at or now
        is_asked = registration.status == RegistrationStatus.RETURNED and came_at > now - WAITS_FOR
        return Stage.ASKED if is_asked else Stage.UNANSWERED
    is_long_ago = registration.claimed_at <= now - RESULT_SHOWN_FOR
    return Stage.CLOSED if is_long_ago else Stage.CONFIRMED


async def confirm(rt: Runtime, session: Session | None, proof: Proof) -> None:
    """Take the yes: claim the registration and have the billing key issued.

    Returns once the claim is committed; a second yes changes nothing.

    Raises:
        NotAllowed: As in `waiting`.
        Conflict: Another registration of this customer is in progress (``under_way``).
    """
    found = await waiting(rt, session, proof)
    if found.stage is not Stage.ASKED:
        return
    try:
        is_claimed = await claiming.claim(rt, found.registration.id, *_asked(rt, found))
    except IntegrityError:
        raise Conflict("Another registration is under way.", code="under_way") from None
    if is_claimed:
        work = issuing.issue(rt, found.registration.id, attempt=1)
        rt.tasks.spawn(work, name=f"issue {found.registration.id}")
        await _note(rt, "confirmed.elsewhere", found.registration, proof)


async def decline(rt: Runtime, session: Session | None, proof: Proof) -> None:
    """Take the no: the authKey is deleted, and the registration ends as failed.

    Raises:
        NotAllowed: As in `waiting`.
    """
    found = await waiting(rt, session, proof)
    if found.stage is not Stage.ASKED:
        return
    async with rt.db.write() as db:
        of_it = col(Registration.id) == found.registration.id
        ended = await update_where(db, Registration, of_it, *_asked(rt, found), **_wiped(rt))
    if ended:
        await _note(rt, "declined.elsewhere", found.registration, proof)


def _asked(rt: Runtime, found: Waiting) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions that the question is still the one that was shown."""
    return (
        col(Registration.status) == RegistrationStatus.RETURNED,
        col(Registration.auth_key_hash) == found.registration.auth_key_hash,
        col(Registration.returned_at) > rt.machine.now() - WAITS_FOR,
    )


def _wiped(rt: Runtime) -> dict[str, object]:
    """Return the values that end one without a yes: the authKey is deleted, never sent."""
    ended = issuing.outcome_of(rt, RegistrationStatus.FAILED)
    return ended | {"failure_code": NOT_CONFIRMED, "failure_message": None}


async def waiting_of(
    rt: Runtime, session: Session, *, plan_code: str, subscription_id: str | None
) -> str | None:
    """Return the id of what a browser began for a purpose and waits for a yes in another one."""
    async with rt.db.read() as db:
        return await repository.returned(
            db,
            session_id=session.id,
            plan_code=plan_code or None,
            subscription_id=subscription_id,
        )


async def wipe_unanswered(rt: Runtime) -> int:
    """End the returns that nobody said yes to in time; return how many."""
    late = repository.unanswered(rt.machine.now() - WAITS_FOR)
    # Read first: a write would wake the disk every two seconds for nothing.
    query = select(Registration.id, Registration.customer_id).where(late)
    async with rt.db.read() as db:
        found = (await db.exec(query)).all()
    if not found:
        return 0
    of_them = col(Registration.id).in_([registration_id for registration_id, _ in found])
    async with rt.db.write() as db:
        done = await db.exec(sa.update(Registration).where(late, of_them).values(**_wiped(rt)))
    for _, customer_id in found:
        rt.pubsub.publish(customer_id)
    log.info("registration.unanswered", extra={"data": {"count": done.rowcount}})
    return done.rowcount
