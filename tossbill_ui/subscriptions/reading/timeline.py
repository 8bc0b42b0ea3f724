"""A customer's history, merged into one order: cards, payments, refunds, changes (ADR-0019).

A page is found by its cursor, never by its number, so the last page is as fast as the first.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.ownership import is_owned
from tossbill_ui.core.scope import Task
from tossbill_ui.customers.service import former_ids
from tossbill_ui.runtime import Runtime
from tossbill_ui.subscriptions import repository
from tossbill_ui.subscriptions.models import Plan, Subscription
from tossbill_ui.subscriptions.reading.timeline_sources import (
    SOURCES,
    Cursor,
    Entry,
    PaymentLine,
    Source,
    Topic,
    read,
    refunds_by_payment,
)

PAGE_SIZE = 20
BATCH_SIZE = 500


@dataclass(frozen=True)
class Wanted:
    """A filter of lines.

    Attributes:
        topic: Only lines of this topic.
        since: Only lines from this instant on.
        until: Only lines before this instant.
        subscription_id: Only lines of this subscription, which excludes cards; any untrusted text.
    """

    topic: Topic | None = None
    since: datetime | None = None
    until: datetime | None = None
    subscription_id: str = ""


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Page:
    """A page of lines, newest first.

    Attributes:
        anchor: The cursor after which it starts; None for the newest page. The lines older than it
            are this page again, however much has happened since.
        has_older: Whether there are more lines after it.
    """

    entries: list[Entry]
    anchor: Cursor | None
    has_older: bool

    @property
    def has_newer(self) -> bool:
        """Whether there are more lines before it."""
        return self.anchor is not None


async def older(
    rt: Runtime,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    than: Cursor | None = None,
    size: int = PAGE_SIZE,
) -> Page:
    """Return the customer's lines after a cursor, or the newest; none for other actors."""
    async with rt.db.read() as db:
        found = await _read(db, actor, wanted, than, newest_first=True, limit=size + 1)
    return Page(found[:size], anchor=than, has_older=len(found) > size)


async def newer(
    rt: Runtime,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    than: Cursor,
    size: int = PAGE_SIZE,
) -> Page:
    """Return the lines just before a cursor; if they are too few, the newest page."""
    async with rt.db.read() as db:
        found = await _read(db, actor, wanted, than, newest_first=False, limit=size + 1)
    if len(found) <= size:
        return await older(rt, actor, wanted, size=size)
    return Page(found[:size][::-1], anchor=found[size].cursor, has_older=True)


async def again(
    rt: Runtime,
    actor: Actor,
    wanted: Wanted = EVERYTHING,
    *,
    anchor: Cursor | None,
    last: Cursor | None,
    size: int = PAGE_SIZE,
) -> Page:
    """Return a page as it is now, down to the line that was its last.

    New lines do not push out lines that the customer may be reading, up to a page of them.
    """
    page = await older(rt, actor, wanted, than=anchor, size=2 * size)
    kept = sum(last is not None and entry.cursor >= last for entry in page.entries)
    end = max(size, kept)
    return Page(page.entries[:end], anchor, has_older=page.has_older or len(page.entries) > end)


async def every(rt: Runtime, actor: Actor, wanted: Wanted = EVERYTHING) -> AsyncGenerator[Entry]:
    """Yield every line, newest first, loading one batch at a time."""
    page = await older(rt, actor, wanted, size=BATCH_SIZE)
    while True:
        for entry in page.entries:
            yield entry
        if not page.has_older:
            return
        last = page.entries[-1].cursor
        page = await older(rt, actor, wanted, than=last, size=BATCH_SIZE)


async def subscriptions(rt: Runtime, actor: Actor) -> Sequence[tuple[Subscription, Plan]]:
    """Return this customer's subscriptions with their plans, newest first.

    Raises:
        NeedsSignIn: The session is limited to another task.
    """
    actor.require(Task.HISTORY)
    query = (
        select(Subscription, Plan)
        .join(Plan, col(Plan.code) == col(Subscription.plan_code))
        .where(is_owned(actor, Subscription, subscription="id"))
        .order_by(col(Subscription.created_at).desc(), col(Subscription.id))
    )
    async with rt.db.read() as db:
        return [(row[0], row[1]) for row in (await db.exec(query)).all()]


async def first_at(rt: Runtime, actor: Actor) -> datetime | None:
    """Return when this customer's history begins."""
    async with rt.db.read() as db:
        found = await _read(db, actor, EVERYTHING, None, newest_first=False, limit=1)
    return found[0].cursor.at if found else None


async def _read(
    db: AsyncSession,
    actor: Actor,
    wanted: Wanted,
    beyond: Cursor | None,
    *,
    newest_first: bool,
    limit: int,
) -> list[Entry]:
    actor.require(Task.HISTORY)
    if actor.scope and not wanted.subscription_id:
        wanted = replace(wanted, subscription_id=actor.scope.subscription_id)
    if not await _may_see(db, actor, wanted):
        return []
    found: list[Entry] = []
    # What was recorded of somebody keeps their id when they are merged into this customer.
    former = () if wanted.subscription_id else await former_ids(db, actor.customer_id)
    for source in SOURCES:
        if _is_wanted(source, wanted):
            conditions = _conditions(source, [actor.customer_id, *former], wanted)
            if beyond:
                conditions.append(source.beyond(beyond, newest_first=newest_first))
            found += await read(db, source, *conditions, newest_first=newest_first, limit=limit)
    found.sort(key=lambda entry: entry.cursor, reverse=newest_first)
    return await _with_refunds(db, found[:limit])


async def _may_see(db: AsyncSession, actor: Actor, wanted: Wanted) -> bool:
    """Whether the actor may see the requested subscription or, without one, is a customer."""
    if not wanted.subscription_id:
        return bool(actor.customer_id)
    try:
        await repository.get_owned(db, actor, wanted.subscription_id)
    except NotFound:
        return False
    return True


def _is_wanted(source: Source, wanted: Wanted) -> bool:
    if wanted.subscription_id and source.topic is Topic.CARD:
        return False
    return wanted.topic in (None, source.topic)


def _conditions(
    source: Source, owners: Sequence[str], wanted: Wanted
) -> list[sa.ColumnElement[bool]]:
    """Return conditions on one owner and a span of time, for which an index has the order."""
    columns = sa.inspect(source.table).columns
    owner = (
        columns["subscription_id"] == wanted.subscription_id
        if wanted.subscription_id
        # An index has the order of one owner only.
        else columns["customer_id"] == owners[0]
        if len(owners) == 1
        else columns["customer_id"].in_(owners)
    )
    span = [source.at >= wanted.since] if wanted.since else []
    span += [source.at < wanted.until] if wanted.until else []
    return [owner, *span]


async def _with_refunds(db: AsyncSession, entries: list[Entry]) -> list[Entry]:
    lines = [entry.line for entry in entries if isinstance(entry.line, PaymentLine)]
    refunded = [line.payment.id for line in lines if line.payment.refunded_krw]
    refunds = await refunds_by_payment(db, refunded)
    return [
        replace(entry, line=replace(entry.line, refunds=refunds[entry.line.payment.id]))
        if isinstance(entry.line, PaymentLine) and entry.line.payment.id in refunds
        else entry
        for entry in entries
    ]
