"""Mailed codes: they sign in the customers who verified an address, or verify one (ADR-0047).

A code belongs to the attempt that asked for it, whose id only the asking browser has, so a code
that somebody reads over a shoulder opens nothing in another browser. An attempt at an address that
nobody verified is stored, counted and answered like any other, so that answers tell nothing; only
its mail is missing. Of a flood of those not all are stored (`code_counts`).

Times are the machine's: a sandbox whose clock jumps must not expire a code.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import TossbillError
from tossbill_ui.core.language import Language
from tossbill_ui.core.mail_address import checked, folded
from tossbill_ui.core.text import is_id
from tossbill_ui.customers import code_counts, code_mail
from tossbill_ui.customers.code_mail import CodeMail
from tossbill_ui.customers.models import CodePurpose, Customer, SignInCode
from tossbill_ui.runtime import Runtime

VALID_FOR = timedelta(minutes=10)
TRIES = 5
DIGITS, CODE = 6, "mailed_code"
# Typed with a space in the middle, or with the wide digits of a Korean or Japanese keyboard.
SEPARATORS = re.compile(r"[\s-]+")
# Any fixed number: the PostgreSQL advisory lock under which codes are counted and stored.
COUNT_LOCK = 7_055_113


class TooMany(TossbillError):
    """This address, this caller or all callers have asked for as many codes as an hour allows."""

    code = "too_many_codes"


class WrongCode(TossbillError):
    """The code is not the one of this attempt.

    Attributes:
        tries_left: How many more codes may be typed for it.
    """

    code = "wrong_code"

    def __init__(self, *, tries_left: int) -> None:
        super().__init__("This is not the code of this attempt.")
        self.tries_left = tries_left


class CodeOver(TossbillError):
    """The attempt is expired, spent, used up or unknown: another code is needed."""

    code = "code_over"


@dataclass(frozen=True)
class Redeemed:
    """A code that was right.

    Attributes:
        customers: Who verified the address, the oldest first.
        chosen: The customer to sign in; None if there are several and the caller named none of
            them. Nothing is spent then, and the same code is to be sent again with a choice.
    """

    customers: Sequence[Customer]
    chosen: Customer | None


async def request(rt: Runtime, *, email: str, caller: str, language: Language) -> str:
    """Mail a code to the customers who verified an address, if there are any.

    The answer is the same if there are none.

    Args:
        rt: The process's runtime.
        email: The address as typed; untrusted.
        caller: The network that asks; stored as a keyed hash.
        language: The language of the page.

    Returns:
        The id of the attempt, for the asking browser alone.

    Raises:
        NoMailAddress: The text is not a valid email address.
        TooMany: An hour's codes for this address, this caller or all callers are used up.
    """
    return await _ask(rt, _Ask(CodePurpose.SIGN_IN, folded(checked(email)), caller, language))


async def request_verification(
    rt: Runtime, *, customer_id: str, email: str, caller: str, language: Language
) -> str:
    """Mail a code that verifies an address as one customer's; the arguments are as in `request`.

    Args:
        rt: The process's runtime.
        customer_id: The customer in whose session the code must be typed.
        email: Their address.
        caller: The network that asks.
        language: The language of the page.

    Returns:
        The id of the attempt.

    Raises:
        NoMailAddress: The text is not a valid email address.
        TooMany: An hour's codes for this address, this caller or all callers are used up.
    """
    address = folded(checked(email))
    return await _ask(rt, _Ask(CodePurpose.VERIFY, address, caller, language, customer_id))


async def redeem(rt: Runtime, attempt_id: str, code: str, *, customer_id: str = "") -> Redeemed:
    """Spend the code of an attempt to sign in.

    Args:
        rt: The process's runtime.
        attempt_id: What `request` returned; untrusted.
        code: The code as typed; untrusted.
        customer_id: The chosen customer, if several have the address; untrusted.

    Raises:
        WrongCode: It is another code, or nobody verified the address.
        CodeOver: The attempt is over, or a wrong code has ended it; see `code_counts`.
    """
    tried = await count_try(rt, attempt_id, CodePurpose.SIGN_IN)
    async with rt.db.write() as db:
        customers = await _verified(db, tried.email)
        if is_right(rt, tried, code) and customers:
            named = [each for each in customers if each.id == customer_id]
            chosen = customers[0] if len(customers) == 1 else next(iter(named), None)
            await (spend(rt, db, tried) if chosen else _give_back(db, tried))
            return Redeemed(customers, chosen)
        if ends := await _hides(rt, db):
            await spend(rt, db, tried)
    if ends:
        raise CodeOver("A wrong code has ended this attempt.")
    raise WrongCode(tries_left=TRIES - tried.tries)


async def count_try(rt: Runtime, attempt_id: str, purpose: CodePurpose) -> SignInCode:
    """Count a try in a transaction of its own, and return the attempt as it is then.

    Only after that is a code compared: tries in parallel are as many as those one after another.

    Raises:
        CodeOver: The attempt is over.
    """
    conditions = (
        col(SignInCode.id) == attempt_id,
        col(SignInCode.purpose) == purpose,
        col(SignInCode.tries) < TRIES,
        col(SignInCode.spent_at).is_(None),
        col(SignInCode.expires_at) > rt.machine.now(),
    )
    tries = col(SignInCode.tries) + 1
    async with rt.db.write() as db:
        if not is_id(attempt_id) or not await update_where(
            db, SignInCode, *conditions, tries=tries
        ):
            raise CodeOver("This attempt is over.")
        return await db.get_one(SignInCode, attempt_id)


async def last_verification(db: AsyncSession, *, customer_id: str, email: str) -> SignInCode | None:
    """Return the last attempt of a customer to verify an address; only its code counts."""
    query = (
        select(SignInCode)
        .where(
            col(SignInCode.purpose) == CodePurpose.VERIFY,
            col(SignInCode.customer_id) == customer_id,
            col(SignInCode.email) == folded(email),
        )
        .order_by(col(SignInCode.created_at).desc(), col(SignInCode.id))
        .limit(1)
    )
    return (await db.exec(query)).first()


def is_open(rt: Runtime, attempt: SignInCode) -> bool:
    """Whether a code may still be typed for an attempt."""
    is_used_up = attempt.spent_at is not None or attempt.tries >= TRIES
    return not is_used_up and attempt.expires_at > rt.machine.now()


def is_right(rt: Runtime, attempt: SignInCode, typed: str) -> bool:
    """Whether a typed text is the attempt's code; compares in constant time."""
    code = SEPARATORS.sub("", unicodedata.normalize("NFKC", typed[:40]))
    return rt.signer.verifies(attempt.code_hash, CODE, f"{attempt.id}.{code}")


