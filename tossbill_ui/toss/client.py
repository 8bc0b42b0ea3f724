"""The only place that talks to Toss: every call ends in a value or in exactly one ``TossError``."""

from collections.abc import AsyncGenerator
from datetime import datetime

import httpx
from pydantic import SecretStr

from tossbill_ui.core.clock import SEOUL
from tossbill_ui.toss import response
from tossbill_ui.toss.exchange import DEADLINE_SECONDS, Exchange, segment
from tossbill_ui.toss.response import TossResponse
from tossbill_ui.toss.wire import Billing, Payment, Transaction

_NOT_FOUND = 404
_TRANSACTIONS_PER_PAGE = 500
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
        per_minute: How many calls may begin in a minute; None for no limit.

    Source: contract §4 (endpoints).
    """

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: SecretStr,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
        per_minute: int | None = None,
    ) -> None:
        self._exchange = Exchange(
            base_url=base_url,
            secret_key=secret_key,
            transport=transport,
            timeout=timeout,
            deadline_seconds=deadline_seconds,
            per_minute=per_minute,
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
        answer = await self._exchange.send(
            "POST",
            "/v1/billing/authorizations/issue",
            body={"authKey": auth_key, "customerKey": customer_key},
            idempotency_key=idempotency_key,
        )
        billing = response.read(answer, Billing) if answer.is_success else None
        if billing is None:
            raise response.failure(answer, secrets=(auth_key, customer_key))
        if billing.customer_key != customer_key:
            raise response.unknown(answer)
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
        answer = await self._exchange.send("DELETE", f"/v1/billing/{segment(billing_key)}")
        # The success has no body. Somebody else's page under a 200, such as a proxy's, has one.
        if answer.is_success and not answer.body.strip():
            return
        if answer.is_refusal and response.code_of(answer) in _DELETED_ALREADY:
            return
        raise response.failure(answer, secrets=(billing_key,))

    async def payment_by_key(self, *, payment_key: str) -> Payment | None:
        """Look a payment up by Toss's name of it; None when Toss knows no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``payment_key`` cannot stand in an address.

        Source: contract §4.5.
        """
        answer = await self._exchange.send("GET", f"/v1/payments/{segment(payment_key)}")
        payment = _looked_up(answer)
        if payment and payment.payment_key != payment_key:
            raise response.unknown(answer)
        return payment

    async def payment_by_order_id(self, *, order_id: str) -> Payment | None:
        """Look a payment up by our name of it; None when Toss knows no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``order_id`` cannot stand in an address.

        Source: contract §4.5.
        """
        answer = await self._exchange.send("GET", f"/v1/payments/orders/{segment(order_id)}")
        payment = _looked_up(answer)
        if payment and payment.order_id != order_id:
            raise response.unknown(answer)
        return payment

    async def acquire(self) -> None:
        """Wait until a charge may begin, then look once more whether it should."""
        await self._exchange.acquire()

    async def charge(
        self,
        *,
        billing_key: str,
        customer_key: str,
        order_id: str,
        order_name: str,
        amount_krw: int,
        tax_free_krw: int,
        idempotency_key: str,
    ) -> Payment:
        """Charge a registered payment method once; call `turn` before.

        Args:
            billing_key: The permission to charge.
            customer_key: Whose it is; must be the one it was issued to.
            order_id: Our name of the payment, 6-64 characters of ``[A-Za-z0-9-_]``.
            order_name: What the customer reads on the slip, at most 100 characters.
            amount_krw: Whole won, tax included; at least 100 for a card, 200 for an account.
            tax_free_krw: The part that no tax is on, whole won.
            idempotency_key: Stored before this call; the same request with the same key charges
                once and gives the same answer for 15 days. A refusal is bound to it too.

        Returns:
            The approved payment, of this order id and this amount.

        Raises:
            Refused: Toss says no; nothing was charged.
            GatewayRefused: Our key or contract is wrong; nothing was charged.
            OutcomeUnknown: It may have been charged; look it up by its order id.
            ValueError: A key cannot stand in an address or a header.

        Source: contract §4.3, 5.2, 6.
        """
        answer = await self._exchange.send(
            "POST",
            f"/v1/billing/{segment(billing_key)}",
            body={
                "customerKey": customer_key,
                "amount": amount_krw,
                "orderId": order_id,
                "orderName": order_name,
                "taxFreeAmount": tax_free_krw,
            },
            idempotency_key=idempotency_key,
            has_turn=True,
        )
        payment = response.read(answer, Payment) if answer.is_success else None
        if payment is None:
            raise response.failure(answer, secrets=(billing_key, customer_key))
        is_ours = payment.order_id == order_id and payment.total_amount == amount_krw
        if not is_ours or payment.status != "DONE":
            raise response.unknown(answer)
        return payment

    async def cancel_payment(
        self,
        *,
        payment_key: str,
        amount_krw: int,
        tax_free_krw: int,
        refundable_krw: int,
        reason: str,
        idempotency_key: str,
    ) -> Payment:
        """Give money of a payment back.

        Args:
            payment_key: Toss's name of the payment.
            amount_krw: How much, whole won.
            tax_free_krw: The part of it that no tax is on, whole won.
            refundable_krw: What we think is left before it; Toss refuses if it is not so.
            reason: At most 200 characters, for the shop's eyes.
            idempotency_key: Stored before this call; see `charge`.

        Returns:
            The payment after it. What is left is ``balance_amount``, whatever the status says.

        Raises:
            Refused: Toss says no; nothing was given back by this request.
            GatewayRefused: Our key is wrong; nothing was given back.
            OutcomeUnknown: It may have been given back; look at the payment's balance.
            ValueError: A key cannot stand in an address or a header.

        Source: contract §4.6, 5.3.
        """
        answer = await self._exchange.send(
            "POST",
            f"/v1/payments/{segment(payment_key)}/cancel",
            body={
                "cancelReason": reason,
                "cancelAmount": amount_krw,
                "taxFreeAmount": tax_free_krw,
                "refundableAmount": refundable_krw,
            },
            idempotency_key=idempotency_key,
        )
        payment = response.read(answer, Payment) if answer.is_success else None
        if payment is None:
            raise response.failure(answer, secrets=(payment_key,))
        if payment.payment_key != payment_key:
            raise response.unknown(answer)
        return payment

    async def transactions(
        self, *, since: datetime, until: datetime
    ) -> AsyncGenerator[Transaction]:
        """Give every movement of money between two instants, oldest first, page by page.

        New ones appear with a lag, so ask for days that overlap.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: A page could not be read, which says nothing about any payment.

        Source: contract §4.7.
        """
        # Without a zone: Toss refuses one here (contract §4.7).
        start, end = (f"{at.astimezone(SEOUL):%Y-%m-%dT%H:%M:%S}" for at in (since, until))
        query: dict[str, str | int] = {
            "startDate": start,
            "endDate": end,
            "limit": _TRANSACTIONS_PER_PAGE,
        }
        while True:
            answer = await self._exchange.send("GET", "/v1/transactions", query=query)
            page = response.read_list(answer, Transaction) if answer.is_success else None
            if page is None:
                raise response.look_up_failure(answer)
            for transaction in page:
                yield transaction
            if len(page) < _TRANSACTIONS_PER_PAGE:
                return
            query["startingAfter"] = page[-1].transaction_key

    async def aclose(self) -> None:
        """Close the connections; no call works afterwards."""
        await self._exchange.aclose()


def _looked_up(answer: TossResponse) -> Payment | None:
    if answer.status == _NOT_FOUND and response.code_of(answer) == "NOT_FOUND_PAYMENT":
        return None
    payment = response.read(answer, Payment) if answer.is_success else None
    if payment is None:
        raise response.look_up_failure(answer)
    return payment
