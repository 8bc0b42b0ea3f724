"""Has events sent again: the worker plans them, batch by batch, as it plans new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.events import reader
from tossbill_ui.outbound.endpoints import audit, find
from tossbill_ui.runtime import Runtime


@dataclass(frozen=True)
class Replay:
    """Events that are sent again.

    Attributes:
        first: The number of the first event; 0 if there is none.
        last: The number of the last one.
        count: How many there are that the endpoint gets.
    """

    first: int = 0
    last: int = 0
    count: int = 0


async def replay(
    rt: Runtime,
    actor: Actor,
    endpoint_id: str,
    *,
    since: int | datetime,
    until: int | datetime | None = None,
) -> Replay:
    """Have events sent again, whether they were accepted or not, within seconds.

    A delivery that is open begins anew. Asking twice before they are sent is as asking once; what
    an earlier call asked for, and is not planned yet, is asked for by this one too.

    Args:
        rt: The process's runtime.
        actor: An operator or an API key.
        endpoint_id: The endpoint.
        since: The number of the first event, or the first instant on the shop's clock.
        until: The number of the last event, or the instant after it; None for the newest one.

    Raises:
        NotFound: There is none of that id.
        InvalidRequest: The endpoint is off.
    """
    async with rt.db.write() as db:
        endpoint = await find(db, endpoint_id, locked=True)
        if endpoint.is_off:
            raise InvalidRequest("The endpoint is off: turn it on first.")
        first, last = await _numbers(db, endpoint.types, since, until)
        count = await reader.count(db, endpoint.types, first=first, last=last)
        if count:
            after, to = endpoint.replay_after, endpoint.replay_to
            endpoint.replay_after = first - 1 if after is None else min(after, first - 1)
            endpoint.replay_to = max(last, to or 0)
        audit(rt, db, actor, "replayed", f"{endpoint_id} {first} to {last}")
    return Replay(first, last, count) if count else Replay()


async def _numbers(
    db: AsyncSession,
    types: Sequence[str],
    since: int | datetime,
    until: int | datetime | None,
) -> tuple[int, int]:
    """Return the numbers of the first and the last event; none lies between 1 and 0."""
    first, last = 1, await reader.newest(db)
    if isinstance(since, datetime):
        found = await reader.numbers_within(db, types, since=since)
        first = found[0] if found else last + 1
    else:
        first = max(since, 1)
    if isinstance(until, datetime):
        found = await reader.numbers_within(db, types, until=until)
        last = found[1] if found else 0
    elif until is not None:
        last = min(until, last)
    return first, last
