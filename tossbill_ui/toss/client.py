"""The only place that talks to Toss.

Every call ends in a value or in exactly one ``TossError``. The billing key stands in addresses,
and httpx's errors carry the request: they are caught here, and ours are raised outside the
``except`` block, so that nothing of theirs is reachable from ours.
"""

import asyncio
import json
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from tossbill_ui.toss import verdict
from tossbill_ui.toss.errors import OutcomeUnknown
from tossbill_ui.toss.quiet import silence_wire_logs
from tossbill_ui.toss.verdict import Answer
from tossbill_ui.toss.wire import Billing, Payment

# A charge may take 60 s (contract §10).
DEFAULT_TIMEOUT = httpx.Timeout(connect=5, write=10, read=65, pool=10)
# A read time-out starts anew with every byte; this one does not.
DEADLINE_SECONDS = 70.0
BODY_LIMIT_BYTES = 1_000_000

_NOT_FOUND = 404
_IDEMPOTENCY_KEY_LENGTH = 300
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
# No such key is left at Toss, which is what a deletion is for. A DELETE repeated after a lost
# answer must not be taken for a failure. What Toss says to it is unmeasured (contract §4.4, 13).
_DELETED_ALREADY = frozenset({"ALREADY_REMOVED_BILLING_KEY", "NOT_FOUND_BILLING"})


