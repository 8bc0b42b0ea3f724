"""Tables of the audit domain."""

from datetime import datetime

from sqlmodel import Field

from tossbill_ui.core.db import Table, UtcDateTime


class AuditEntry(Table, table=True):
    """An act that an operator may have to explain later. Rows are append-only."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(max_length=40)
    customer_id: str | None = Field(default=None, max_length=32, index=True)
    subject: str = Field(max_length=80)
