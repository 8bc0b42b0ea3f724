"""Registers a payment method: to Toss's window and back (ADR-0003).

start -> (Toss's window) -> finish -> issuing.issue, which ends it; `outcome` reports the result.
Each step may be repeated, interrupted or sent by a stranger; the claim in `finish` ensures that the
registration happens once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tossbill_ui.core.crypto import fingerprint, new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import Conflict, NeedsSignIn, NotAllowed
from tossbill_ui.core.scope import Task
from tossbill_ui.core.text import clean, is_code
from tossbill_ui.customers import sessions
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import claiming, confirmation, issuing, repository
from tossbill_ui.payment_methods.confirmation import Proof
from tossbill_ui.payment_methods.models import Registration, RegistrationStatus
from tossbill_ui.payment_methods.ticket import PURPOSE, Return, identify, refusal
from tossbill_ui.runtime import Runtime

log = logging.getLogger(__name__)

REUSE_FOR = timedelta(minutes=30)
CANCELED_CODES = frozenset({"PAY_PROCESS_CANCELED", "USER_CANCEL"})
CODE_LENGTH, MESSAGE_LENGTH = 80, 200
AUTH_KEY_LENGTH = 300


@dataclass(frozen=True)
class WindowCall:
    """Everything the browser needs to open Toss's window, or to send our own card form.

    Attributes:
        token: Proves that the registration is this browser's; the URLs contain it too.
        subscription_id: The subscription to change to the new method, if it is for that.
    """

    registration_id: str
    token: str
    subscription_id: str | None
    sdk_url: str
    client_key: str
    customer_key: str
    success_url: str
    fail_url: str


async def start(
    rt: Runtime, session: Session, *, plan_code: str = "", subscription_id: str | None = None
) -> WindowCall:
    """Create a registration, or reuse this browser's unused one, and return the window call.

    One for another purpose is not reused: what the window was opened for must not change while it
    is open.

    Args:
        rt: The process's runtime.
        session: The browser's session.
        plan_code: The plan the customer wants afterwards; it is returned in the redirect URL.
        subscription_id: The customer's subscription to change to the new method; checked before.

    Raises:
        Conflict: One is in progress (``under_way``); two at once could register a card twice.
        NeedsSignIn: The session is limited to another task, or to another subscription.
    """
    _refuse_other_tasks(session, subscription_id)
    plan_code = plan_code if is_code(plan_code) else ""
    async with rt.db.write() as db:
        customer = await ensure_customer(rt, db, customer_id=session.customer_id)
        await sessions.ensure_stored(rt, db, session)
        if await repository.pending_registration(db, customer.id):
            raise Conflict("Another registration is under way.", code="under_way")
        registration = await repository.reusable(
            db,
            customer_id=customer.id,
            session_id=session.id,
            subscription_id=subscription_id,
            plan_code=plan_code or None,
            since=rt.clock.now() - REUSE_FOR,
        )
        if registration is None:
            registration = Registration(
                id=new_id(),
                customer_id=customer.id,
                customer_key=customer.customer_key,
                session_id=session.id,
                started_by=session.id,
                subscription_id=subscription_id,
                plan_code=plan_code or None,
                created_at=rt.clock.now(),
                idempotency_key=f"issue-{new_id()}",
            )
            db.add(registration)
    return _window_call(rt, registration, plan_code)


def _refuse_other_tasks(session: Session, subscription_id: str | None) -> None:
    actor = actor_of(session)
    actor.require(Task.METHOD)
    if not actor.may_see_subscription(session.customer_id, subscription_id):
        raise NeedsSignIn("This session is limited to another subscription.")


def _window_call(rt: Runtime, registration: Registration, plan_code: str) -> WindowCall:
    # Toss adds its own parameters to these URLs (contract §2.1). They never use the request's host.
    carried = {"plan": plan_code} if plan_code else {}
    token = rt.signer.token(PURPOSE, registration.id)
    query = urlencode({"registration": registration.id, "token": token, **carried})
    return WindowCall(
        registration_id=registration.id,
        token=token,
        subscription_id=registration.subscription_id,
        sdk_url=rt.settings.sdk_url,
        client_key=rt.settings.client_key,
        customer_key=registration.customer_key,
        success_url=f"{rt.settings.public_url}/success/?{query}",
        fail_url=f"{rt.settings.public_url}/fail/?{query}",
    )


async def finish(rt: Runtime, session: Session | None, back: Return) -> Proof | None:
    """Handle Toss's success redirect: claim the registration and have the billing key issued.

    Returns once the claim is committed; the exchange runs in the background, and
    `outcome.get_outcome` and `outcome.wait` report the result. Coming back with the same authKey
    (a refresh, a second tab) changes nothing. In another browser than the one that started it,
    nothing is claimed or sent yet (`confirmation`).

    Returns:
        The proof with which another browser may say yes; None in the one that started it.

    Raises:
        NotAllowed: The registration, token, customer key or authKey is not right, or it is not this
            browser's and may not wait for a yes; the attempt is recorded.
        Conflict: The registration was already used for another card (``already_used``), or another
            registration of this customer is in progress (``under_way``).
    """
    registration, problem = await _identify(rt, session, back)
    if problem:
        return await confirmation.hold(rt, session, registration, back, problem)
    digest = fingerprint(back.auth_key)
    if claiming.may_be_claimed(registration) and await _claim(rt, session, registration, back):
        rt.tasks.spawn(
            issuing.issue(rt, registration.id, attempt=1), name=f"issue {registration.id}"
        )
        return None
    # Already claimed, perhaps a moment ago by another tab: for this card, or for another one?
    async with rt.db.read() as db:
        current = await db.get_one(Registration, registration.id)
    if current.auth_key_hash != digest:
        raise Conflict("This registration was already used for another card.", code="already_used")
    return None


async def _identify(rt: Runtime, session: Session | None, back: Return) -> tuple[Registration, str]:
    """Return the registration of a real return, and why it is not this browser's, if it is not."""
    registration, _, not_own = await identify(rt, session, back)
    problem = ""
    if back.customer_key != registration.customer_key:
        problem = "wrong_customer_key"
    elif clean(back.auth_key, limit=AUTH_KEY_LENGTH) != back.auth_key or not back.auth_key:
        problem = not_own or "no_auth_key"
    if problem:
        raise await refusal(rt, session, problem, back)
    return registration, not_own


