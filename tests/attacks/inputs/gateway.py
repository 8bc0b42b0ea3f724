"""Answers of Toss: a value only where the answer proves it, else exactly one `TossError`."""

from __future__ import annotations

import gzip
import json
import random
import time
import tracemalloc
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from tests.attacks.inputs import spoil
from tests.attacks.inputs.proven import check_value, proves
from tests.attacks.inputs.surface import Surface
from tests.toss.responses import BILLING, BILLING_KEY, ORDER_ID, PAYMENT, PAYMENT_KEY, SECRET_KEY
from tests.toss.transports import cancel, charge, issue, transactions
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.codes import all_rows
from tossbill_ui.toss.errors import TossError

MOST_SECONDS = 1.0  # of CPU
MOST_BYTES = 24_000_000  # of memory, beside an answer of at most 1 MB
BIG = 100_000
LISTED: dict[str, Any] = {
    "transactionKey": "txrd_1",
    "paymentKey": PAYMENT_KEY,
    "orderId": ORDER_ID,
    "status": "DONE",
    "method": "카드",
    "transactionAt": "2026-11-24T12:00:00+09:00",
    "amount": 4900,
}
REFUNDED = {**PAYMENT, "status": "PARTIAL_CANCELED", "balanceAmount": 4000}
DELETED = object()
Call = Callable[[TossClient], Awaitable[object]]
CALLS: dict[str, tuple[Call, Any]] = {
    "issue": (issue, BILLING),
    "charge": (charge, PAYMENT),
    "cancel": (cancel, REFUNDED),
    "delete": (lambda client: client.delete_billing_key(billing_key=BILLING_KEY), DELETED),
    "by key": (lambda client: client.payment_by_key(payment_key=PAYMENT_KEY), PAYMENT),
    "by order": (lambda client: client.payment_by_order_id(order_id=ORDER_ID), PAYMENT),
    "transactions": (transactions, [LISTED]),
}
STATUSES = (200, 200, 200, 200, 201, 204, 206, 301, 302, 400, 401, 403, 404, 408, 409, 429, 500)
TIMES = ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00+09:00", "1e9")
ALL_CODES = sorted(row.code for row in all_rows())
SWAPS = ("9900", "USD", "0" * 32, "of-another", "WAITING_FOR_DEPOSIT", "CANCELED", *TIMES)
ENCODINGS = ("gzip", "deflate", "br", "zstd", "gzip, gzip", "identity", "x-unknown", "GZIP")


@dataclass(frozen=True)
class Reply:
    """An answer to a call, byte by byte.

    Attributes:
        call: A key of `CALLS`.
        is_plain: Whether nothing was spoiled, so that it must be taken for what it says.
    """

    call: str
    status: int
    body: bytes = field(repr=False)
    headers: tuple[tuple[bytes, bytes], ...] = ()
    chunks: int = 1
    breaks: bool = False
    is_plain: bool = False

    def __repr__(self) -> str:
        """Return everything, with the middle of a long body left out: the seed has it."""
        body = self.body if len(self.body) < 2_000 else self.body[:900] + b" ... " + self.body[-90:]
        return f"Reply({self.call!r}, {self.status}, {self.headers}, {self.chunks}, {body!r})"


