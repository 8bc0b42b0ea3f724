"""Exchanges an authKey for a billing key, and records each possible answer."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

from sqlmodel import col

from tossbill_ui.core.actor import customer
from tossbill_ui.core.clock import reported_at
from tossbill_ui.core.crypto import Undecryptable, fingerprint, new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.settings import Mode
from tossbill_ui.core.text import clean
from tossbill_ui.events.publish import publish
from tossbill_ui.events.types import Event, EventType, Subject
from tossbill_ui.leases import claims, keeper
from tossbill_ui.payment_methods import issued_handler, repository
from tossbill_ui.payment_methods.known_customers import report_first_method
from tossbill_ui.payment_methods.models import PaymentMethod, Registration, RegistrationStatus
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused
from tossbill_ui.toss.wire import Billing

log = logging.getLogger(__name__)

# Toss keeps an Idempotency-Key for 15 days (contract §6). After that a repeated request would be
# a new one, so a day earlier the registration is left to a person.
REPEAT_FOR = timedelta(days=14)
# A 4xx with an unknown code comes back unchanged however often we retry. As no money is involved,
# the registration may fail there: at worst, a billing key that is never charged is left behind.
BOUND_ATTEMPTS = 3
# The failure of a card from our own form that nobody can ask Toss about any more.
NOT_CONFIRMED = "CARD_NOT_CONFIRMED"
STILL_OPEN = (RegistrationStatus.ISSUING, RegistrationStatus.UNKNOWN)


def auth_key_context(registration_id: str) -> str:
    """Return the encryption context of a registration's authKey."""
    return f"registration.auth_key:{registration_id}"


def billing_key_context(method_id: str) -> str:
    """Return the encryption context of a payment method's billing key."""
    return f"payment_method.billing_key:{method_id}"


async def issue(rt: Runtime, registration_id: str, *, attempt: int) -> None:
    """Request the billing key of a claimed registration from Toss, and record the answer.

    Safe to repeat and to run concurrently: the Idempotency-Key was stored beforehand, so Toss
    returns the same answer, and only the first one recorded finds the registration open.
    Source: ADR-0003, contract §4.1 and §6.
    """
    async with rt.db.read() as db:
        registration = await db.get_one(Registration, registration_id)
    if registration.auth_key_sealed is None:
        await _end_without_details(rt, registration)
        return
    try:
        auth_key = rt.cipher.decrypt(
            registration.auth_key_sealed, context=auth_key_context(registration_id)
        )
    except Undecryptable as error:
        data = {"registration": registration_id, "error": error.message}
        log.error("registration.postponed", extra={"data": data})  # noqa: TRY400
        await _record_unresolved(rt, registration, attempt)
        return
    async with keeper.keep_lease(rt, Registration, registration_id, attempt=attempt):
        await _ask(rt, registration, auth_key, attempt)
    rt.pubsub.publish(registration.customer_id)


async def _end_without_details(rt: Runtime, registration: Registration) -> None:
    """End a card form's registration, whose details were lost with the process that held them."""
    if registration.status in STILL_OPEN:
        await record_failure(rt, registration.id, NOT_CONFIRMED, "")
        rt.pubsub.publish(registration.customer_id)


async def _ask(rt: Runtime, registration: Registration, auth_key: str, attempt: int) -> None:
    try:
        billing = await rt.toss.issue_billing_key(
            auth_key=auth_key,
            customer_key=registration.customer_key,
            idempotency_key=registration.idempotency_key,
        )
    except Refused as refused:
        await record_failure(rt, registration.id, refused.toss_code, refused.toss_message)
    except GatewayRefused as refused:
        data = {"registration": registration.id, "error": refused.message}
        log.error("toss.access_refused", extra={"data": data})  # noqa: TRY400 - traces hold secrets
        # On a later attempt, an earlier request made with a valid key may have succeeded.
        if attempt == 1 or attempt >= BOUND_ATTEMPTS:
            await record_failure(rt, registration.id, refused.toss_code, "")
        else:
            await _record_unresolved(rt, registration, attempt)
    except OutcomeUnknown as unknown:
        data = {"registration": registration.id, "error": unknown.message}
        log.warning("toss.outcome_unknown", extra={"data": data})
        if unknown.is_bound and attempt >= BOUND_ATTEMPTS:
            await record_failure(rt, registration.id, unknown.toss_code, "")
        else:
            await _record_unresolved(rt, registration, attempt)
    else:
        await record_issued(rt, registration, billing)


def outcome_of(rt: Runtime, status: RegistrationStatus) -> dict[str, object]:
    """Return the values that end a registration: the authKey is wiped, and nothing is due."""
    return {
        "status": status,
        "auth_key_sealed": None,
        "lease_until": None,
        "next_try_at": None,
        "ended_at": rt.clock.now(),
    }


