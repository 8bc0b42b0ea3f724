"""One HTTP exchange with Toss: a request in, a complete response or ``OutcomeUnknown`` out.

URLs contain the billing key, and httpx's errors hold the request. So they are caught here, and
ours are raised outside the ``except`` block, so that no reference leads from ours to theirs.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr

from tossbill_ui.toss.body import UnreadableBody, read_body
from tossbill_ui.toss.connection_pool import ONE_CONNECTION, ConnectionPool, proxy_for
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.toss.log_filter import filter_wire_logs
from tossbill_ui.toss.rate_limit import RateLimit
from tossbill_ui.toss.response import TossResponse

# A charge may take 60 s (contract §10).
DEFAULT_TIMEOUT = httpx.Timeout(connect=5, write=10, read=65, pool=10)
# A read timeout restarts with every byte; this one does not.
DEADLINE_SECONDS = 70.0

HEADERS = {
    "Accept": "application/json",
    # Bodies are small, and one that is encoded all the same is not read.
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

Values = Mapping[str, str | int | SecretStr]


class Exchange:
    """Sends requests to Toss over pooled connections.

    Args:
        base_url: For example ``https://api.tosspayments.com``; may include a path.
        secret_key: ``test_sk_…`` or ``live_sk_…``.
        transport: Replaces the network, in tests.
        timeout: Limits for single steps, in seconds.
        deadline_seconds: Limit for a whole exchange.
        per_minute: The number of exchanges that may begin per minute; None for no limit.

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
        self._headers = _default_headers(secret_key)
        self._extensions = {"timeout": (timeout or DEFAULT_TIMEOUT).as_dict()}
        self._deadline_seconds = deadline_seconds
        self._rate_limit = RateLimit(per_minute)
        self._pool = ConnectionPool(
            (lambda: transport) if transport else _network_transport(base_url)
        )

    async def aclose(self) -> None:
        """Close the connections; no exchange works afterwards."""
        await self._pool.aclose()

    async def acquire(self) -> None:
        """Wait until the rate limit allows an exchange."""
        await self._rate_limit.acquire()

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: Values | None = None,
        query: Values | None = None,
        idempotency_key: str | None = None,
        is_acquired: bool = False,
    ) -> TossResponse:
        """Send one request and read its complete response.

        The rate limit applies here, unless the caller has already called `acquire` for it.

        Raises:
            OutcomeUnknown: No complete response arrived.
            ValueError: ``idempotency_key`` is not valid in a header.
        """
        request = httpx.Request(
            method,
            f"{self._base_url}{path}{'?' + urlencode(query) if query else ''}",
            headers=self._headers | _headers(body is not None, idempotency_key),
            content=None if body is None else _encoded(body),
            extensions=self._extensions,
        )
        if not is_acquired:
            await self.acquire()
        try:
            async with asyncio.timeout(self._deadline_seconds), self._pool.lent() as transport:
                return await _exchange(transport, request)
        except _NEVER_SENT as error:
            unknown = OutcomeUnknown(f"No connection to Toss: {type(error).__name__}.", sent=False)
        except (httpx.HTTPError, OSError) as error:
            unknown = OutcomeUnknown(f"Toss did not respond: {type(error).__name__}.")
        except UnreadableBody as error:
            unknown = OutcomeUnknown(f"Toss's response {error}.")
        raise unknown


def _encoded(body: Values) -> bytes:
    # ASCII only: a lone surrogate from a browser would fail to encode, and that error contains the
    # whole body. Secrets are read here alone, so that no caller holds them as text.
    return json.dumps(
        {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in body.items()
        }
    ).encode("ascii")


def _network_transport(base_url: str) -> Callable[[], httpx.AsyncBaseTransport]:
    # Loading the machine's certificates is slow; load them once for all connections.
    trusted, proxy = httpx.create_ssl_context(), proxy_for(base_url)
    return lambda: httpx.AsyncHTTPTransport(verify=trusted, limits=ONE_CONNECTION, proxy=proxy)


async def _exchange(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> TossResponse:
    response = await transport.handle_async_request(request)
    try:
        body = await read_body(response)
    finally:
        await response.aclose()
    trace_id = response.headers.get("x-tosspayments-trace-id", "")
    return TossResponse(status=response.status_code, body=body, trace_id=trace_id)


def _default_headers(secret_key: SecretStr) -> dict[str, str]:
    login = base64.b64encode(f"{secret_key.get_secret_value()}:".encode()).decode()
    return {**HEADERS, "Authorization": f"Basic {login}"}


def _headers(has_body: bool, idempotency_key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"} if has_body else {}
    if idempotency_key is None:
        return headers
    # Without a valid key, a repeated request would silently be a second one.
    length_fits = 0 < len(idempotency_key) <= _IDEMPOTENCY_KEY_LENGTH
    if not (length_fits and idempotency_key.isascii() and idempotency_key.isprintable()):
        raise ValueError("An idempotency key must have 1-300 printable ASCII characters.")
    return {**headers, "Idempotency-Key": idempotency_key}


def segment(value: str) -> str:
    """Quote a value as one path segment; dots alone would lead to another endpoint."""
    if not value.strip("."):
        raise ValueError("A key in a URL must not be empty or only dots.")
    return quote(value, safe="", errors="replace")