async def _claim(
    rt: Runtime, session: Session | None, registration: Registration, back: Return
) -> bool:
    """Claim the registration and store the authKey in one step; False if another was faster."""
    sealed = claiming.sealed_auth_key(rt, registration.id, back.auth_key)
    stored = {"auth_key_sealed": sealed, "auth_key_hash": fingerprint(back.auth_key)}
    try:
        return await claiming.claim_unused(rt, registration.id, **stored)
    except IntegrityError:
        raise await claiming.lost_claim(rt, session, registration, back) from None


async def end_in_window(
    rt: Runtime,
    session: Session | None,
    *,
    registration_id: str,
    token: str,
    code: str,
    message: str,
) -> None:
    """Record that the customer came back from the window without a card.

    The browser's report is never final: a valid authKey that arrives later still counts.

    Raises:
        NotAllowed: The registration is not this browser's; nothing is recorded.
    """
    if session is None or not rt.signer.verifies(token, PURPOSE, registration_id):
        raise NotAllowed("Not this browser's registration.", code="wrong_token")
    closed = code in CANCELED_CODES
    code, message = clean(code, limit=CODE_LENGTH), clean(message, limit=MESSAGE_LENGTH)
    async with rt.db.write() as db:
        await update_where(
            db,
            Registration,
            col(Registration.id) == registration_id,
            col(Registration.session_id) == session.id,
            col(Registration.status).in_(repository.UNUSED),
            col(Registration.claimed_at).is_(None),
            col(Registration.card_terms).is_(None),
            status=RegistrationStatus.ABANDONED if closed else RegistrationStatus.FAILED,
            ended_at=rt.clock.now(),
            failure_code=code or None,
            failure_message=message or None,
        )
