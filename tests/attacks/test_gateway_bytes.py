"""Whatever bytes answer a request to Toss, they cost little, and the outcome is unknown."""

import ast
import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.sandbox.client import SandboxClient
from tests.sandbox.webhook_receiver import control
from tests.toss.conftest import make_client, serve
from tests.toss.responses import ORDER_ID, PAYMENT
from tests.toss.test_network import responds
from tests.toss.transports import MakeClient, Serve, charge
from tossbill_sandbox.app import create_app
from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound.sender import Sender
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.toss.sandbox_clock import ClockUnavailable, SandboxClock
from tossbill_ui.toss.sandbox_control import SandboxControl, SandboxUnavailable

__all__ = ["make_client", "serve"]

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 25_000_000
MOST_CPU_SECONDS = 3

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH_2 = b"Content-Length: 2\r\n\r\n{}"


def plain(body: bytes, *headers: bytes) -> bytes:
    """Return a success with a body."""
    length = b"Content-Length: %d" % len(body)
    return OK + b"\r\n".join([*headers, length, b"", body])


def bomb() -> bytes:
    """Return a hundred megabytes of nothing, compressed twice."""
    return gzip.compress(gzip.compress(b" " * 100_000_000, 9), 9)


ANSWERS: dict[str, Callable[[], bytes]] = {
    "compressed twice": lambda: plain(bomb(), b"Content-Encoding: gzip, gzip"),
    "compressed twice, by two headers": lambda: plain(
        bomb(), b"Content-Encoding: gzip", b"Content-Encoding: gzip"
    ),
    "an unknown encoding": lambda: plain(b"{}", b"Content-Encoding: unheard-of"),
    "a transfer encoding": lambda: OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + bomb(),
    "many headers": lambda: OK + b"a:b\r\n" * 15_000 + LENGTH_2,
    "too many headers": lambda: OK + b"a:b\r\n" * 200_000 + LENGTH_2,
    "a long header": lambda: OK + b"a: " + b"b" * 2_000_000 + b"\r\n" + LENGTH_2,
    "a flood of 1xx": lambda: b"HTTP/1.1 100 Continue\r\n\r\n" * 5_000 + OK + LENGTH_2,
    "tiny chunks": lambda: CHUNKED + b"1\r\n \r\n" * 200_000 + b"0\r\n\r\n",
    "a flood of trailers": lambda: CHUNKED + b"2\r\n{}\r\n0\r\n" + b"a:b\r\n" * 200_000 + b"\r\n",
    "a long chunk extension": lambda: CHUNKED + b"2;" + b"a" * 2_000_000 + b"\r\n{}\r\n0\r\n\r\n",
    "a chunk of any size": lambda: CHUNKED + b"f" * 20 + b"\r\n{}",
    "less than announced": lambda: OK + b"Content-Length: 99\r\n\r\n{}",
    "more than announced": lambda: OK + LENGTH_2 + b" " * 2_000_000,
    "two lengths": lambda: OK + b"Content-Length: 3\r\n" + LENGTH_2,
    "a negative length": lambda: OK + b"Content-Length: -1\r\n\r\n{}",
    "deeply nested lists": lambda: plain(b"[" * 999_000),
    "deeply nested objects": lambda: plain(b'{"a":' * 190_000),
    "very many lists": lambda: plain(b"[" + b"[]," * 150_000 + b"[]]"),
    "a number of a million digits": lambda: plain(b'{"totalAmount":%s}' % (b"9" * 900_000)),
    "escaped surrogates": lambda: plain(b'{"orderId":"%s"}' % (b"\\ud800" * 160_000)),
}


@contextmanager
def frugal() -> Generator[None]:
    """Fail unless what runs inside needs little memory and little of the processor."""
    tracemalloc.start()
    before = time.process_time()
    try:
        yield
        spent, (_, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_MEMORY
    assert spent < MOST_CPU_SECONDS


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_hostile_bytes_cost_little_and_leave_the_outcome_unknown(
    answer: Callable[[], bytes], serve: Serve, make_client: MakeClient
) -> None:
    client = make_client(base_url=await serve(responds(answer())))

    with frugal(), pytest.raises(OutcomeUnknown) as caught:
        await client.payment_by_order_id(order_id=ORDER_ID)

    assert caught.value.sent


async def test_endless_1xx_ends_at_the_deadline(serve: Serve, make_client: MakeClient) -> None:
    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)
            await writer.drain()

    client = make_client(base_url=await serve(floods), deadline_seconds=0.2)

    with frugal(), pytest.raises(OutcomeUnknown):
        await charge(client)


