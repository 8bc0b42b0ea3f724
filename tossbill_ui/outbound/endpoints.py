"""What operators and API keys do with endpoints. Every act goes to the audit trail."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.errors import InvalidRequest, NotFound
from tossbill_ui.core.text import clean, is_id
from tossbill_ui.events import reader
from tossbill_ui.events.types import EventType
from tossbill_ui.outbound import endpoint_secrets
from tossbill_ui.outbound.address_guard import checked_url
from tossbill_ui.outbound.models import (
    NOTE_LENGTH,
    EndpointState,
    WebhookDelivery,
    WebhookEndpoint,
)
from tossbill_ui.runtime import Runtime

# Each event is read, signed and sent once for each of them.
MOST = 20
NO_SUCH = "There is no such webhook endpoint."


async def create(
    rt: Runtime,
    actor: Actor,
    *,
    url: str,
    types: Sequence[str] = (),
    note: str = "",
    id: str = "",
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint, which gets the events from now on.

    Args:
        rt: The process's runtime.
        actor: An operator or an API key.
        url: Where to post; https, in a sandbox also http to this machine.
        types: Event types; none for all of them.
        note: A note for people, cut to 200 characters.
        id: The id that it gets; 32 hex characters, or empty for a new one.

    Returns:
        The endpoint and its secret, which is not shown again.

    Raises:
        InvalidRequest: The URL or a type is not valid, or there are 20 endpoints.
    """
    endpoint_id = id or new_id()
    secret, sealed = endpoint_secrets.seal_new(rt, endpoint_id)
    endpoint = WebhookEndpoint(
        id=endpoint_id,
        url=checked_url(url, rt.settings.mode),
        types=checked_types(types),
        secret_sealed=sealed,
        note=clean(note, limit=NOTE_LENGTH),
        created_at=rt.clock.now(),
        seq=0,
    )
    async with rt.db.write() as db:
        if (await db.exec(select(func.count()).select_from(WebhookEndpoint))).one() >= MOST:
            raise InvalidRequest(f"There are {MOST} webhook endpoints already.")
        endpoint.seq = await reader.newest(db)
        db.add(endpoint)
        audit(rt, db, actor, "created", endpoint_id)
    return endpoint, secret


def checked_types(types: Sequence[str]) -> list[str]:
    """Return event types, each once, in the order of the documentation.

    Raises:
        InvalidRequest: There is no such type.
    """
    if unknown := sorted(set(types) - set(EventType)):
        raise InvalidRequest(f"There is no event type {clean(unknown[0], limit=40)}.")
    return [type_.value for type_ in EventType if type_ in types]


async def list_endpoints(rt: Runtime) -> Sequence[WebhookEndpoint]:
    """Return every endpoint, oldest first."""
    oldest = col(WebhookEndpoint.created_at), col(WebhookEndpoint.id)
    async with rt.db.read() as db:
        return (await db.exec(select(WebhookEndpoint).order_by(*oldest))).all()


async def last_failure(rt: Runtime, endpoint_id: str) -> str:
    """Return why the newest event that an endpoint has not accepted was not.

    Returns:
        The status, as ``HTTP 500``, or a code of `SendError`; empty if nothing has failed.
    """
    has_failed = col(WebhookDelivery.done_at).is_(None), col(WebhookDelivery.tries) > 0
    query = select(WebhookDelivery.last_status, WebhookDelivery.last_error).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id, *has_failed
    )
    async with rt.db.read() as db:
        newest = query.order_by(col(WebhookDelivery.event_seq).desc()).limit(1)
        status, error = (await db.exec(newest)).first() or (None, "")
    return f"HTTP {status}" if status else error


async def get(rt: Runtime, endpoint_id: str) -> WebhookEndpoint:
    """Return an endpoint.

    Raises:
        NotFound: There is none of that id.
    """
    async with rt.db.read() as db:
        return await find(db, endpoint_id)


async def update(
    rt: Runtime,
    actor: Actor,
    endpoint_id: str,
    *,
    url: str | None = None,
    types: Sequence[str] | None = None,
    note: str | None = None,
    state: EndpointState | None = None,
) -> WebhookEndpoint:
    """Change an endpoint; None leaves a value as it is.

    Turned on, it gets the events from now on, and the deliveries that were open when it was turned
    off; `replay` brings the others. Turning on what is on changes nothing.

    Raises:
        NotFound: There is none of that id.
        InvalidRequest: The URL or a type is not valid, or the state is neither on nor off.
    """
    if state is EndpointState.FAILING:
        raise InvalidRequest("An endpoint can be turned on or off.")
    async with rt.db.write() as db:
        endpoint = await find(db, endpoint_id, locked=True)
        if url is not None:
            endpoint.url = checked_url(url, rt.settings.mode)
        if types is not None:
            endpoint.types = checked_types(types)
        if note is not None:
            endpoint.note = clean(note, limit=NOTE_LENGTH)
        await _turn(db, endpoint, state)
        what = f"turned {state}" if state else "changed"
        audit(rt, db, actor, "updated", f"{endpoint_id} {what}")
    return endpoint


async def _turn(db: AsyncSession, endpoint: WebhookEndpoint, state: EndpointState | None) -> None:
    if state is EndpointState.OFF:
        endpoint.state = EndpointState.OFF
        endpoint.replay_after = endpoint.replay_to = None
    if state is EndpointState.ON and endpoint.is_off:
        endpoint.state, endpoint.failing_since = EndpointState.ON, None
        endpoint.seq = await reader.newest(db)


async def delete(rt: Runtime, actor: Actor, endpoint_id: str) -> None:
    """Delete an endpoint and its deliveries.

    Raises:
        NotFound: There is none of that id.
    """
    async with rt.db.write() as db:
        endpoint = await find(db, endpoint_id, locked=True)
        of_it = col(WebhookDelivery.endpoint_id) == endpoint_id
        await (await db.connection()).execute(sa.delete(WebhookDelivery).where(of_it))
        await db.delete(endpoint)
        audit(rt, db, actor, "deleted", endpoint_id)


async def rotate_secret(rt: Runtime, actor: Actor, endpoint_id: str) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret; for 24 hours the old one signs beside it.

    Returns:
        The endpoint and its new secret, which is not shown again.

    Raises:
        NotFound: There is none of that id.
    """
    async with rt.db.write() as db:
        endpoint = await find(db, endpoint_id, locked=True)
        secret = endpoint_secrets.replace(rt, endpoint)
        audit(rt, db, actor, "secret_rotated", endpoint_id)
    return endpoint, secret


async def find(db: AsyncSession, endpoint_id: str, *, locked: bool = False) -> WebhookEndpoint:
    """Return an endpoint within the caller's transaction.

    Raises:
        NotFound: There is none of that id.
    """
    if not is_id(endpoint_id):
        raise NotFound(NO_SUCH)
    found = await db.get(WebhookEndpoint, endpoint_id, with_for_update=locked)
    if found is None:
        raise NotFound(NO_SUCH)
    return found


def audit(rt: Runtime, db: AsyncSession, actor: Actor, act: str, subject: str) -> None:
    """Add a line to the audit trail within the caller's transaction."""
    kind = f"webhook_endpoint.{act}"
    trail.add(rt, db, kind=kind, customer_id=None, subject=subject, by=actor.label)
