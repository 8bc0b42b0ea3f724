"""Re-encrypts stored secrets with the newest encryption key."""

from __future__ import annotations

from sqlmodel import col, select

from tossbill_ui.payment_methods.issuing import auth_key_context, billing_key_context
from tossbill_ui.payment_methods.models import PaymentMethod, Registration
from tossbill_ui.runtime import Runtime

BATCH_SIZE = 200


async def rotate(rt: Runtime) -> int:
    """Re-encrypt every billing key and authKey with the newest key; return how many changed.

    Works in small transactions beside a running app, and may be interrupted and run again.
    """
    return await _rotate_billing_keys(rt) + await _rotate_auth_keys(rt)


def _reseal(rt: Runtime, sealed: str, context: str) -> str:
    return rt.cipher.encrypt(rt.cipher.decrypt(sealed, context=context), context=context)


async def _rotate_billing_keys(rt: Runtime) -> int:
    column = col(PaymentMethod.billing_key_sealed)
    old = select(PaymentMethod).where(column.is_not(None), ~column.startswith(_current(rt)))
    changed = 0
    while True:
        async with rt.db.write() as db:
            rows = (await db.exec(old.limit(BATCH_SIZE))).all()
            for row in rows:
                sealed = row.billing_key_sealed or ""
                row.billing_key_sealed = _reseal(rt, sealed, billing_key_context(row.id))
                db.add(row)
        changed += len(rows)
        if len(rows) < BATCH_SIZE:
            return changed


async def _rotate_auth_keys(rt: Runtime) -> int:
    column = col(Registration.auth_key_sealed)
    old = select(Registration).where(column.is_not(None), ~column.startswith(_current(rt)))
    async with rt.db.write() as db:
        rows = (await db.exec(old)).all()
        for row in rows:
            row.auth_key_sealed = _reseal(rt, row.auth_key_sealed or "", auth_key_context(row.id))
            db.add(row)
    return len(rows)


def _current(rt: Runtime) -> str:
    return f"{rt.cipher.version}."
