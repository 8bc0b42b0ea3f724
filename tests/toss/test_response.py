"""Outcomes of status and body of a response, on a mock transport."""

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pydantic import JsonValue

from tests.toss.responses import (
    AUTH_KEY,
    BILLING,
    BILLING_KEY,
    BILLING_OLD,
    ORDER_ID,
    PAYMENT,
    PAYMENT_KEY,
    TRACE_ID,
    problem,
)
from tests.toss.transports import MakeClient, answers, cancel, charge, issue, transactions
from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError
from tossbill_ui.toss.wire import Payment

UNREADABLE = [b"", b"<html>", b"[]", b"null", b'"x"', b"{", b"\xff\xfe", b"[" * 50_000, b"{}"]

# status, body, outcome of a POST or a DELETE
DECISIONS: list[tuple[int, bytes, type[TossError]]] = [
    (400, problem("INVALID_CARD_EXPIRATION"), Refused),
    (400, problem("INVALID_REQUEST"), Refused),
    (403, problem("REJECT_CARD_COMPANY"), Refused),
    (400, problem("REJECT_CARD_COMPANY"), Refused),
    (404, problem("INVALID_BILLING_AUTH"), Refused),
    (401, problem("UNAUTHORIZED_KEY"), GatewayRefused),
    (401, problem("BRAND_NEW_CODE"), GatewayRefused),
    (401, b"", OutcomeUnknown),
    (400, problem("INVALID_API_KEY"), GatewayRefused),
    (403, problem("INCORRECT_BASIC_AUTH_FORMAT"), GatewayRefused),
    (400, problem("NOT_SUPPORTED_METHOD"), GatewayRefused),
    (404, problem("NOT_FOUND_HTTP_METHOD"), GatewayRefused),
    (401, problem("REJECT_CARD_COMPANY"), OutcomeUnknown),
    (409, problem("IDEMPOTENT_REQUEST_PROCESSING"), OutcomeUnknown),
    (409, problem("INVALID_REQUEST"), OutcomeUnknown),
    (400, problem("IDEMPOTENT_REQUEST_PROCESSING"), OutcomeUnknown),
    (429, problem("INVALID_REQUEST"), OutcomeUnknown),
    (408, b"", OutcomeUnknown),
    (400, problem("PROVIDER_ERROR"), OutcomeUnknown),
    (400, problem("DUPLICATED_ORDER_ID"), OutcomeUnknown),
    (400, problem("BRAND_NEW_CODE"), OutcomeUnknown),
    (400, problem("not a code"), OutcomeUnknown),
    (500, problem("COMMON_ERROR"), OutcomeUnknown),
    (500, problem("INVALID_REQUEST"), OutcomeUnknown),
    (500, problem("UNAUTHORIZED_KEY"), OutcomeUnknown),
    (503, b"", OutcomeUnknown),
    (200, problem("INVALID_REQUEST"), OutcomeUnknown),
    (302, b"", OutcomeUnknown),
    (304, b"", OutcomeUnknown),
    (202, json.dumps(BILLING).encode(), OutcomeUnknown),
    *((400, body, OutcomeUnknown) for body in UNREADABLE),
    *((404, body, OutcomeUnknown) for body in UNREADABLE),
]


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_issue_outcome(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    with pytest.raises(TossError) as caught:
        await issue(make_client(answers(status, body)))

    assert type(caught.value) is outcome
    assert caught.value.code in {"refused", "gateway_refused", "outcome_unknown"}
    assert caught.value.trace_id == TRACE_ID


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_delete_outcome(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    with pytest.raises(TossError) as caught:
        await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)

    assert type(caught.value) is outcome


@pytest.mark.parametrize("call", [charge, cancel])
@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_charge_and_cancel_outcome(
    call: Callable[[TossClient], Awaitable[Payment]],
    status: int,
    body: bytes,
    outcome: type[TossError],
    make_client: MakeClient,
) -> None:
    with pytest.raises(TossError) as caught:
        await call(make_client(answers(status, body)))

    assert type(caught.value) is outcome


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_failed_lookup_is_never_a_refusal_or_none(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    client = make_client(answers(status, body))

    for lookup in (
        client.payment_by_key(payment_key=PAYMENT_KEY),
        client.payment_by_order_id(order_id=ORDER_ID),
        transactions(client),
    ):
        with pytest.raises(TossError) as caught:
            await lookup
        expected = GatewayRefused if outcome is GatewayRefused else OutcomeUnknown
        assert type(caught.value) is expected


@pytest.mark.parametrize("body", [BILLING, BILLING_OLD])
async def test_issue_returns_the_payment_method(
    body: dict[str, JsonValue], make_client: MakeClient
) -> None:
    billing = await issue(make_client(answers(200, json.dumps(body).encode())))

    assert billing.billing_key.get_secret_value() == BILLING_KEY


@pytest.mark.parametrize(
    "body",
    [
        {**BILLING, "customerKey": "somebody-else"},
        {key: value for key, value in BILLING.items() if key != "customerKey"},
        {key: value for key, value in BILLING.items() if key != "billingKey"},
        {**BILLING, "billingKey": ""},
    ],
    ids=["another customer", "no customer", "no key", "empty key"],
)
async def test_contradictory_success_is_unknown(
    body: dict[str, JsonValue], make_client: MakeClient
) -> None:
    with pytest.raises(OutcomeUnknown):
        await issue(make_client(answers(200, json.dumps(body).encode())))


@pytest.mark.parametrize("body", UNREADABLE)
async def test_unreadable_success_is_unknown(body: bytes, make_client: MakeClient) -> None:
    client = make_client(answers(200, body))

    with pytest.raises(OutcomeUnknown):
        await issue(client)
    with pytest.raises(OutcomeUnknown):
        await client.payment_by_order_id(order_id=ORDER_ID)


async def test_refusal_carries_tosss_code_and_message(make_client: MakeClient) -> None:
    message = "한도초과\n" + "가" * 1000 + AUTH_KEY
    body = problem("REJECT_CARD_PAYMENT", message)

    with pytest.raises(Refused) as caught:
        await issue(make_client(answers(403, body)))

    refused = caught.value
    assert refused.toss_code == "REJECT_CARD_PAYMENT"
    assert refused.toss_message.startswith("한도초과 가")
    assert len(refused.toss_message) == 200
    assert refused.message == f"Toss refused: status 403, REJECT_CARD_PAYMENT, trace {TRACE_ID}."


async def test_invalid_trace_id_is_left_out(make_client: MakeClient) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        headers = {"x-tosspayments-trace-id": "x\ty <script>"}
        return httpx.Response(500, headers=headers)

    with pytest.raises(OutcomeUnknown) as caught:
        await issue(make_client(handler))

    assert caught.value.trace_id == ""
    assert caught.value.message == "Toss's response leaves the outcome open: status 500."


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (204, b""),
        (400, problem("ALREADY_REMOVED_BILLING_KEY", "이미 삭제된 빌링키입니다")),
        (404, problem("NOT_FOUND_BILLING")),
    ],
)
async def test_missing_key_counts_as_deleted(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, problem("ALREADY_REMOVED_BILLING_KEY")), (200, b"<html>"), (404, b"")],
)
async def test_uncertain_deletion_is_unknown(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    with pytest.raises(OutcomeUnknown):
        await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)