@dataclass
class Toss(httpx.AsyncBaseTransport):
    """A transport that gives the answer it was told to give."""

    reply: Reply | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer with a stream, as a network does."""
        assert self.reply
        stream = _Stream(self.reply, request)
        return httpx.Response(self.reply.status, headers=list(self.reply.headers), stream=stream)


@dataclass
class _Stream(httpx.AsyncByteStream):
    reply: Reply
    request: httpx.Request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body, size = self.reply.body, max(1, len(self.reply.body) // self.reply.chunks)
        for first in range(0, len(body), size):
            yield body[first : first + size]
        if self.reply.breaks:
            raise httpx.ReadError("the connection broke", request=self.request)


@dataclass(frozen=True)
class Line:
    """Our client and the transport under it."""

    client: TossClient
    toss: Toss


@asynccontextmanager
async def open_line(folder: Path, seed: int) -> AsyncGenerator[Line]:
    """Open a client on a transport of ours."""
    toss = Toss()
    client = TossClient(
        base_url="https://toss.test", secret_key=SecretStr(SECRET_KEY), transport=toss
    )
    yield Line(client, toss)
    await client.aclose()


def draw(rng: random.Random, line: Line) -> Reply:
    """Draw an answer: the right one, spoiled in its JSON, bytes, status, headers or framing."""
    call = rng.choice([*CALLS, "charge", "charge"])
    right = CALLS[call][1]
    if rng.random() < 0.02:
        body = b"" if right is DELETED else json.dumps(right).encode()
        return Reply(call, 200, body, is_plain=True)
    if rng.random() < 0.3:
        body: Any = {"code": rng.choice(ALL_CODES), "message": "거절", "data": None}
        status = rng.choice([400, 401, 403, 404, 409, 500, rng.choice(STATUSES)])
    else:
        body, status = {} if right is DELETED else right, rng.choice(STATUSES)
    raw = spoil.written(rng, spoil.tree(rng, body, SWAPS))
    raw = b"" if right is DELETED and rng.random() < 0.3 else raw
    if rng.random() < 0.01:
        raw += rng.choice([b" ", b"\x00", b"["]) * rng.choice([BIG, 990_000, 1_200_000])
    reply = Reply(call, status, raw, breaks=rng.random() < 0.03, chunks=rng.choice([1, 1, 1, 7]))
    return _with_headers(rng, reply)


def _with_headers(rng: random.Random, reply: Reply) -> Reply:
    trace = spoil.header_value(spoil.text(rng, "0123456789abcdef"))
    headers = [(b"x-tosspayments-trace-id", trace), (b"content-type", b"application/json")]
    body = reply.body
    if rng.random() < 0.06:
        encoding = rng.choice(ENCODINGS)
        headers.append((b"content-encoding", encoding.encode()))
        body = _packed(rng, encoding, body)
    if rng.random() < 0.03:
        headers.append((b"location", b"https://evil.example/"))
    return replace(reply, body=body, headers=tuple(headers))


def _packed(rng: random.Random, encoding: str, body: bytes) -> bytes:
    """Pack a body as its header says, or a bomb: a little that becomes a lot."""
    if rng.random() < 0.15:
        body = b" " * 30_000_000
    if encoding.lower() == "deflate":
        return zlib.compress(body)
    packed = gzip.compress(body, compresslevel=9, mtime=0)
    return gzip.compress(packed, mtime=0) if encoding == "gzip, gzip" else packed


async def attack(line: Line, sent: Reply) -> str:
    """Make the call, and compare its outcome with what the answer proves by itself."""
    line.toss.reply = sent
    is_watched = len(sent.body) > BIG or any(
        name == b"content-encoding" for name, _ in sent.headers
    )
    if is_watched:
        tracemalloc.start()
    began = time.thread_time()
    try:
        outcome, value = await _outcome(line.client, sent.call)
    finally:
        used, peak = time.thread_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert used <= MOST_SECONDS, f"{used:.1f} s of CPU"
    assert peak <= MOST_BYTES, f"{peak:,} bytes of memory"
    headers = {name.decode().lower() for name, _ in sent.headers}
    proven = proves(sent.call, sent.status, headers, sent.body, breaks=sent.breaks)
    assert outcome in proven, f"{outcome} {value}, but the answer proves {proven}"
    assert not sent.is_plain or outcome == "approved", outcome
    if isinstance(value, TossError):
        assert value.__context__ is None, "the error holds the answer"
    else:
        check_value(value)
    return f"{sent.call}: {outcome}"


async def _outcome(client: TossClient, call: str) -> tuple[str, object]:
    try:
        value = await CALLS[call][0](client)
    except TossError as error:
        return type(error).__name__, error
    return ("approved" if value is not None or call == "delete" else "none"), value


SURFACE = Surface("gateway", draw, attack, weight=30, opens=open_line)
