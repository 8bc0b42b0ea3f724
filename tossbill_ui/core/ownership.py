"""The rows that an actor's session reaches, as a condition of queries."""

from __future__ import annotations

import sqlalchemy as sa

from tossbill_ui.core.actor import Actor
from tossbill_ui.core.db import Table


def is_owned(
    actor: Actor, table: type[Table], *, subscription: str = "subscription_id"
) -> sa.ColumnElement[bool]:
    """Return the condition for the rows of an actor's customer, within their session's scope.

    Args:
        actor: A customer; other actors own nothing.
        table: A table with a ``customer_id``.
        subscription: The column with the id of the row's subscription.
    """
    columns = sa.inspect(table).columns
    is_theirs = columns["customer_id"] == actor.customer_id
    if actor.scope is None:
        return is_theirs
    return sa.and_(is_theirs, columns[subscription] == actor.scope.subscription_id)
