"""The sockets of a session are closed once it has ended, in whichever process that was."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from starlette.types import Message

from tests.conftest import NOON
from tests.payment_methods.flow import register
from tossbill_ui.core.actor import operator
from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import Customer, StoredSession
from tossbill_ui.customers.session import Session, new_session
from tossbill_ui.http import open_sockets
from tossbill_ui.runtime import Runtime

CLOSED = {"type": "websocket.close", "code": open_sockets.RECONNECT}


class Socket:
    """A websocket that says nothing and remembers what was sent, if it reads."""

    def __init__(self, *, reads: bool = True) -> None:
        self.sent: list[Message] = []
        self._reads = reads
        self.closed = asyncio.Event()

    async def send(self, message: Message) -> None:
        if not self._reads:
            await asyncio.Event().wait()
        self.sent.append(message)
        self.closed.set()

    async def receive(self) -> Message:
        await asyncio.Event().wait()
        raise AssertionError


async def revoke(rt: Runtime, session: Session) -> None:
    await sessions.revoke(rt, operator("kim"), session.id)


async def block(rt: Runtime, session: Session) -> None:
    async with rt.db.write() as db:
        (await db.get_one(Customer, session.customer_id)).blocked_at = NOON


async def move(rt: Runtime, session: Session) -> None:
    await register(rt, other := new_session(), auth_key="of another")
    async with rt.db.write() as db:
        (await db.get_one(StoredSession, session.id)).customer_id = other.customer_id


@pytest.mark.parametrize("end", [revoke, block, move])
async def test_socket_of_a_session_that_ends_is_closed_and_no_other(
    rt: Runtime, session: Session, end: Callable[..., object]
) -> None:
    await register(rt, session)
    await register(rt, bystander := new_session(), auth_key="of a bystander")
    visitor = new_session()
    own, theirs, nobodys = Socket(), Socket(), Socket()
    with ExitStack() as stack:
        for each, socket in ((session, own), (bystander, theirs), (visitor, nobodys)):
            opened = open_sockets.opened(each, socket.receive, socket.send)
            stack.enter_context(opened)
        await open_sockets.close_ended(rt)
        assert own.sent == []

        await end(rt, session)  # pyright: ignore[reportGeneralTypeIssues]
        await open_sockets.close_ended(rt)
        await own.closed.wait()

    assert own.sent == [CLOSED]
    assert theirs.sent == nobodys.sent == []


async def test_client_that_reads_nothing_keeps_no_other_socket_open(
    rt: Runtime, session: Session
) -> None:
    await register(rt, session)
    jammed, own = Socket(reads=False), Socket()
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(open_sockets.opened(session, each.receive, each.send))
            for each in (jammed, own)
        ]
        waiting = asyncio.create_task(sockets[0].receive())
        await revoke(rt, session)

        await open_sockets.close_ended(rt)

        await own.closed.wait()
        assert (await waiting)["type"] == "websocket.disconnect"
        await sockets[1].send({"type": "websocket.send", "text": "a row"})
    assert own.sent == [CLOSED]


async def test_session_that_has_lost_its_row_is_closed(rt: Runtime, session: Session) -> None:
    await register(rt, session)
    lost = Session(id="f" * 32, customer_id=session.customer_id)
    visitor = new_session()
    asked = {each.id: each.customer_id for each in (session, lost, visitor)}

    async with rt.db.read() as db:
        assert await sessions.ended_among(db, asked) == {lost.id}


async def test_one_that_ended_others_keeps_its_own(rt: Runtime, session: Session) -> None:
    await register(rt, session)
    async with rt.db.write() as db:
        entrance = sessions.Entrance(via=sessions.Via.CODE)
        other = sessions.open_session(rt, db, customer_id=session.customer_id, entrance=entrance)
    who = operator("kim")

    count = await sessions.revoke_others(rt, who, customer_id=session.customer_id, but=session.id)

    assert count == 1
    left = await sessions.of_customer(rt, who, customer_id=session.customer_id)
    assert [row.id for row in left] == [session.id]
    async with rt.db.read() as db:
        ended = await sessions.ended_among(
            db, {each.id: each.customer_id for each in (session, other)}
        )
    assert ended == {other.id}
