"""Work that waits for the commit: whoever looks because of it finds the rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

from sqlalchemy import event
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.transactions import PerTransaction

log = logging.getLogger(__name__)

_works = PerTransaction[dict[Hashable, Callable[[], None]]](dict)


def after_commit(db: AsyncSession, work: Callable[[], None], *, key: Hashable) -> None:
    """Do something once the whole transaction is committed; a rollback forgets it.

    Args:
        db: The session. What was asked for inside a savepoint is forgotten with the savepoint.
        work: Quick. An error in it is logged, because the commit stands.
        key: Of several works with the same key only the first is done.
    """
    _works.current(db.sync_session).setdefault(key, work)


@event.listens_for(Session, "after_commit")
def _do(session: Session) -> None:
    """SQLAlchemy says this of savepoints too; their work becomes their parent's."""
    works, parent = _works.take(session), _works.parent(session)
    if parent is not None:
        parent.update({key: work for key, work in works.items() if key not in parent})
        return
    for work in works.values():
        try:
            work()
        except Exception:
            log.exception("work after a commit failed")
