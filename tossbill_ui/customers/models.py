"""Tables of the customers domain."""

from datetime import datetime

from sqlmodel import Field

from tossbill_ui.core.db import Table, UtcDateTime


class Customer(Table, table=True):
    """Who pays.

    ``customer_key`` is how Toss knows them: random, made here once, never derived from
    anything a person could guess (Toss billing guide, customerKey). ``email`` is where notices
    go; without one they stay in the mailbox.
    """

    id: str = Field(primary_key=True, max_length=32)
    customer_key: str = Field(unique=True, max_length=50)
    email: str | None = Field(default=None, max_length=254)
    created_at: datetime = Field(sa_type=UtcDateTime)