async def test_lookups_find_the_payment(make_client: MakeClient) -> None:
    client = make_client(answers(200, json.dumps(PAYMENT).encode()))

    by_key = await client.payment_by_key(payment_key=PAYMENT_KEY)

    assert by_key == await client.payment_by_order_id(order_id=ORDER_ID)
    assert by_key is not None
    assert by_key.total_amount == 4900


async def test_only_tosss_own_code_means_no_such_payment(make_client: MakeClient) -> None:
    client = make_client(answers(404, problem("NOT_FOUND_PAYMENT")))

    assert await client.payment_by_key(payment_key=PAYMENT_KEY) is None
    assert await client.payment_by_order_id(order_id=ORDER_ID) is None
    for status, code in ((404, "NOT_FOUND"), (500, "NOT_FOUND_PAYMENT")):
        with pytest.raises(OutcomeUnknown):
            await make_client(answers(status, problem(code))).payment_by_order_id(order_id=ORDER_ID)


async def test_response_about_another_payment_is_unknown(make_client: MakeClient) -> None:
    client = make_client(answers(200, json.dumps(PAYMENT).encode()))

    with pytest.raises(OutcomeUnknown):
        await client.payment_by_key(payment_key="tgen_other")
    with pytest.raises(OutcomeUnknown):
        await client.payment_by_order_id(order_id="order_other")


async def test_charge_returns_the_payment(make_client: MakeClient) -> None:
    payment = await charge(make_client(answers(200, json.dumps(PAYMENT).encode())))

    assert (payment.payment_key, payment.total_amount) == (PAYMENT_KEY, 4900)


@pytest.mark.parametrize(
    "change",
    [
        {"orderId": "another"},
        {"totalAmount": 4901},
        {"status": "IN_PROGRESS"},
        {"status": "ABORTED"},
    ],
    ids=str,
)
async def test_approval_of_another_charge_is_unknown(
    change: dict[str, JsonValue], make_client: MakeClient
) -> None:
    with pytest.raises(OutcomeUnknown):
        await charge(make_client(answers(200, json.dumps({**PAYMENT, **change}).encode())))


async def test_refund_returns_the_balance(make_client: MakeClient) -> None:
    after = {**PAYMENT, "status": "PARTIAL_CANCELED", "balanceAmount": 4000}

    payment = await cancel(make_client(answers(200, json.dumps(after).encode())))

    assert payment.balance_amount == 4000


async def test_refund_of_another_payment_is_unknown(make_client: MakeClient) -> None:
    other = {**PAYMENT, "paymentKey": "tgen_other"}

    with pytest.raises(OutcomeUnknown):
        await cancel(make_client(answers(200, json.dumps(other).encode())))


async def test_transactions_are_read_page_by_page(make_client: MakeClient) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        first = 501 if "startingAfter" in request.url.params else 1
        count = 2 if first > 1 else 500
        keys = [f"t{number}" for number in range(first, first + count)]
        return httpx.Response(
            200, json=[{"transactionKey": key, "paymentKey": "p", "amount": -1} for key in keys]
        )

    listed = await transactions(make_client(handler))

    assert [row.transaction_key for row in listed] == [f"t{number}" for number in range(1, 503)]


@pytest.mark.parametrize("body", [b"{}", b"[{}]", b'[{"transactionKey":"t"}]', b"[1]"])
async def test_unreadable_list_is_unknown(body: bytes, make_client: MakeClient) -> None:
    with pytest.raises(OutcomeUnknown):
        await transactions(make_client(answers(200, body)))
