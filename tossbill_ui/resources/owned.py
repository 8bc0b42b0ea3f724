"""What lists of money have in common: whose rows they show, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from tossbill_ui.core.errors import InvalidRequest
from tossbill_ui.payments.models import Invoice, Payment, Refund
from tossbill_ui.subscriptions.models import Subscription

Row = TypeVar("Row", Invoice, Payment, Refund)


@dataclass(frozen=True)
class Wanted:
    """The rows that are wanted: those that meet all that is not None.

    Attributes:
        customer_id: Whose.
        subscription_id: Of this subscription.
        status: In this status; only together with one of the others, so that an index serves it.
    """

    customer_id: str | None = None
    subscription_id: str | None = None
    status: str | None = None


def select_wanted(table: type[Row], wanted: Wanted) -> SelectOfScalar[Row]:
    """Return the query for the wanted rows, without an order.

    Raises:
        InvalidRequest: The status is wanted alone.
    """
    columns, query = sa.inspect(table).columns, select(table)
    if wanted.customer_id is not None:
        query = query.where(columns["customer_id"] == wanted.customer_id)
    if wanted.subscription_id is not None:
        # A customer has few rows, and an index of their own in this order.
        owner = select(Subscription.customer_id).where(
            col(Subscription.id) == wanted.subscription_id
        )
        is_of_it = columns["subscription_id"] == wanted.subscription_id
        query = query.where(columns["customer_id"] == owner.scalar_subquery(), is_of_it)
    if wanted.status is not None:
        if wanted.customer_id is wanted.subscription_id is None:
            raise InvalidRequest("A status needs a customer or a subscription.")
        query = query.where(columns["status"] == wanted.status)
    return query
