"""Tables of the audit domain."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.db import Table, UtcDateTime


class AuditEntry(Table, table=True):
    """An act that an operator may have to explain later. Rows are append-only."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(max_length=40)
    customer_id: str | None = Field(default=None, max_length=32, index=True)
    subject: str = Field(max_length=80)


class SecurityEvent(Table, table=True):
    """Something that anybody on the internet can cause; kept for a while (ADR-0040).

    Attributes:
        day: The day of `at` in UTC.
        caller: A keyed hash of the caller's network and the day, so that no address is stored and
            no caller can be followed from one day to the next. Empty if unknown.
        more: The number of further events that were counted here instead of stored: those of this
            caller on that day, and on the last row of a full day those of other callers too.
    """

    __table_args__ = (sa.Index("ix_security_event_day", "day", "caller"),)

    id: int | None = Field(default=None, primary_key=True)
    day: date
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(max_length=40)
    caller: str = Field(default="", max_length=16)
    customer_id: str | None = Field(default=None, max_length=32)
    subject: str = Field(max_length=80)
    more: int = 0
