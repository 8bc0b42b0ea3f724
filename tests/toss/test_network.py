"""Network faults on a real loopback socket leave the outcome unknown and leak no secrets."""

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

from tests.toss.responses import (
    AUTH_KEY,
    BASIC_AUTH,
    BILLING_KEY,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    ORDER_ID,
    SECRET_KEY,
)
from tests.toss.transports import Handler, MakeClient, Serve, cancel, charge, transactions
from tossbill_ui.toss.body import BODY_LIMIT_BYTES
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import OutcomeUnknown, TossError
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


def responds(data: bytes) -> Handler:
    """Return a handler that reads the request's head, sends data and disconnects."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        await writer.drain()

    return handler


def response(status: str, body: bytes, *headers: bytes) -> bytes:
    """Return a response with its Content-Length."""
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers, b"", body]
    return b"\r\n".join(lines)


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read until the client disconnects."""
    await reader.read()


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read the request, then reset the connection."""
    await reader.readuntil(b"\r\n\r\n")
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def dribbles(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send one byte at a time for ever, each within the read timeout."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def floods(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send an endless body."""
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
    "hang-up": responds(b""),
    "slow drip": dribbles,
    "endless body": floods,
    "announced too long": responds(response("200 OK", b" " * (BODY_LIMIT_BYTES + 1))),
    "cut off": responds(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"billingKey":'),
    "cut off in the head": responds(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "not HTTP": responds(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "bad gzip": responds(response("200 OK", HTML, b"Content-Encoding: gzip")),
    "HTML": responds(response("200 OK", HTML)),
    "HTML error": responds(response("502 Bad Gateway", HTML)),
    "wrong JSON": responds(response("200 OK", b'{"billingKey":"%s"}' % BILLING_KEY.encode())),
    "redirect": responds(
        response("307 Temporary Redirect", b"", b"Location: /" + BILLING_KEY.encode())
    ),
    "secrets in an error": responds(response("400 Bad Request", LEAKY)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_fault_is_unknown_and_leaks_no_secret(
    fault: Handler,
    call: Callable[[TossClient], Awaitable[object]],
    serve: Serve,
    make_client: MakeClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Debug logs must not contain URLs either.
    caplog.set_level(logging.DEBUG)
    for name in WIRE_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    read_slowly = fault is dribbles
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
    output = [str(error), repr(error), repr(vars(error)), repr(client), caplog.text]
    output += traceback.format_exception(error)
    for secret in SECRETS:
        assert secret not in "\n".join(output)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_refused_connection_counts_as_not_sent(
    call: Callable[[TossClient], Awaitable[object]], make_client: MakeClient
) -> None:
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but not listening
        client = make_client(base_url=f"http://127.0.0.1:{unused.getsockname()[1]}")

        with pytest.raises(OutcomeUnknown) as caught:
            await call(client)

    assert not caught.value.sent
    assert caught.value.__context__ is None


@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_timeout_before_the_first_byte_counts_as_not_sent(
    error: type[httpx.TransportError], make_client: MakeClient
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error(f"no way to {request.url}", request=request)

    with pytest.raises(OutcomeUnknown) as caught:
        await make_client(handler).delete_billing_key(billing_key=BILLING_KEY)

    assert not caught.value.sent
    assert caught.value.message == f"No connection to Toss: {error.__name__}."


async def test_redirect_is_not_followed(serve: Serve, make_client: MakeClient) -> None:
    heads: list[bytes] = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(response("307 Temporary Redirect", b"", b"Location: /elsewhere"))
        await writer.drain()

    client = make_client(base_url=await serve(handler) + "/sandbox")
    with pytest.raises(OutcomeUnknown):
        await client.delete_billing_key(billing_key=BILLING_KEY)

    [head] = heads
    address = quote(BILLING_KEY, safe="").encode()
    assert head.startswith(b"DELETE /sandbox/v1/billing/" + address + b" HTTP/1.1\r\n")


async def test_canceled_call_stays_canceled(serve: Serve, make_client: MakeClient) -> None:
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


async def test_success_logs_nothing(
    serve: Serve, make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    for name in WIRE_LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)

    client = make_client(base_url=await serve(responds(response("200 OK", b""))))
    await client.delete_billing_key(billing_key=BILLING_KEY)

    assert not [record for record in caplog.records if record.name in WIRE_LOGGERS]


def test_every_existing_wire_logger_is_listed(make_client: MakeClient) -> None:
    make_client()

    families = ("httpx", "httpcore")
    made = {name for name in logging.Logger.manager.loggerDict if name.split(".")[0] in families}
    assert made <= {*WIRE_LOGGERS, "httpcore"}  # the parent itself logs nothing
