"""Counts the codes that are asked for: of an address, of a caller, and of all callers (ADR-0047).

Once all callers together have used up an hour, attempts at addresses of nobody are not stored any
more, so that strangers fill no table. Nothing may tell those from the others then: no request is
refused and a wrong code ends its attempt, until nothing of that hour counts any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.customers.models import CodePurpose, SignInCode
from tossbill_ui.runtime import Runtime

MAILS_TO_AN_ADDRESS, IN_ALL = 5, 1000
COUNTED_FOR = timedelta(hours=1)
CALLER, CALLER_LENGTH = "code_caller", 16


async def are_left(
    rt: Runtime, db: AsyncSession, *, email: str, caller: str, of: Sequence[CodePurpose]
) -> bool:
    """Whether this hour has codes left for an address and a caller.

    Those for addresses of nobody count as well.

    Args:
        rt: The process's runtime.
        db: Any transaction.
        email: The address.
        caller: The network that asks.
        of: The purposes that count.
    """
    is_address = col(SignInCode.email) == email
    is_caller = col(SignInCode.caller).in_(callers(rt, caller))
    query = select(
        sa.func.count(sa.case((is_address, 1))), sa.func.count(sa.case((is_caller, 1)))
    ).where(
        sa.or_(is_address, is_caller),
        col(SignInCode.purpose).in_(of),
        col(SignInCode.created_at) > rt.machine.now() - COUNTED_FOR,
    )
    of_address, of_caller = (await db.exec(query)).one()
    return of_address < MAILS_TO_AN_ADDRESS and of_caller < rt.settings.tossbill_limit_codes


async def are_used_up(
    rt: Runtime, db: AsyncSession, purpose: CodePurpose, *, hours: int = 1
) -> bool:
    """Whether the codes of all callers are used up, or have just been.

    Args:
        rt: The process's runtime.
        db: Any transaction.
        purpose: Which codes.
        hours: 1 for this hour; 2 to include every hour that has ended within this one.
    """
    since = rt.machine.now() - hours * COUNTED_FOR
    some = (
        select(SignInCode.id)
        .where(col(SignInCode.purpose) == purpose, col(SignInCode.created_at) > since)
        .limit(IN_ALL)
        .subquery()
    )
    return (await db.exec(select(sa.func.count()).select_from(some))).one() >= IN_ALL


def callers(rt: Runtime, caller: str) -> list[str]:
    """Return the hashes of a caller, today's first: an hour may have begun on the day before.

    They change every day, so that no caller can be followed from one to the next.
    """
    now = rt.machine.now()
    days = (now.date(), (now - COUNTED_FOR).date())
    return [rt.signer.token(CALLER, f"{day}.{caller}")[:CALLER_LENGTH] for day in days]
