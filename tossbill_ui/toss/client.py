"""The Toss API client: each call returns a value or raises exactly one ``TossError``."""

from collections.abc import AsyncGenerator
from datetime import datetime

import httpx
from pydantic import SecretStr

from tossbill_ui.core.clock import SEOUL
from tossbill_ui.toss import response
from tossbill_ui.toss.card_details import CardDetails
from tossbill_ui.toss.errors import Refused
from tossbill_ui.toss.exchange import DEADLINE_SECONDS, Exchange, segment
from tossbill_ui.toss.mask import without_numbers
from tossbill_ui.toss.response import TossResponse
from tossbill_ui.toss.wire import Billing, Payment, Transaction

_NOT_FOUND = 404
_TRANSACTIONS_PER_PAGE = 500
# The key no longer exists at Toss, so the deletion has succeeded. A DELETE repeated after a lost
# response must not count as a failure. Toss's response to it is unmeasured (contract §4.4, 13).
_ALREADY_DELETED = frozenset({"ALREADY_REMOVED_BILLING_KEY", "NOT_FOUND_BILLING"})


class TossClient:
    """Client of Toss's HTTP API; one per process, closed when it stops.

    Args:
        base_url: For example ``https://api.tosspayments.com``; may include a path.
        secret_key: ``test_sk_…`` or ``live_sk_…``.
        transport: Replaces the network, in tests.
        timeout: Limits for single steps, in seconds.
        deadline_seconds: Limit for a whole call.
        per_minute: The number of calls that may begin per minute; None for no limit.

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
            idempotency_key: 1-300 printable ASCII characters, stored before this call. Repeating
                the request with the same key gets the same response for 15 days.

        Returns:
            The registered payment method.

        Raises:
            Refused: Toss refused.
            GatewayRefused: Our key or contract is wrong.
            OutcomeUnknown: It may have been issued; repeat with the same ``idempotency_key``.
            ValueError: ``idempotency_key`` is not valid in a header.

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

    async def issue_billing_key_by_card(
        self, *, card: CardDetails, customer_key: str, idempotency_key: str
    ) -> Billing:
        """Have a billing key issued for card details that the customer typed into our own form.

        Only shops with an old contract may: Toss accepts no new ones.

        Args:
            card: The card's details; neither the answer nor an error repeats them.
            customer_key: The customer's.
            idempotency_key: As for `issue_billing_key`.

        Returns:
            The registered card.

        Raises:
            Refused: Toss refused; its message is without any number.
            GatewayRefused: Our key is wrong, or our contract does not include this.
            OutcomeUnknown: It may have been issued; repeat with the same ``idempotency_key``.
            ValueError: ``idempotency_key`` is not valid in a header.

        Source: contract §4.2, 5.1, 6.
        """
        answer = await self._exchange.send(
            "POST",
            "/v1/billing/authorizations/card",
            body={"customerKey": customer_key, **card.to_body()},
            idempotency_key=idempotency_key,
        )
        billing = response.read(answer, Billing) if answer.is_success else None
        if billing is None:
            failed = response.failure(answer, secrets=(customer_key,))
            if isinstance(failed, Refused):
                failed.toss_message = without_numbers(failed.toss_message)
            raise failed
        if billing.customer_key != customer_key:
            raise response.unknown(answer)
        return billing

    async def delete_billing_key(self, *, billing_key: str) -> None:
        """Delete a billing key; deleting it twice is not an error.

        Raises:
            Refused: Toss refused; the key still works.
            GatewayRefused: Our key or contract is wrong.
            OutcomeUnknown: It may be deleted; call again.
            ValueError: ``billing_key`` is not valid in a URL.

        Source: contract §4.4.
        """
        answer = await self._exchange.send("DELETE", f"/v1/billing/{segment(billing_key)}")
        # Toss's success has no body. A 200 from elsewhere, such as a proxy's page, has one.
        if answer.is_success and not answer.body.strip():
            return
        if answer.is_refusal and response.code_of(answer) in _ALREADY_DELETED:
            return
        raise response.failure(answer, secrets=(billing_key,))

    async def payment_by_key(self, *, payment_key: str) -> Payment | None:
        """Look up a payment by its payment key; None when Toss has no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``payment_key`` is not valid in a URL.

        Source: contract §4.5.
        """
        answer = await self._exchange.send("GET", f"/v1/payments/{segment(payment_key)}")
        payment = _read_payment(answer)
        if payment and payment.payment_key != payment_key:
            raise response.unknown(answer)
        return payment

    async def payment_by_order_id(self, *, order_id: str) -> Payment | None:
        """Look up a payment by our order id; None when Toss has no such payment.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: The look-up failed, which says nothing about the payment.
            ValueError: ``order_id`` is not valid in a URL.

        Source: contract §4.5.
        """
        answer = await self._exchange.send("GET", f"/v1/payments/orders/{segment(order_id)}")
        payment = _read_payment(answer)
        if payment and payment.order_id != order_id:
            raise response.unknown(answer)
        return payment

    async def acquire(self) -> None:
        """Wait until the rate limit allows a charge; check afterwards that it is still wanted."""
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
        """Charge a registered payment method once; call `acquire` first.

        Args:
            billing_key: The billing key.
            customer_key: The customer key that it was issued for.
            order_id: Our id of the payment, 6-64 characters of ``[A-Za-z0-9-_]``.
            order_name: The text on the customer's card slip, at most 100 characters.
            amount_krw: Whole won, tax included; at least 100 for a card, 200 for an account.
            tax_free_krw: The tax-free part, in whole won.
            idempotency_key: Stored before this call. Repeating the request with the same key
                does not charge again and gets the same response, also a refusal, for 15 days.

        Returns:
            The approved payment, with this order id and this amount.

        Raises:
            Refused: Toss refused; nothing was charged.
            GatewayRefused: Our key or contract is wrong; nothing was charged.
            OutcomeUnknown: It may have been charged; look it up by its order id.
            ValueError: A key is not valid in a URL or a header.

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
            is_acquired=True,
        )
        payment = response.read(answer, Payment) if answer.is_success else None
        if payment is None:
            raise response.failure(answer, secrets=(billing_key, customer_key))
        is_ours = payment.order_id == order_id and payment.total_amount == amount_krw
        if not is_ours or not payment.is_in_won or payment.status != "DONE":
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
        """Refund a payment, in whole or in part.

        Args:
            payment_key: Toss's key of the payment.
            amount_krw: The amount to refund, in whole won.
            tax_free_krw: The tax-free part of it, in whole won.
            refundable_krw: The refundable balance we expect; Toss refuses if it differs.
            reason: At most 200 characters, seen only by the shop.
            idempotency_key: Stored before this call; see `charge`.

        Returns:
            The payment after the refund. ``balance_amount`` is what is left, whatever the status.

        Raises:
            Refused: Toss refused; this request refunded nothing.
            GatewayRefused: Our key is wrong; nothing was refunded.
            OutcomeUnknown: It may have been refunded; check the payment's balance.
            ValueError: A key is not valid in a URL or a header.

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
        if payment.payment_key != payment_key or not payment.is_in_won:
            raise response.unknown(answer)
        return payment

    async def transactions(
        self, *, since: datetime, until: datetime
    ) -> AsyncGenerator[Transaction]:
        """Yield every transaction between two instants, oldest first, page by page.

        New ones appear with a lag, so request ranges that overlap.

        Raises:
            GatewayRefused: Our key is wrong.
            OutcomeUnknown: A page could not be read, which says nothing about any payment.

        Source: contract §4.7.
        """
        # Without a time zone: Toss refuses one here (contract §4.7).
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


def _read_payment(answer: TossResponse) -> Payment | None:
    if answer.status == _NOT_FOUND and response.code_of(answer) == "NOT_FOUND_PAYMENT":
        return None
    payment = response.read(answer, Payment) if answer.is_success else None
    if payment is None:
        raise response.look_up_failure(answer)
    return payment
