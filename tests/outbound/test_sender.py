"""A request goes to the address that was checked, and ends within its limits."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.outbound.receiver import Receiver
from tests.support.server import free_port
from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound.sender import Answer, Sender, SendError

SANDBOX, LIVE = Sender(Mode.SANDBOX), Sender(Mode.LIVE)
SHOP = "https://shop.example:8443/hook?key=1"
OUTSIDE, INSIDE = "93.184.215.14", "10.0.0.1"

Serve = Callable[[bytes], Awaitable[str]]


class Names:
    """Resolves every name to planned addresses, the last of them for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers, self.asked = list(answers), list[str]()

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Network(httpx.AsyncBaseTransport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"ok"))


async def send(sender: Sender, url: str) -> Answer:
    return await sender.send(url, headers={"webhook-id": "1"}, body=b'{"data": 1}')


@pytest.fixture
async def serve() -> AsyncGenerator[Serve]:
    """Return a function that answers every connection with bytes, and then waits."""
    servers: list[asyncio.Server] = []
    over = asyncio.Event()

    async def start(answer: bytes) -> str:
        async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            await over.wait()
            writer.close()

        servers.append(server := await asyncio.start_server(respond, "127.0.0.1", 0))
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

    yield start
    over.set()
    for server in servers:
        server.close()
        await server.wait_closed()


async def test_a_name_is_resolved_once_and_that_address_is_called() -> None:
    """Asked again, the name would lead inside."""
    names, network = Names([OUTSIDE], [INSIDE]), Network()
    sender = replace(LIVE, resolve=names, make_transport=lambda: network)

    assert await send(sender, SHOP) == Answer(status=200)
    assert await send(sender, SHOP) == Answer(error=SendError.ADDRESS_REFUSED)

    [request] = network.requests
    assert names.asked == ["shop.example"] * 2
    assert str(request.url) == f"https://{OUTSIDE}:8443/hook?key=1"
    assert request.headers["host"] == "shop.example:8443"
    assert request.extensions["sni_hostname"] == "shop.example"


@pytest.mark.parametrize(
    "addresses",
    [[INSIDE], [OUTSIDE, INSIDE], ["127.0.0.1"], ["::ffff:10.0.0.1"], ["169.254.169.254"]],
)
async def test_a_name_that_leads_inside_is_not_called(addresses: list[str]) -> None:
    network = Network()
    sender = replace(LIVE, resolve=Names(addresses), make_transport=lambda: network)

    assert await send(sender, SHOP) == Answer(error=SendError.ADDRESS_REFUSED)
    assert network.requests == []


async def test_a_number_that_means_this_machine_is_refused_with_keys() -> None:
    """What the system's resolver makes of it counts, not how it is spelled."""
    for url in ("https://localhost/", "https://127.1/", "https://2130706433/"):
        answer = await send(LIVE, url)
        assert answer.error in (SendError.ADDRESS_REFUSED, SendError.NOT_RESOLVED)


async def test_an_unknown_name_and_a_closed_port_are_errors() -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("unknown")

    closed = f"http://127.0.0.1:{free_port()}/"
    assert await send(replace(SANDBOX, resolve=unknown), SHOP) == Answer(
        error=SendError.NOT_RESOLVED
    )
    assert await send(SANDBOX, closed) == Answer(error=SendError.NOT_CONNECTED)


async def test_the_second_address_is_called_if_nothing_listens_at_the_first(
    receiver: Receiver,
) -> None:
    sender = replace(SANDBOX, resolve=Names(["::1", "127.0.0.1"]))

    assert await send(sender, f"http://shop.test:{receiver.port}/") == Answer(status=200)
    [request] = receiver.received
    assert request.headers["host"] == f"shop.test:{receiver.port}"


async def test_a_redirect_is_an_answer_and_is_not_followed(
    receiver: Receiver, other: Receiver
) -> None:
    receiver.status, receiver.answer_headers = 307, {"Location": other.url, "Set-Cookie": "a=1"}

    assert await send(SANDBOX, receiver.url) == Answer(status=307)
    assert await send(SANDBOX, receiver.url) == Answer(status=307)

    assert other.received == []
    assert not any("cookie" in request.headers for request in receiver.received)


async def test_no_proxy_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    assert await send(SANDBOX, receiver.url) == Answer(status=200)


async def test_no_status_in_time_is_a_timeout(serve: Serve) -> None:
    url = await serve(b"HTTP/1.1 200")

    assert await send(replace(SANDBOX, deadline_seconds=0.2), url) == Answer(
        error=SendError.TIMEOUT
    )


async def test_no_answer_of_a_name_server_in_time_is_a_timeout() -> None:
    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(3600)
        return []

    sender = replace(SANDBOX, resolve=silent, deadline_seconds=0.1)
    assert await send(sender, SHOP) == Answer(error=SendError.TIMEOUT)


@pytest.mark.parametrize("length", [b"", b"Content-Length: 1000000000\r\n"])
async def test_a_status_counts_however_long_its_body_is(serve: Serve, length: bytes) -> None:
    """Only its beginning is read, and it is not waited for."""
    url = await serve(b"HTTP/1.1 202 Accepted\r\n" + length + b"\r\n" + b"x" * 100_000)

    async with asyncio.timeout(5):
        assert await send(SANDBOX, url) == Answer(status=202)


async def test_answer_that_is_not_http_is_none(serve: Serve) -> None:
    assert await send(SANDBOX, await serve(b"SSH-2.0-OpenSSH\r\n\r\n")) == Answer(
        error=SendError.NO_ANSWER
    )


@contextmanager
def certificate(folder: Path, name: str) -> Generator[tuple[ssl.SSLContext, Path]]:
    """Make a certificate that its own file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    with file.open("ab") as opened:
        opened.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    yield context, file


async def test_the_certificate_must_be_that_of_the_name(tmp_path: Path) -> None:
    """The connection goes to an address, and is verified for the name of the URL."""
    names: list[str] = []

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    with certificate(tmp_path, "shop.test") as (context, file):
        context.sni_callback = lambda _socket, name, _context: names.append(name)
        trusted = ssl.create_default_context(cafile=str(file))
        sender = replace(
            SANDBOX,
            resolve=Names(["127.0.0.1"]),
            make_transport=lambda: httpx.AsyncHTTPTransport(verify=trusted),
        )
        async with await asyncio.start_server(respond, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            right = await send(sender, f"https://shop.test:{port}/")
            wrong = await send(sender, f"https://other.test:{port}/")
            unknown = await send(
                replace(SANDBOX, resolve=Names(["127.0.0.1"])), f"https://shop.test:{port}/"
            )

    assert right == Answer(status=204)
    assert wrong == unknown == Answer(error=SendError.NOT_CONNECTED)
    assert names == ["shop.test", "other.test", "shop.test"]
