"""Reads the notices that were written."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import col, select

from tossbill_ui.notices.models import Notice
from tossbill_ui.runtime import Runtime


async def newest(rt: Runtime, *, limit: int) -> Sequence[Notice]:
    """Return the newest notices of all customers, newest first, delivered or not."""
    query = select(Notice).order_by(col(Notice.created_at).desc(), col(Notice.id)).limit(limit)
    async with rt.db.read() as db:
        return (await db.exec(query)).all()