async def _close(
    rt: Runtime,
    db: repository.AsyncSession,
    registration_id: str,
    status: RegistrationStatus,
    **values: object,
) -> bool:
    """End a registration that is still open; False if it has ended already."""
    return await update_where(
        db,
        Registration,
        col(Registration.id) == registration_id,
        col(Registration.status).in_(STILL_OPEN),
        **outcome_of(rt, status),
        **values,
    )


async def record_issued(rt: Runtime, registration: Registration, billing: Billing) -> None:
    """Store the payment method of a registration that is still open, and do what it is for."""
    shows_json = rt.settings.mode is not Mode.LIVE
    async with rt.db.write() as db:
        closed = await _close(
            rt,
            db,
            registration.id,
            RegistrationStatus.ISSUED,
            toss_json=billing.masked_json() if shows_json else None,
        )
        if closed:
            method = _payment_method(rt, registration, billing)
            db.add(method)
            await report_first_method(rt, db, method)
            events = [Event(EventType.METHOD_REGISTERED)]
            subject = Subject(customer_id=method.customer_id, payment_method_id=method.id)
            publish(rt, db, events, actor=customer(method.customer_id), subject=subject)
            await _fulfill(rt, db, registration, method)


async def _fulfill(
    rt: Runtime, db: repository.AsyncSession, registration: Registration, method: PaymentMethod
) -> None:
    """Do what the registration is for, if anything, and record that it was done."""
    if registration.subscription_id is None:
        return
    await db.flush()  # the subscription will refer to the method
    done = await issued_handler.current().after_issued(rt, db, registration, method)
    if done is not None:
        values = {"changed_at": rt.clock.now(), "payment_id": done.payment_id}
        await update_where(db, Registration, col(Registration.id) == registration.id, **values)


def _payment_method(rt: Runtime, registration: Registration, billing: Billing) -> PaymentMethod:
    method_id = new_id()
    billing_key = billing.billing_key.get_secret_value()
    card, bank = billing.card, (billing.transfers or [None])[0]
    number = card.number if card else bank.bank_account_number if bank else ""
    return PaymentMethod(
        id=method_id,
        customer_id=registration.customer_id,
        registration_id=registration.id,
        created_at=rt.clock.now(),
        customer_key=registration.customer_key,
        billing_key_sealed=rt.cipher.encrypt(billing_key, context=billing_key_context(method_id)),
        billing_key_hash=fingerprint(billing_key),
        kind="card" if card else "account",
        issuer_code=clean(card.issuer_code, limit=8) if card else None,
        bank_name=clean(bank.bank_name, limit=40) if bank else None,
        last_digits=last_digits(number),
        card_type=clean(card.card_type, limit=16) if card else None,
        owner_type=clean(card.owner_type, limit=16) if card else None,
        authenticated_at=reported_at(rt.clock, billing.authenticated_at),
    )


def last_digits(masked_number: str) -> str:
    """Return the last three or four digits, by which a customer recognizes a card.

    Toss's mask leaves up to eleven digits visible (``43301234****123*``), which is more than
    anyone needs and more than we may store (product §3.1).
    """
    groups = re.findall(r"\d+", masked_number)
    return groups[-1][-4:] if len(groups) > 1 else ""


async def record_failure(rt: Runtime, registration_id: str, code: str, message: str) -> None:
    """End a registration that is still open as failed."""
    async with rt.db.write() as db:
        await _close(
            rt,
            db,
            registration_id,
            RegistrationStatus.FAILED,
            failure_code=code[:80],
            failure_message=message[:200],
        )


async def record_doubt(rt: Runtime, registration_id: str) -> None:
    """Show that the outcome is unknown, while the process that claimed it goes on asking."""
    async with rt.db.write() as db:
        await update_where(
            db,
            Registration,
            col(Registration.id) == registration_id,
            col(Registration.status) == RegistrationStatus.ISSUING,
            status=RegistrationStatus.UNKNOWN,
        )


async def _record_unresolved(rt: Runtime, registration: Registration, attempt: int) -> None:
    now = rt.machine.now()
    gives_up = now - (registration.claimed_at or now) > REPEAT_FOR
    async with rt.db.write() as db:
        await update_where(
            db,
            Registration,
            col(Registration.id) == registration.id,
            col(Registration.status).in_(STILL_OPEN),
            col(Registration.attempts) == attempt,
            status=RegistrationStatus.UNKNOWN,
            lease_until=None,
            next_try_at=None if gives_up else claims.retry_at(rt, attempt),
        )
