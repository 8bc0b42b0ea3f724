"""Toss receives the request and never responds: a real socket with a short read timeout."""

import asyncio
from dataclasses import replace

import httpx
from pydantic import SecretStr

from tests.payment_methods.flow import let_time_pass, methods, register
from tests.support.wire import Wire
from tossbill_ui.customers.session import Session, actor_of
from tossbill_ui.payment_methods import outcome as outcomes
from tossbill_ui.payment_methods.sweep import sweep
from tossbill_ui.runtime import Runtime
from tossbill_ui.toss.client import TossClient


async def test_missing_response_is_unresolved_and_retried(
    rt: Runtime, session: Session, wire: Wire
) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        toss = TossClient(
            base_url=f"http://127.0.0.1:{port}",
            secret_key=SecretStr("test_sk_a"),
            timeout=httpx.Timeout(5, read=0.1),
        )
        unresolved = await register(replace(rt, toss=toss), session)
        await toss.aclose()

    assert unresolved.registration.status == "unknown"
    assert await methods(rt) == []
    await let_time_pass(rt)
    await sweep(rt)
    settled = await outcomes.get_outcome(rt, actor_of(session), unresolved.registration.id)
    assert settled.registration.status == "issued"
    assert len(wire.issued) == 1
