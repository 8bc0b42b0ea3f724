"""Callbacks that run after the commit, so that whoever they wake can read the rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

from sqlalchemy import event
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.core.transactions import PerTransaction

log = logging.getLogger(__name__)

_callbacks = PerTransaction[dict[Hashable, Callable[[], None]]](dict)


def after_commit(db: AsyncSession, callback: Callable[[], None], *, key: Hashable) -> None:
    """Call something once the whole transaction is committed; a rollback discards it.

    Args:
        db: The session. A savepoint that is rolled back discards its callbacks.
        callback: Must be quick. An error in it is logged, because the commit stands.
        key: Of several callbacks with the same key only the first is called.
    """
    _callbacks.current(db.sync_session).setdefault(key, callback)


@event.listens_for(Session, "after_commit")
def _run_callbacks(session: Session) -> None:
    """Run the callbacks; SQLAlchemy also fires for savepoints, which pass theirs to the parent."""
    callbacks, parent = _callbacks.take(session), _callbacks.parent(session)
    if parent is not None:
        parent.update({key: each for key, each in callbacks.items() if key not in parent})
        return
    for callback in callbacks.values():
        try:
            callback()
        except Exception:
            log.exception("an after-commit callback failed")
