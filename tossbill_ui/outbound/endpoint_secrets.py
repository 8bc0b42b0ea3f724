"""The secrets of endpoints: one that signs, and for a day after a rotation the one before it."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, or_, select

from tossbill_ui.outbound.models import WebhookEndpoint
from tossbill_ui.outbound.signing import new_secret
from tossbill_ui.runtime import Runtime

BOTH_SIGN_FOR = timedelta(hours=24)


def secret_context(endpoint_id: str) -> str:
    """Return the encryption context of an endpoint's secret."""
    return f"webhook_endpoint.secret:{endpoint_id}"


def old_secret_context(endpoint_id: str) -> str:
    """Return the encryption context of the secret before it."""
    return f"webhook_endpoint.old_secret:{endpoint_id}"


def seal_new(rt: Runtime, endpoint_id: str) -> tuple[str, str]:
    """Return a new secret, and the same encrypted for its endpoint."""
    secret = new_secret()
    return secret, rt.cipher.encrypt(secret, context=secret_context(endpoint_id))


def replace(rt: Runtime, endpoint: WebhookEndpoint) -> str:
    """Give an endpoint a new secret and return it; the old one signs beside it for a day."""
    old = newest(rt, endpoint)
    endpoint.old_secret_sealed = rt.cipher.encrypt(old, context=old_secret_context(endpoint.id))
    endpoint.old_secret_until = rt.machine.now() + BOTH_SIGN_FOR
    secret, endpoint.secret_sealed = seal_new(rt, endpoint.id)
    return secret


def newest(rt: Runtime, endpoint: WebhookEndpoint) -> str:
    """Return the secret of an endpoint.

    Raises:
        Undecryptable: The encryption key is missing.
    """
    return rt.cipher.decrypt(endpoint.secret_sealed, context=secret_context(endpoint.id))


def signing(rt: Runtime, endpoint: WebhookEndpoint) -> list[str]:
    """Return the secrets that sign now, the newest first.

    Raises:
        Undecryptable: The encryption key is missing.
    """
    old, until = endpoint.old_secret_sealed, endpoint.old_secret_until
    if not old or not until or until <= rt.machine.now():
        return [newest(rt, endpoint)]
    context = old_secret_context(endpoint.id)
    return [newest(rt, endpoint), rt.cipher.decrypt(old, context=context)]


async def reseal(rt: Runtime) -> int:
    """Re-encrypt the secrets with the newest key; return how many changed. Safe to repeat."""
    current = f"{rt.cipher.version}."
    sealed, old_sealed = col(WebhookEndpoint.secret_sealed), col(WebhookEndpoint.old_secret_sealed)
    is_old = or_(~sealed.startswith(current), ~old_sealed.startswith(current))
    changed = 0
    async with rt.db.write() as db:
        for row in (await db.exec(select(WebhookEndpoint).where(is_old).with_for_update())).all():
            row.secret_sealed = _again(rt, row.secret_sealed, secret_context(row.id))
            changed += 1
            if row.old_secret_sealed:
                context = old_secret_context(row.id)
                row.old_secret_sealed = _again(rt, row.old_secret_sealed, context)
                changed += 1
    return changed


def _again(rt: Runtime, sealed: str, context: str) -> str:
    return rt.cipher.encrypt(rt.cipher.decrypt(sealed, context=context), context=context)
