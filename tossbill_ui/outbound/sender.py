"""Sends one signed request to an endpoint, to an address that was checked.

The name is resolved once, and the connection goes to that very address: a name that leads elsewhere
a moment later changes nothing. Each request has a connection of its own, since one that is reused
would belong to the certificate of another endpoint on the same address. Redirects are not followed,
and neither cookies nor the proxies of the environment are used.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import httpx

from tossbill_ui.core.settings import Mode
from tossbill_ui.outbound.address_guard import may_call
from tossbill_ui.toss.log_filter import filter_wire_logs

DEADLINE_SECONDS = 10.0
# Of the answer only the status counts; a little of its body is read, so that it can be sent.
ANSWER_BYTES, ANSWER_SECONDS = 4_000, 1.0
HEADERS = {
    "Content-Type": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "tossbill-ui",
}
GONE = 410
USUAL_PORTS = {"https": 443, "http": 80}
# Of their own: a name server that does not respond must not keep others from being asked.
RESOLVERS = ThreadPoolExecutor(max_workers=64, thread_name_prefix="webhook-names")
NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class SendError(StrEnum):
    """Why a request got no status."""

    NOT_RESOLVED = "not_resolved"
    """The host's name is unknown."""

    ADDRESS_REFUSED = "address_refused"
    """The name leads to an address that is not public."""

    NOT_CONNECTED = "not_connected"
    """No connection, or no valid certificate."""

    TIMEOUT = "timeout"
    """No status within ten seconds."""

    NO_ANSWER = "no_answer"
    """The connection ended without a status."""


@dataclass(frozen=True)
class Answer:
    """What a request led to: a status, or an error."""

    status: int | None = None
    error: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the receiver has accepted it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more webhooks."""
        return self.status == GONE


async def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a host, the best one first.

    Raises:
        OSError: The name is unknown.
    """
    loop = asyncio.get_running_loop()
    ask = socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM
    found = await loop.run_in_executor(RESOLVERS, *ask)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def network_transport() -> httpx.AsyncBaseTransport:
    """Return the transport of one request."""
    return httpx.AsyncHTTPTransport(verify=_trusted(), retries=0)


@cache
def _trusted() -> ssl.SSLContext:
    # Loading the machine's certificates is slow.
    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Sender:
    """Sends requests.

    Attributes:
        mode: Decides which addresses may be called.
        resolve: Returns the addresses of a host.
        make_transport: Returns a transport for one request.
        deadline_seconds: The limit for a whole request.
    """

    mode: Mode
    resolve: Resolve = resolve_by_system
    make_transport: Callable[[], httpx.AsyncBaseTransport] = network_transport
    deadline_seconds: float = DEADLINE_SECONDS

    async def send(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a body; return the status, or why there is none."""
        filter_wire_logs()  # URLs may hold a secret of the shop
        try:
            async with asyncio.timeout(self.deadline_seconds):
                return await self._send(httpx.URL(url), headers, body)
        except TimeoutError:
            return Answer(error=SendError.TIMEOUT)

    async def _send(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> Answer:
        host = url.raw_host.decode("ascii")
        try:
            addresses = await self.resolve(host, url.port or USUAL_PORTS[url.scheme])
        except (OSError, UnicodeError):
            return Answer(error=SendError.NOT_RESOLVED)
        if not all(may_call(each, scheme=url.scheme, mode=self.mode) for each in addresses):
            return Answer(error=SendError.ADDRESS_REFUSED)
        for address in addresses:
            with suppress(*NEVER_CONNECTED):
                return await self._post(_request(url, address, headers, body))
        return Answer(error=SendError.NOT_CONNECTED)

    async def _post(self, request: httpx.Request) -> Answer:
        transport = self.make_transport()
        try:
            response = await transport.handle_async_request(request)
            await _read_a_little(response)
            return Answer(status=response.status_code)
        except NEVER_CONNECTED:
            raise
        except httpx.TimeoutException:
            return Answer(error=SendError.TIMEOUT)
        except (httpx.HTTPError, OSError):
            return Answer(error=SendError.NO_ANSWER)
        finally:
            await transport.aclose()


def _request(
    url: httpx.URL, address: str, headers: Mapping[str, str], body: bytes
) -> httpx.Request:
    """Return a request to an address, in the name of the URL's host."""
    name = url.raw_host.decode("ascii")
    return httpx.Request(
        "POST",
        url.copy_with(host=address),
        headers={**HEADERS, **headers, "Host": url.netloc.decode("ascii")},
        content=body,
        extensions={
            "sni_hostname": name,
            "timeout": httpx.Timeout(DEADLINE_SECONDS).as_dict(),
        },
    )


async def _read_a_little(response: httpx.Response) -> None:
    """Read the beginning of a body, as it is: unpacking it could make gigabytes of it."""
    stream, size = response.stream, 0
    assert isinstance(stream, httpx.AsyncByteStream)  # noqa: S101 - every async transport's is
    with suppress(httpx.HTTPError, OSError):  # a TimeoutError is one
        async with asyncio.timeout(ANSWER_SECONDS):
            async for piece in stream:
                size += len(piece)
                if size >= ANSWER_BYTES:
                    break
    await response.aclose()