async def spend(rt: Runtime, db: AsyncSession, attempt: SignInCode) -> None:
    """End an attempt whose code was right, in the caller's transaction.

    Raises:
        CodeOver: Another request has just spent it.
    """
    is_open = col(SignInCode.spent_at).is_(None)
    this = col(SignInCode.id) == attempt.id
    if not await update_where(db, SignInCode, this, is_open, spent_at=rt.machine.now()):
        raise CodeOver("This attempt is over.")


async def _give_back(db: AsyncSession, attempt: SignInCode) -> None:
    """Uncount the try with a right code that waits for a choice."""
    tries = col(SignInCode.tries) - 1
    await update_where(db, SignInCode, col(SignInCode.id) == attempt.id, tries=tries)


@dataclass(frozen=True)
class _Ask:
    purpose: CodePurpose
    email: str
    caller: str
    language: Language
    customer_id: str | None = None


async def _ask(rt: Runtime, ask: _Ask) -> str:
    # Read first: a flood takes no turns of the database's writers.
    async with rt.db.read() as db:
        await _may_store(rt, db, ask)
    async with rt.db.write() as db:
        if not rt.db.is_sqlite:
            await db.exec(select(sa.func.pg_advisory_xact_lock(COUNT_LOCK)))
        is_stored = await _may_store(rt, db, ask)
        row, code = _draw(rt, ask)
        customer_id = ask.customer_id or await _oldest(db, ask.email)
        if customer_id is None and await code_counts.are_used_up(rt, db, ask.purpose):
            is_stored = False
        if is_stored:
            db.add(row)
        if is_stored and customer_id:
            mail = CodeMail(row=row, customer_id=customer_id, code=code, language=ask.language)
            code_mail.current()(rt, db, mail)
    return row.id


async def _may_store(rt: Runtime, db: AsyncSession, ask: _Ask) -> bool:
    """Whether an attempt that is to be mailed may be stored.

    Raises:
        TooMany: It may not, and saying so tells nothing about the address.
    """
    hides, verifies = await _hides(rt, db), ask.purpose is CodePurpose.VERIFY
    # Usually all count. A refusal to verify must not tell which attempts to sign in are stored.
    of = [ask.purpose] if hides and verifies else list(CodePurpose)
    are_left = await code_counts.are_left(rt, db, email=ask.email, caller=ask.caller, of=of)
    if verifies and await code_counts.are_used_up(rt, db, ask.purpose):
        are_left = False
    if are_left or (hides and not verifies):
        return are_left
    raise TooMany("An hour's codes are used up.")


async def _hides(rt: Runtime, db: AsyncSession) -> bool:
    """Whether some attempts to sign in are not stored, or were not lately: nothing may tell."""
    return await code_counts.are_used_up(rt, db, CodePurpose.SIGN_IN, hours=2)


def _draw(rt: Runtime, ask: _Ask) -> tuple[SignInCode, str]:
    attempt_id, now = new_id(), rt.machine.now()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = SignInCode(
        id=attempt_id,
        purpose=ask.purpose,
        email=ask.email,
        customer_id=ask.customer_id,
        code_hash=rt.signer.token(CODE, f"{attempt_id}.{code}"),
        caller=code_counts.callers(rt, ask.caller)[0],
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    return row, code


async def _oldest(db: AsyncSession, email: str) -> str | None:
    customers = await _verified(db, email)
    return customers[0].id if customers else None


async def _verified(db: AsyncSession, email: str) -> Sequence[Customer]:
    """Return the customers whom an address signs in: neither blocked nor merged, oldest first."""
    query = (
        select(Customer)
        .where(
            col(Customer.verified_email) == email,
            col(Customer.blocked_at).is_(None),
            col(Customer.merged_into).is_(None),
        )
        .order_by(col(Customer.created_at), col(Customer.id))
    )
    return (await db.exec(query)).all()
