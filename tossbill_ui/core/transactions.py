"""Collections that belong to one transaction or savepoint and are discarded if it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

_Collection = TypeVar("_Collection")


class PerTransaction(Generic[_Collection]):
    """A collection for each transaction and each savepoint.

    A rollback needs no listener: the collection of a transaction that failed is never taken.

    Args:
        make: Makes an empty collection.
    """

    def __init__(self, make: Callable[[], _Collection]) -> None:
        self._make = make

    def current(self, session: Session) -> _Collection:
        """Return the collection of the innermost savepoint, or of the transaction."""
        return self._of(session, _innermost(session))

    def take(self, session: Session) -> _Collection:
        """Remove and return that collection; an empty one if there is none."""
        return self._all(session).pop(_innermost(session), None) or self._make()

    def parent(self, session: Session) -> _Collection | None:
        """Return the collection of the innermost savepoint's parent; None outside a savepoint."""
        innermost = _innermost(session)
        parent = innermost.parent if innermost.nested else None
        return self._of(session, parent) if parent else None

    def _of(self, session: Session, transaction: SessionTransaction) -> _Collection:
        found = self._all(session)
        if transaction not in found:
            found[transaction] = self._make()
        return found[transaction]

    def _all(self, session: Session) -> dict[SessionTransaction, _Collection]:
        return session.info.setdefault(self, {})


def _innermost(session: Session) -> SessionTransaction:
    found = session.get_nested_transaction() or session.get_transaction()
    return found or session.begin()  # sends nothing to the database yet