class TossClient:
    """Toss's HTTP API; one per process, closed at its end.

    Args:
        base_url: For example ``https://api.tosspayments.com``; may have a path.
        secret_key: ``test_sk_…`` or ``live_sk_…``.
        transport: Replaces the network, in tests.
        timeout: Limits of single steps, in seconds.
        deadline_seconds: Limit of a whole call.

    Source: contract §1 (authentication), 4 (endpoints), 6 (Idempotency-Key).
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: SecretStr,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        silence_wire_logs()
        self._deadline_seconds = deadline_seconds
        self._http = httpx.AsyncClient(
            base_url=base_url,
            auth=httpx.BasicAuth(secret_key.get_secret_value(), ""),
            headers={
                "Accept": "application/json",
                # Small bodies, and a compressed one could grow past the limit in one step.
                "Accept-Encoding": "identity",
                "Accept-Language": "ko-KR",
                "User-Agent": "tossbill-ui",
            },
            timeout=timeout or DEFAULT_TIMEOUT,
            transport=transport,
            # A proxy from the environment is for Toss, not for a sandbox on this machine.
            mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
            follow_redirects=False,
        )

    async def issue_billing_key(
        self, *, auth_key: str, customer_key: str, idempotency_key: str
    ) -> Billing:
        """Exchange a one-time authKey for a billing key.

        Args:
            auth_key: From Toss's redirect.
            customer_key: The one the registration was started with.
            idempotency_key: 1-300 printable ASCII characters, stored before this call. The same
                request with the same key gives the same answer for 15 days.

        Returns:
            The registered payment method.

        Raises:
            Refused: Toss says no.
            GatewayRefused: Our key or contract is wrong.
            OutcomeUnknown: It may have been issued; repeat with the same ``idempotency_key``.
            ValueError: ``idempotency_key`` cannot stand in a header.

        Source: contract §4.1, 5.1, 6.
        """
        answer = await self._send(
            "POST",
            "/v1/billing/authorizations/issue",
            body={"authKey": auth_key, "customerKey": customer_key},
            idempotency_key=idempotency_key,
        )
        billing = verdict.read(answer, Billing) if answer.is_success else None
        if billing is None:
            raise verdict.failure(answer, secrets=(auth_key, customer_key))
        if billing.customer_key != customer_key:
            raise verdict.unknown(answer)
        return billing

    async def delete_billing_key(self, *, billing_key: str) -> None:
        """Delete a billing key; deleting it twice is no error.

        Raises:
            Refused: Toss says no; the key still works.
            GatewayRefused: Our key or contract is wrong.
            OutcomeUnknown: It may be deleted; ask again.
            ValueError: ``billing_key`` cannot stand in an address.

        Source: contract §4.4.
        """
        answer = await self._send("DELETE", f"/v1/billing/{_segment(billing_key)}")
        # The success has no body. Somebody else's page under a 200, such as a proxy's, has one.
        if answer.is_success and not answer.body.strip():
            return
        if answer.is_refusal and verdict.code_of(answer) in _DELETED_ALREADY:
            return
        raise verdict.failure(answer, secrets=(billing_key,))

    async def payment_by_key(self, *, payment_key: str) -> Payment | None:
        """Look a payment up by Toss's name of it; None when Toss knows no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``payment_key`` cannot stand in an address.

        Source: contract §4.5.
        """
        answer = await self._send("GET", f"/v1/payments/{_segment(payment_key)}")
        payment = _looked_up(answer)
        if payment and payment.payment_key != payment_key:
            raise verdict.unknown(answer)
        return payment

    async def payment_by_order_id(self, *, order_id: str) -> Payment | None:
        """Look a payment up by our name of it; None when Toss knows no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``order_id`` cannot stand in an address.

        Source: contract §4.5.
        """
        answer = await self._send("GET", f"/v1/payments/orders/{_segment(order_id)}")
        payment = _looked_up(answer)
        if payment and payment.order_id != order_id:
            raise verdict.unknown(answer)
        return payment

    async def aclose(self) -> None:
        """Close the connections; no call works afterwards."""
        await self._http.aclose()

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        request = self._http.build_request(
            method,
            path,
            # ASCII only: a lone surrogate from a browser would fail to encode, and that error
            # holds the whole body.
            content=None if body is None else json.dumps(body).encode("ascii"),
            headers=_headers(has_body=body is not None, idempotency_key=idempotency_key),
        )
        try:
            async with asyncio.timeout(self._deadline_seconds):
                return await self._exchange(request)
        except _NEVER_SENT as error:
            lost = OutcomeUnknown(f"No connection to Toss: {type(error).__name__}.", sent=False)
        except (httpx.HTTPError, OSError) as error:
            lost = OutcomeUnknown(f"Toss did not answer: {type(error).__name__}.")
        except _TooLarge:
            lost = OutcomeUnknown(f"Toss answered more than {BODY_LIMIT_BYTES} bytes.")
        raise lost

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > BODY_LIMIT_BYTES:
                    raise _TooLarge
        finally:
            await response.aclose()
        trace_id = response.headers.get("x-tosspayments-trace-id", "")
        return Answer(status=response.status_code, body=bytes(body), trace_id=trace_id)


class _TooLarge(Exception):
    """The body passed the limit."""


def _looked_up(answer: Answer) -> Payment | None:
    if answer.status == _NOT_FOUND and verdict.code_of(answer) == "NOT_FOUND_PAYMENT":
        return None
    payment = verdict.read(answer, Payment) if answer.is_success else None
    if payment is None:
        raise verdict.look_up_failure(answer)
    return payment


def _headers(*, has_body: bool, idempotency_key: str | None) -> dict[str, str]:
    headers = {"Content-Type": "application/json"} if has_body else {}
    if idempotency_key is None:
        return headers
    # Without one a repetition would be a second request, and nobody would notice.
    length_fits = 0 < len(idempotency_key) <= _IDEMPOTENCY_KEY_LENGTH
    if not (length_fits and idempotency_key.isascii() and idempotency_key.isprintable()):
        raise ValueError("An Idempotency-Key has 1-300 printable ASCII characters.")
    return {**headers, "Idempotency-Key": idempotency_key}


def _segment(value: str) -> str:
    """Make one path segment; dots alone would climb to another endpoint."""
    if not value.strip("."):
        raise ValueError("A key in an address is empty or only dots.")
    return quote(value, safe="", errors="replace")
