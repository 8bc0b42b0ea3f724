"""The outcome of charging a card or account at a given time."""

import sqlite3
from datetime import datetime, timedelta

from tossbill_sandbox.cards.accounts import Account
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME, Card, Persona
from tossbill_sandbox.store.clock import KST, plus

PAYDAYS = (10, 25)
THREE_DAYS = timedelta(days=3)
Method = Card | Account


def method_of(text: str) -> Method:
    """Deserialize the card or account of a billing key or payment."""
    return Account.from_json(text) or Card.from_json(text)


def decline_of(key: sqlite3.Row, now: datetime) -> str | None:
    """Return the code that declines a charge of this billing key now, or None.

    Args:
        key: A row of ``billing_key``.
        now: The current time, on the sandbox's clock.
    """
    method = method_of(key["card"])
    if isinstance(method, Card) and _has_expired(method, now):
        return "INVALID_CARD_EXPIRATION"
    persona = PERSONAS_BY_NAME.get(key["persona"])
    if persona is None or not _declines(persona, key, now):
        return None
    if isinstance(method, Account) and persona.charge_code == "REJECT_CARD_PAYMENT":
        return "REJECT_ACCOUNT_PAYMENT"
    return persona.charge_code


def pays_from(persona: Persona, issued_at: datetime) -> datetime | None:
    """Return when a persona's charges start to succeed, if that depends on a date."""
    match persona.until:
        case "month":
            return _midnight(plus(issued_at.astimezone(KST).replace(day=1), months=1))
        case "three_days":
            return issued_at + THREE_DAYS
        case "payday":
            return _next_payday(issued_at)
        case _:
            return None


def _declines(persona: Persona, key: sqlite3.Row, now: datetime) -> bool:
    if persona.charge_code is None or key["approved"] < persona.approves_first:
        return False
    if persona.declines_first is not None:
        return key["declined"] < persona.declines_first
    begins = pays_from(persona, datetime.fromisoformat(key["created_at"]))
    return begins is None or now < begins


def _has_expired(card: Card, now: datetime) -> bool:
    return card.valid_until is not None and f"{now.astimezone(KST):%Y-%m}" > card.valid_until


def _next_payday(instant: datetime) -> datetime:
    day = instant.astimezone(KST)
    paydays = [day.replace(day=number) for number in PAYDAYS if number > day.day]
    return _midnight(paydays[0] if paydays else plus(day.replace(day=PAYDAYS[0]), months=1))


def _midnight(instant: datetime) -> datetime:
    day = instant.astimezone(KST)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)
