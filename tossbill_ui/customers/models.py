"""Tables of the customers domain."""

from datetime import datetime

from sqlmodel import Field

from tossbill_ui.core.db import Table, UtcDateTime


class Customer(Table, table=True):
    """A customer.

    ``customer_key`` is their id at Toss: random, created here once, never derived from anything
    guessable (Toss billing guide, customerKey). ``email`` is the address for notices; without
    one, notices stay in the mailbox. ``language`` is that of the last page they saw, in which
    notices are written; None before the first.
    """

    id: str = Field(primary_key=True, max_length=32)
    customer_key: str = Field(unique=True, max_length=50)
    email: str | None = Field(default=None, max_length=254)
    language: str | None = Field(default=None, max_length=2)
    created_at: datetime = Field(sa_type=UtcDateTime)
