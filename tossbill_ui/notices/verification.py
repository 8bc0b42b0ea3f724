"""Verifies the address for notices: a code is mailed to it, and typed in a customer's session."""

from __future__ import annotations

from tossbill_ui.audit import security_events
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.language import Language
from tossbill_ui.core.mail_address import folded
from tossbill_ui.customers import reporting, sign_in_codes
from tossbill_ui.customers.models import CodePurpose, Customer, SignInCode
from tossbill_ui.customers.sign_in_codes import TRIES, CodeOver, WrongCode
from tossbill_ui.customers.verified_address import set_verified
from tossbill_ui.notices.address import get_email
from tossbill_ui.runtime import Runtime

VERIFIED = "email.verified"


async def send_code(rt: Runtime, actor: Actor, *, caller: str, language: Language) -> None:
    """Mail a code to the address for this customer's notices.

    Args:
        rt: The process's runtime.
        actor: The customer.
        caller: The network that asks.
        language: The language of the page.

    Raises:
        NotFound: There is no customer, or no address.
        NeedsSignIn: The session is limited to a task.
        TooMany: An hour's codes for this address, this caller or all callers are used up.
    """
    actor.require_all()
    email = await get_email(rt, actor)
    if not email:
        raise NotFound("There is no address to verify.")
    await sign_in_codes.request_verification(
        rt, customer_id=actor.customer_id, email=email, caller=caller, language=language
    )


async def verify(rt: Runtime, actor: Actor, code: str) -> None:
    """Let the address sign in, with the code that was mailed last.

    Args:
        rt: The process's runtime.
        actor: The customer.
        code: The code as typed; untrusted.

    Raises:
        NotFound: There is no customer, or no address.
        NeedsSignIn: The session is limited to a task.
        WrongCode: It is another code.
        CodeOver: No code is valid for the address that the customer has now.
    """
    actor.require_all()
    attempt = await _attempt(rt, actor)
    tried = await sign_in_codes.count_try(rt, attempt.id, CodePurpose.VERIFY)
    if not sign_in_codes.is_right(rt, tried, code):
        raise WrongCode(tries_left=TRIES - tried.tries)
    await _record(rt, actor, tried)
    await security_events.record(
        rt,
        kind=VERIFIED,
        caller=actor.customer_id,
        customer_id=actor.customer_id,
        subject="verified",
    )
    rt.pubsub.publish(actor.customer_id)


async def is_asked(rt: Runtime, actor: Actor) -> bool:
    """Whether a code is valid for the address that the customer has now."""
    try:
        attempt = await _attempt(rt, actor)
    except (NotFound, CodeOver):
        return False
    return sign_in_codes.is_open(rt, attempt)


async def _attempt(rt: Runtime, actor: Actor) -> SignInCode:
    email = await get_email(rt, actor)
    if not email:
        raise NotFound("There is no address to verify.")
    async with rt.db.read() as db:
        found = await sign_in_codes.last_verification(
            db, customer_id=actor.customer_id, email=email
        )
    if found is None:
        raise CodeOver("No code was sent.")
    return found


async def _record(rt: Runtime, actor: Actor, attempt: SignInCode) -> None:
    """Store the verified address, unless the customer has another one by now."""
    async with rt.db.write() as db:
        customer = await db.get_one(Customer, attempt.customer_id, with_for_update=True)
        if folded(customer.email or "") != attempt.email:
            raise CodeOver("The address was changed.")
        await sign_in_codes.spend(rt, db, attempt)
        async with reporting.reported(rt, db, customer, actor=actor):
            await set_verified(rt, db, customer, attempt.email)
            db.add(customer)
