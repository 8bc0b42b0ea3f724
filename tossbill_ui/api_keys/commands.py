"""Commands of programs: each takes effect once, however often it is sent (ADR-0049).

The transaction in which a command takes effect stores that it has (`core.write_marks`). No answer
is stored: a repeated command gets what it led to, as that is now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from tossbill_ui.api_keys.models import ApiCommand
from tossbill_ui.core.crypto import new_id
from tossbill_ui.core.db import update_where
from tossbill_ui.core.errors import InvalidRequest, TossbillError
from tossbill_ui.core.write_marks import WriteMark, set_mark
from tossbill_ui.runtime import Runtime

# For how long the request that carries a command out may be silent before another one may.
LEASE = timedelta(seconds=30)


class KeyReused(InvalidRequest):
    """The idempotency key is that of another command."""

    code = "idempotency_key_reused"


class StillRunning(TossbillError):
    """Another request carries the command out at the moment."""

    code = "still_running"


@dataclass(frozen=True)
class Command:
    """A command that a request carries out.

    Attributes:
        object_id: The id of what it creates, the same in every request.
        attempt: The fencing token: the command is this request's while the row has this number.
        was_done: Whether it took effect in an earlier request.
    """

    object_id: str
    attempt: int
    was_done: bool = False


async def begin(rt: Runtime, *, key_id: str, idempotency_key: str, request_hash: str) -> Command:
    """Begin a command; the next transaction of this task stores that it takes effect.

    Args:
        rt: The process's runtime.
        key_id: The API key with which it was sent.
        idempotency_key: What the program calls it, 1 to 255 characters.
        request_hash: The SHA-256 of everything that it says.

    Raises:
        StillRunning: Another request carries it out at the moment.
        KeyReused: The idempotency key is that of another command.
    """
    async with rt.db.write() as db:
        row = await _ensure(rt, db, key_id, idempotency_key, request_hash)
        if row.request_hash != request_hash:
            raise KeyReused("This Idempotency-Key was used for another request.")
        if row.took_effect_at is None:
            _claim(rt, row)
        command = Command(row.id, row.attempts, was_done=row.took_effect_at is not None)
    if not command.was_done:
        set_mark(WriteMark(lambda db: _take_effect(rt, db, command)))
    return command


async def _ensure(
    rt: Runtime, db: AsyncSession, key_id: str, idempotency_key: str, request_hash: str
) -> ApiCommand:
    """Return the command's row, locked; it is stored if it is new."""
    insert = sqlite.insert if rt.db.is_sqlite else postgresql.insert
    statement: sa.Insert = (
        insert(ApiCommand)
        .values(
            id=new_id(),
            key_id=key_id,
            idempotency_key=idempotency_key,
            request_hash=request_hash,
            created_at=rt.machine.now(),
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["key_id", "idempotency_key"])
    )
    query = select(ApiCommand).where(
        col(ApiCommand.key_id) == key_id, col(ApiCommand.idempotency_key) == idempotency_key
    )
    while True:
        await db.exec(statement)
        if found := (await db.exec(query.with_for_update())).first():
            return found
        # Another request, which was refused, has deleted it between the two statements.


def _claim(rt: Runtime, row: ApiCommand) -> None:
    now = rt.machine.now()
    if row.lease_until and now < row.lease_until:
        raise StillRunning("This command is being carried out.")
    row.attempts += 1
    row.lease_until = now + LEASE


async def _take_effect(rt: Runtime, db: AsyncSession, command: Command) -> None:
    """Store that a command takes effect, unless another request has taken it over."""
    values = {"took_effect_at": rt.machine.now()}
    if not await update_where(db, ApiCommand, *_is_open(command), **values):
        raise StillRunning("This command is being carried out.")


async def finish(rt: Runtime, command: Command) -> None:
    """Store that a command is done, also if it had nothing to change."""
    set_mark(None)
    if not command.was_done:
        async with rt.db.write() as db:
            now = rt.machine.now()
            await update_where(db, ApiCommand, *_is_open(command), took_effect_at=now)


async def give_up(rt: Runtime, command: Command) -> None:
    """Forget a command that was refused or failed, unless it took effect: it may be sent again."""
    set_mark(None)
    forget = sa.delete(ApiCommand).where(*_is_open(command))
    async with rt.db.write() as db:
        await db.exec(forget.execution_options(synchronize_session=False))


def _is_open(command: Command) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the condition that a command is this request's, and has not taken effect."""
    return (
        col(ApiCommand.id) == command.object_id,
        col(ApiCommand.attempts) == command.attempt,
        col(ApiCommand.took_effect_at).is_(None),
    )
