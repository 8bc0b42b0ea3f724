"""Cursor lists: every page continues the same order, which an index has."""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.db import Table, UtcDateTime
from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.resources.base import Resource

USUAL, MOST = 20, 100
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
# Until the year 5138.
PLACE = re.compile(r"(\d{1,17})\.([0-9a-f]{32})", re.ASCII)
LONGEST_CURSOR = 200

Row = TypeVar("Row", bound=Table)
Item = TypeVar("Item", bound=Resource)


@dataclass(frozen=True)
class Window:
    """The part of a list that is wanted.

    Attributes:
        limit: The number of items, 1 to `MOST`.
        after: The cursor that the page before ended with; untrusted.
    """

    limit: int = USUAL
    after: str | None = None


class Page(Resource, Generic[Item]):
    """A page of a list."""

    data: list[Item]
    """The items, in the list's order."""

    next: str | None
    """The cursor for `after` of the next page; null on the last one."""


def pack(place: str) -> str:
    """Return a place in a list as a cursor."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def unpack(cursor: str, form: re.Pattern[str]) -> re.Match[str]:
    """Return the place that a cursor stands for.

    Raises:
        InvalidRequest: It is no cursor of such a list.
    """
    try:
        padded = cursor[:LONGEST_CURSOR] + "=" * (-len(cursor) % 4)
        place = form.fullmatch(urlsafe_b64decode(padded.encode()).decode())
    except (binascii.Error, ValueError):
        place = None
    if place is None or pack(place[0]) != cursor:
        raise InvalidRequest("This is not a cursor of this list.")
    return place


async def newest_first(
    db: AsyncSession, query: SelectOfScalar[Row], table: type[Row], window: Window
) -> tuple[Sequence[Row], str | None]:
    """Return a page of a query's rows, newest first, and the cursor of the next one.

    Args:
        db: Any transaction.
        query: The rows, with their conditions and without an order.
        table: Their table, with ``created_at`` and ``id``.
        window: The part that is wanted.

    Raises:
        InvalidRequest: The cursor is none.
    """
    columns = sa.inspect(table).columns
    at, key = columns["created_at"], columns["id"]
    if window.after is not None:
        since = sa.literal(_instant(place := unpack(window.after, PLACE)), UtcDateTime)
        query = query.where(sa.tuple_(at, key) < sa.tuple_(since, sa.literal(place[2])))
    query = query.order_by(at.desc(), key.desc()).limit(window.limit + 1)
    return cut((await db.exec(query)).all(), window, _place)


def cut(
    found: Sequence[Row], window: Window, place: Callable[[Row], str]
) -> tuple[Sequence[Row], str | None]:
    """Return the rows of a page, of which one more was read, and the cursor of the next one."""
    rows = found[: window.limit]
    return rows, pack(place(rows[-1])) if len(found) > window.limit else None


def _place(row: Table) -> str:
    at: datetime = row.created_at  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownVariableType] - checked by `newest_first`
    return f"{(at - EPOCH) // MICROSECOND}.{row.id}"  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]


def _instant(place: re.Match[str]) -> datetime:
    return EPOCH + int(place[1]) * MICROSECOND
