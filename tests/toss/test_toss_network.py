"""A real loopback socket, raw bytes: what a network can do, and that no secret comes back."""

import asyncio
import contextlib
import logging
import socket
import struct
import traceback
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import httpx
import pytest

from tests.toss.toss_answers import (
    AUTH_KEY,
    BASIC_AUTH,
    BILLING_KEY,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    ORDER_ID,
    SECRET_KEY,
)
from tests.toss.toss_wires import Handler, MakeClient, Serve, cancel, charge, transactions
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import OutcomeUnknown, TossError
from tossbill_ui.toss.exchange import BODY_LIMIT_BYTES
from tossbill_ui.toss.log_filter import WIRE_LOGGERS

SECRETS = (BILLING_KEY, quote(BILLING_KEY, safe=""), AUTH_KEY, SECRET_KEY, BASIC_AUTH)
SHORT = httpx.Timeout(5, read=0.05)

CALLS: dict[str, Callable[[TossClient], Awaitable[object]]] = {
    "issue": lambda client: client.issue_billing_key(
        auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=IDEMPOTENCY_KEY
    ),
    "delete": lambda client: client.delete_billing_key(billing_key=BILLING_KEY),
    "by key": lambda client: client.payment_by_key(payment_key=BILLING_KEY),
    "by order": lambda client: client.payment_by_order_id(order_id=ORDER_ID),
    "charge": charge,
    "cancel": cancel,
    "transactions": transactions,
}


def says(data: bytes) -> Handler:
    """Read the request's head, say something, hang up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return handler


def page(status: str, body: bytes, *headers: bytes) -> bytes:
    """Write an answer whose length is right."""
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Listen until the client goes away."""
    await reader.read()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request, then reset the connection instead of closing it."""
    await reader.readuntil(b"\r\n\r\n")
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def drips(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a byte at a time, each in time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def floods(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b" " * 65536
    while True:
        writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await writer.drain()


HTML = b"<html>" + BILLING_KEY.encode() + AUTH_KEY.encode() + b"</html>"
LEAKY = b'{"code":"%s","message":"%s"}' % (BILLING_KEY.encode(), SECRET_KEY.encode())
FAULTS: dict[str, Handler] = {
    "silence": silent,
    "reset": resets,
    "hang-up": says(b""),
    "slow drip": drips,
    "endless body": floods,
    "announced too long": says(page("200 OK", b" " * (BODY_LIMIT_BYTES + 1))),
    "cut off": says(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"billingKey":'),
    "cut off in the head": says(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "not HTTP": says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "bad gzip": says(page("200 OK", HTML, b"Content-Encoding: gzip")),
    "HTML": says(page("200 OK", HTML)),
    "HTML error": says(page("502 Bad Gateway", HTML)),
    "wrong JSON": says(page("200 OK", b'{"billingKey":"%s"}' % BILLING_KEY.encode())),
    "redirect": says(page("307 Temporary Redirect", b"", b"Location: /" + BILLING_KEY.encode())),
    "secrets in an error": says(page("400 Bad Request", LEAKY)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_is_unknown_and_tells_no_secret(
    fault: Handler,
    call: Callable[[TossClient], Awaitable[object]],
    serve: Serve,
    make_client: MakeClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Even somebody who asks for every detail gets no address.
    caplog.set_level(logging.DEBUG)
    for name in WIRE_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    read_slowly = fault is drips
    client = make_client(
        base_url=await serve(fault),
        timeout=httpx.Timeout(5) if read_slowly else SHORT if fault is silent else None,
        deadline_seconds=0.1 if read_slowly else 5,
    )

    with pytest.raises(TossError) as caught:
        await call(client)

    error = caught.value
    assert isinstance(error, OutcomeUnknown)
    assert error.sent
    assert error.__cause__ is None
    assert error.__context__ is None
    told = [str(error), repr(error), repr(vars(error)), repr(client), caplog.text]
    told += traceback.format_exception(error)
    for secret in SECRETS:
        assert secret not in "\n".join(told)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_refused_connection_was_never_sent(
    call: Callable[[TossClient], Awaitable[object]], make_client: MakeClient
) -> None:
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        client = make_client(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}")

        with pytest.raises(OutcomeUnknown) as caught:
            await call(client)

    assert not caught.value.sent
    assert caught.value.__context__ is None


@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_time_out_before_the_first_byte_was_never_sent(
    error: type[httpx.TransportError], make_client: MakeClient
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"no way to {request.url}", request=request)

    with pytest.raises(OutcomeUnknown) as caught:
        await make_client(handler).delete_billing_key(billing_key=BILLING_KEY)

    assert not caught.value.sent
    assert caught.value.message == f"No connection to Toss: {error.__name__}."


async def test_a_redirect_is_not_followed(serve: Serve, make_client: MakeClient) -> None:
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(page("307 Temporary Redirect", b"", b"Location: /elsewhere"))
        await writer.drain()

    client = make_client(base_url=await serve(handler) + "/sandbox")
    with pytest.raises(OutcomeUnknown):
        await client.delete_billing_key(billing_key=BILLING_KEY)

    [head] = heads
    address = quote(BILLING_KEY, safe="").encode()
    assert head.startswith(b"DELETE /sandbox/v1/billing/" + address + b" HTTP/1.1\r\n")


async def test_a_call_that_is_cancelled_stays_cancelled(
    serve: Serve, make_client: MakeClient
) -> None:
    arrived = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()

    client = make_client(base_url=await serve(handler))
    task = asyncio.ensure_future(CALLS["delete"](client))
    await arrived.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_success_logs_nothing_either(
    serve: Serve, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    for name in WIRE_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)

    client = make_client(base_url=await serve(says(page("200 OK", b""))))
    await client.delete_billing_key(billing_key=BILLING_KEY)

    assert not [record for record in caplog.records if record.name in WIRE_LOGGERS]


def test_every_wire_logger_that_exists_is_named(make_client: MakeClient) -> None:
    make_client()

    families = ("httpx", "httpcore")
    made = {name for name in logging.Logger.manager.loggerDict if name.split(".")[0] in families}
    assert made <= {*WIRE_LOGGERS, "httpcore"}  # that parent itself logs nothing
