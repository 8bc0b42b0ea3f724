"""A copy of everything that is stored about one customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.audit import trail
from tossbill_ui.core.actor import Actor
from tossbill_ui.customers.service import former_ids, named
from tossbill_ui.migrations.models import metadata
from tossbill_ui.notices.models import NoticeKind
from tossbill_ui.privacy.tables import EXPORTED
from tossbill_ui.runtime import Runtime

Row = dict[str, object]


async def export(rt: Runtime, actor: Actor, name: str) -> dict[str, list[Row]]:
    """Return a customer's rows by table, oldest first, without secrets; the trail records it.

    Args:
        rt: The process's runtime.
        actor: The operator.
        name: Our id of the customer, or ``ext:`` and the shop's.

    Raises:
        NotFound: There is no such customer.
    """
    async with rt.db.write() as db:
        customer = await named(db, name)
        ids = [customer.id, *await former_ids(db, customer.id)]
        found = {table: await _rows(db, table, hidden, ids) for table, hidden in EXPORTED.items()}
        subject = f"customer {customer.id}"
        kind = "customer.exported"
        trail.add(rt, db, kind=kind, customer_id=customer.id, subject=subject, by=actor.label)
    return found


async def _rows(
    db: AsyncSession, name: str, hidden: frozenset[str], ids: Sequence[str]
) -> list[Row]:
    table = metadata.tables[name]
    shown = [column for column in table.columns if column.name not in hidden]
    is_theirs = owner_of(table).in_(ids)
    query = sa.select(*shown).where(is_theirs).order_by(*_order(table))
    rows = (await (await db.connection()).execute(query)).mappings()
    return [_without_code({str(key): _plain(value) for key, value in row.items()}) for row in rows]


def _without_code(row: Row) -> Row:
    """Return a row without the text of a mail with a code, which may still sign in."""
    return row | {"body": ""} if row.get("kind") == NoticeKind.SIGN_IN_CODE else row


def owner_of(table: sa.Table) -> sa.Column[str]:
    """Return the column that says which customer a row is about."""
    return table.c.id if table.name == "customer" else table.c.customer_id


def _order(table: sa.Table) -> list[sa.Column[object]]:
    first = next((table.c[name] for name in ("created_at", "at") if name in table.c), None)
    return [*([] if first is None else [first]), *table.primary_key]


def _plain(value: object) -> object:
    """Return a day as text; JSON has none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value
