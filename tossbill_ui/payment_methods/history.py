"""What the customer sees of the past: registrations now, payments beside them later."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.customers.session import Session
from tossbill_ui.payment_methods import repository
from tossbill_ui.payment_methods.registration import Outcome
from tossbill_ui.payment_methods.repository import HistoryFilter
from tossbill_ui.runtime import Runtime

PAGE_SIZE = 10


@dataclass(frozen=True)
class HistoryPage:
    """One page of the history.

    Attributes:
        outcomes: Newest first, at most `PAGE_SIZE`.
        number: This page, from 1.
        pages: How many there are, at least 1.
        total: How many rows all pages have.
    """

    outcomes: list[Outcome]
    number: int
    pages: int
    total: int


async def history(
    rt: Runtime, session: Session | None, *, kind: str = "all", page: int = 1
) -> HistoryPage:
    """Return a page of this customer's history; numbers out of range mean the nearest page.

    Args:
        rt: The process's runtime.
        session: Who asks; nobody sees nothing.
        kind: A `HistoryFilter` value; anything else means all.
        page: From 1.
    """
    chosen = HistoryFilter(kind) if kind in set(HistoryFilter) else HistoryFilter.ALL
    customer_id = session.customer_id if session else ""
    async with rt.db.read() as db:

        async def rows_of(number: int) -> tuple[list[Outcome], int]:
            found, total = await repository.history(
                db,
                customer_id=customer_id,
                kind=chosen,
                offset=(number - 1) * PAGE_SIZE,
                limit=PAGE_SIZE,
            )
            return [Outcome(*row) for row in found], total

        number = max(1, page)
        outcomes, total = await rows_of(number)
        pages = max(1, -(-total // PAGE_SIZE))
        if number > pages:
            number = pages
            outcomes, total = await rows_of(number)
    return HistoryPage(outcomes, number, pages, total)
