"""Registers a card that the customer typed into our own form (ADR-0037).

The same registration as with Toss's window, from `registration.start` to `outcome`; only the way
to its end differs. The card's details are stored nowhere, so that nothing but this process can
repeat the request: it does so a few times, and what it cannot confirm ends as failed. Nothing is
lost by that. Issuing charges nothing, and a billing key that we do not know is never charged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from tossbill_ui.core.errors import Conflict
from tossbill_ui.customers.session import Session
from tossbill_ui.leases import keeper
from tossbill_ui.payment_methods import claiming, issuing
from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.payment_methods.ticket import Ticket, authorize
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.card_details import CardDetails
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused

log = logging.getLogger(__name__)

# Seconds before each repetition of a request without a definite answer.
PAUSES = (1.0, 2.0, 5.0)


async def register(
    rt: Runtime,
    session: Session | None,
    ticket: Ticket,
    *,
    card: CardDetails,
    terms: str,
    may_try: Callable[[str], bool],
) -> bool:
    """Claim a registration for a card, and have its billing key issued.

    Returns once the claim is committed, as `registration.finish` does. Sending the same form again
    changes nothing, whatever card it holds by then: a registration takes one card, once.

    Args:
        rt: The process's runtime.
        session: The browser's session.
        ticket: The registration that the form was made for; untrusted.
        card: The card's details, well-formed.
        terms: The version of the terms that the customer agreed to.
        may_try: Counts the registration that a card is about to be tried for, by its id and once,
            and says whether it may be.

    Returns:
        Whether this form claimed it; False if one was sent before.

    Raises:
        NotAllowed: The registration is not this browser's; the attempt is recorded.
        Conflict: It was used for a card or an account from Toss's window (``already_used``),
            another registration of this customer is in progress (``under_way``), or too many cards
            were tried (``too_often``).
    """
    found, _ = await authorize(rt, session, ticket)
    if found.card_terms is None and not may_try(found.id):
        raise Conflict("Too many cards were tried.", code="too_often")
    # A broken key store must fail now, not after Toss has answered.
    rt.cipher.encrypt(found.id, context=issuing.billing_key_context(found.id))
    if await _claim(rt, found.id, terms):
        rt.tasks.spawn(_issue(rt, found, card), name=f"issue {found.id}")
        return True
    async with rt.db.read() as db:
        current = await db.get_one(Registration, found.id)
    if current.card_terms is None:
        raise Conflict("This registration was already used in the window.", code="already_used")
    return False


async def _claim(rt: Runtime, registration_id: str, terms: str) -> bool:
    """Claim the registration, with the consent; False if it was used before."""
    unused = col(Registration.card_terms).is_(None)
    try:
        return await claiming.claim_unused(rt, registration_id, unused, card_terms=terms)
    except IntegrityError:
        raise Conflict("Another registration is under way.", code="under_way") from None


async def _issue(rt: Runtime, found: Registration, card: CardDetails) -> None:
    """Have the billing key issued, and record how that ended."""
    async with keeper.keep_lease(rt, Registration, found.id, attempt=1):
        if not await _ask_repeatedly(rt, found, card):
            await issuing.record_failure(rt, found.id, issuing.NOT_CONFIRMED, "")
    rt.pubsub.publish(found.customer_id)


async def _ask_repeatedly(rt: Runtime, found: Registration, card: CardDetails) -> bool:
    """Ask Toss until it answers, always with the same key and details; False if it never does."""
    for pause in PAUSES:
        if await _ask(rt, found, card):
            return True
        await issuing.record_doubt(rt, found.id)
        rt.pubsub.publish(found.customer_id)
        await asyncio.sleep(pause)
    return await _ask(rt, found, card)


async def _ask(rt: Runtime, found: Registration, card: CardDetails) -> bool:
    """Ask Toss once, and record its answer; False if there was none."""
    try:
        billing = await rt.toss.issue_billing_key_by_card(
            card=card, customer_key=found.customer_key, idempotency_key=found.idempotency_key
        )
    except Refused as refused:
        await issuing.record_failure(rt, found.id, refused.toss_code, refused.toss_message)
    except GatewayRefused as refused:
        data = {"registration": found.id, "error": refused.message}
        log.error("toss.access_refused", extra={"data": data})  # noqa: TRY400 - no traces here
        await issuing.record_failure(rt, found.id, refused.toss_code, "")
    except OutcomeUnknown as unknown:
        data = {"registration": found.id, "error": unknown.message}
        log.warning("toss.outcome_unknown", extra={"data": data})
        if not unknown.is_bound:
            return False
        # Repeated, it would come back unchanged.
        await issuing.record_failure(rt, found.id, unknown.toss_code, "")
    else:
        await issuing.record_issued(rt, found, billing)
    return True
