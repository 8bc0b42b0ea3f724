"""Tables of API keys and of what was commanded with them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from tossbill_ui.core.db import Leased, Table, UtcDateTime


class ApiKey(Table, table=True):
    """A key of one of the shop's programs.

    Attributes:
        name: What the shop calls the program, for the audit trail.
        prefix: The beginning of the key, by which a person recognizes it.
        key_hash: The SHA-256 of the key; the key itself is stored nowhere.
        scopes: The names of its `ApiScope`, separated by blanks.
        created_by: The name of who made it.
        last_used_at: When it was last used, within a minute.
        expires_at: From when on it opens nothing; None if it never expires.
    """

    id: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=80)
    prefix: str = Field(max_length=16)
    key_hash: str = Field(unique=True, max_length=64)
    scopes: str = Field(max_length=200)
    created_by: str = Field(max_length=80)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiCommand(Leased, table=True):
    """A command of a program, which takes effect once however often it is sent (ADR-0049).

    The lease is that of the request which carries it out; ``attempts`` counts the requests.

    Attributes:
        idempotency_key: What the program calls the command.
        request_hash: The SHA-256 of the method, the path and the body.
        took_effect_at: Stored by the transaction in which it took effect.
    """

    __table_args__ = (
        sa.UniqueConstraint("key_id", "idempotency_key"),
        sa.Index("ix_api_command_created", "created_at"),
    )

    key_id: str = Field(foreign_key="api_key.id", max_length=32)
    idempotency_key: str = Field(max_length=255)
    request_hash: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    took_effect_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