def spoiled(name: str, raw: str) -> bytes:
    """Return the recorded payment with the raw JSON of one of its fields replaced or repeated."""
    text = json.dumps({**PAYMENT, "spoiled": None})
    if name in PAYMENT:
        return text.replace(f'"{name}": {json.dumps(PAYMENT[name])}', f'"{name}": {raw}').encode()
    return text.replace('"spoiled": null', raw).encode()


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        *(("totalAmount", raw) for raw in ("NaN", "Infinity", "-Infinity", "4900.5", "1e999")),
        *(("balanceAmount", raw) for raw in ("NaN", "-1", "1e10", "4900e1000", '"4900"', "true")),
        ("a field twice", '"status": "ABORTED"'),
        ("the same amount twice", '"totalAmount": 4900'),
        ("a field twice, deeper", '"x": [{"y": 1, "y": 2}]'),
        ("no number anywhere", '"x": [NaN]'),
    ],
)
async def test_ambiguous_success_is_unknown(
    name: str, raw: str, serve: Serve, make_client: MakeClient
) -> None:
    body = spoiled(name, raw)
    assert body != spoiled("", "")
    client = make_client(base_url=await serve(responds(plain(body))))

    with pytest.raises(OutcomeUnknown):
        await charge(client)


async def read_clock(url: str) -> None:
    """Read the sandbox's clock at a URL; it must not be readable."""
    clock = SandboxClock(url)
    with pytest.raises(ClockUnavailable):
        await clock.refresh()
    await clock.aclose()


async def read_control(url: str) -> None:
    """Ask the sandbox for its cards at a URL; it must not be readable."""
    control = SandboxControl(url, secret_key=SecretStr("test_sk_any"))
    with pytest.raises(SandboxUnavailable):
        await control.card_number("approve")
    await control.aclose()


async def deliver_webhook(url: str) -> None:
    """Let the sandbox deliver a webhook to a URL; of the answer only the status counts."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app := create_app()), base_url="http://sandbox.test"
    ) as http:
        client = SandboxClient(http)
        await control(client, url=url)
        event = {"eventType": "METHOD_UPDATED", "data": {}}
        [delivery] = (await control(client, "/events", **event))["deliveries"]
    await app.aclose()
    assert [each["status"] for each in delivery["attempts"]] == [200]


async def charge_at_toss(url: str) -> None:
    """Charge at a URL."""
    client = TossClient(base_url=url, secret_key=SecretStr("test_sk_any"), deadline_seconds=5)
    with pytest.raises(OutcomeUnknown):
        await charge(client)
    await client.aclose()


async def send_event(url: str) -> None:
    """Send a webhook to the shop at a URL; of the answer only the status counts."""
    answer = await Sender(Mode.SANDBOX).send(url, headers={}, body=b"{}")
    assert answer.is_success


# Every module that receives a response, and what makes it read one.
READERS: dict[str, Callable[[str], Awaitable[None]]] = {
    "tossbill_ui/outbound/sender.py": send_event,
    "tossbill_ui/toss/exchange.py": charge_at_toss,
    "tossbill_ui/toss/sandbox_clock.py": read_clock,
    "tossbill_ui/toss/sandbox_control.py": read_control,
    "tossbill_sandbox/webhooks/delivery.py": deliver_webhook,
}
# The client for tests of a shop, and its transport: they ask only the sandbox in their process.
IN_TESTS = {"tossbill_sandbox/in_process.py", "tossbill_sandbox/testing.py"}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
async def test_no_reader_unpacks_what_it_receives(
    read: Callable[[str], Awaitable[None]], serve: Serve
) -> None:
    url = await serve(responds(ANSWERS["compressed twice"]()))

    with frugal():
        await read(url)


def test_every_reader_of_responses_is_listed() -> None:
    sends = {"AsyncClient", "Client", "handle_async_request", "handle_request", "urlopen"}
    found: set[str] = set()
    for path in [*ROOT.glob("tossbill_ui/**/*.py"), *ROOT.glob("tossbill_sandbox/**/*.py")]:
        calls = (
            each.func
            for each in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(each, ast.Call)
        )
        names = {
            each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
            for each in calls
        }
        if names & sends:
            found.add(path.relative_to(ROOT).as_posix())

    assert found == {*READERS, *IN_TESTS}
