"""One HTTP exchange with Toss: a request in, a whole answer or ``OutcomeUnknown`` out.

The billing key stands in addresses, and httpx's errors carry the request: they are caught here,
and ours are raised outside the ``except`` block, so that nothing of theirs is reachable from ours.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr

from tossbill_ui.toss.connection_pool import ONE_CONNECTION, ConnectionPool, proxy_for
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.toss.log_filter import filter_wire_logs
from tossbill_ui.toss.rate_limit import RateLimit
from tossbill_ui.toss.response import TossResponse

# A charge may take 60 s (contract §10).
DEFAULT_TIMEOUT = httpx.Timeout(connect=5, write=10, read=65, pool=10)
# A read time-out starts anew with every byte; this one does not.
DEADLINE_SECONDS = 70.0
BODY_LIMIT_BYTES = 1_000_000

HEADERS = {
    "Accept": "application/json",
    # Small bodies, and a compressed one could grow past the limit in one step.
    "Accept-Encoding": "identity",
    "Accept-Language": "ko-KR",
    "User-Agent": "tossbill-ui",
}

_IDEMPOTENCY_KEY_LENGTH = 300
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)

Values = Mapping[str, str | int]


class Exchange:
    """The connections to Toss.

    Args:
        base_url: For example ``https://api.tosspayments.com``; may have a path.
        secret_key: ``test_sk_…`` or ``live_sk_…``.
        transport: Replaces the network, in tests.
        timeout: Limits of single steps, in seconds.
        deadline_seconds: Limit of a whole exchange.
        per_minute: How many may begin in a minute; None for no limit.

    Source: contract §1 (authentication), 6 (Idempotency-Key).
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: SecretStr,
        transport: httpx.AsyncBaseTransport | None,
        timeout: httpx.Timeout | None,
        deadline_seconds: float,
        per_minute: int | None,
    ) -> None:
        filter_wire_logs()
        self._base_url = base_url.rstrip("/")
        self._headers = _standing_headers(secret_key)
        self._extensions = {"timeout": (timeout or DEFAULT_TIMEOUT).as_dict()}
        self._deadline_seconds = deadline_seconds
        self._pace = RateLimit(per_minute)
        self._lines = ConnectionPool((lambda: transport) if transport else _network(base_url))

    async def aclose(self) -> None:
        """Close the connections; no exchange works afterwards."""
        await self._lines.aclose()

    async def acquire(self) -> None:
        """Wait until an exchange may begin."""
        await self._pace.acquire()

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Values | None = None,
        query: Values | None = None,
        idempotency_key: str | None = None,
        has_turn: bool = False,
    ) -> TossResponse:
        """Send one request and read its whole answer; `turn` was called for it, or is now.

        Raises:
            OutcomeUnknown: No whole answer came.
            ValueError: ``idempotency_key`` cannot stand in a header.
        """
        request = httpx.Request(
            method,
            f"{self._base_url}{path}{'?' + urlencode(query) if query else ''}",
            headers=self._headers | _headers(body is not None, idempotency_key),
            # ASCII only: a lone surrogate from a browser would fail to encode, and that error
            # holds the whole body.
            content=None if body is None else json.dumps(dict(body)).encode("ascii"),
            extensions=self._extensions,
        )
        if not has_turn:
            await self.acquire()
        try:
            async with asyncio.timeout(self._deadline_seconds), self._lines.lent() as line:
                return await _exchange(line, request)
        except _NEVER_SENT as error:
            lost = OutcomeUnknown(f"No connection to Toss: {type(error).__name__}.", sent=False)
        except (httpx.HTTPError, OSError) as error:
            lost = OutcomeUnknown(f"Toss did not answer: {type(error).__name__}.")
        except _TooLarge:
            lost = OutcomeUnknown(f"Toss answered more than {BODY_LIMIT_BYTES} bytes.")
        raise lost


def _network(base_url: str) -> Callable[[], httpx.AsyncBaseTransport]:
    # Reading the machine's certificates takes long; one reading is enough for every line.
    trusted, proxy = httpx.create_ssl_context(), proxy_for(base_url)
    return lambda: httpx.AsyncHTTPTransport(verify=trusted, limits=ONE_CONNECTION, proxy=proxy)


async def _exchange(line: httpx.AsyncBaseTransport, request: httpx.Request) -> TossResponse:
    response = await line.handle_async_request(request)
    try:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > BODY_LIMIT_BYTES:
                raise _TooLarge
    finally:
        await response.aclose()
    trace_id = response.headers.get("x-tosspayments-trace-id", "")
    return TossResponse(status=response.status_code, body=bytes(body), trace_id=trace_id)


class _TooLarge(Exception):
    """The body passed the limit."""


def _standing_headers(secret_key: SecretStr) -> dict[str, str]:
    login = base64.b64encode(f"{secret_key.get_secret_value()}:".encode()).decode()
    return {**HEADERS, "Authorization": f"Basic {login}"}


def _headers(has_body: bool, idempotency_key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"} if has_body else {}
    if idempotency_key is None:
        return headers
    # Without one a repetition would be a second request, and nobody would notice.
    length_fits = 0 < len(idempotency_key) <= _IDEMPOTENCY_KEY_LENGTH
    if not (length_fits and idempotency_key.isascii() and idempotency_key.isprintable()):
        raise ValueError("An Idempotency-Key has 1-300 printable ASCII characters.")
    return {**headers, "Idempotency-Key": idempotency_key}


def segment(value: str) -> str:
    """Make one path segment; dots alone would climb to another endpoint."""
    if not value.strip("."):
        raise ValueError("A key in an address is empty or only dots.")
    return quote(value, safe="", errors="replace")
