"""Status x body -> outcome, on a pretend wire."""

import base64
import json
from collections.abc import Callable

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from toss_answers import (
    AUTH_KEY,
    BILLING,
    BILLING_KEY,
    BILLING_OLD,
    CUSTOMER_KEY,
    IDEMPOTENCY_KEY,
    ORDER_ID,
    PAYMENT,
    PAYMENT_KEY,
    SECRET_KEY,
    TRACE_ID,
    problem,
)
from toss_wires import MakeClient

from tossbill_ui.toss.client import TossClient
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError
from tossbill_ui.toss.wire import Billing

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
    (401, b"", GatewayRefused),
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


def answers(status: int, body: bytes = b"") -> Callable[[httpx.Request], httpx.Response]:
    """Give a wire that always answers the same."""

    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, content=body, headers={"x-tosspayments-trace-id": TRACE_ID, "location": "/x"}
        )

    return handler


async def issue(client: TossClient) -> Billing:
    """Ask for a billing key."""
    return await client.issue_billing_key(
        auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=IDEMPOTENCY_KEY
    )


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_issue_decides(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    with pytest.raises(TossError) as caught:
        await issue(make_client(answers(status, body)))

    assert type(caught.value) is outcome
    assert caught.value.code in {"refused", "gateway_refused", "outcome_unknown"}
    assert caught.value.trace_id == TRACE_ID


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_delete_decides(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    with pytest.raises(TossError) as caught:
        await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)

    assert type(caught.value) is outcome


@pytest.mark.parametrize(("status", "body", "outcome"), DECISIONS)
async def test_a_failed_look_up_is_never_a_refusal_and_never_none(
    status: int, body: bytes, outcome: type[TossError], make_client: MakeClient
) -> None:
    client = make_client(answers(status, body))

    for looking in (
        client.payment_by_key(payment_key=PAYMENT_KEY),
        client.payment_by_order_id(order_id=ORDER_ID),
    ):
        with pytest.raises(TossError) as caught:
            await looking
        expected = GatewayRefused if outcome is GatewayRefused else OutcomeUnknown
        assert type(caught.value) is expected


@pytest.mark.parametrize("body", [BILLING, BILLING_OLD])
async def test_issue_gives_the_payment_method(
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
        {**BILLING, "authenticatedAt": "0001-01-01T00:00:00+09:00"},
    ],
    ids=["another customer", "no customer", "no key", "empty key", "absurd time"],
)
async def test_a_contradictory_success_is_unknown(
    body: dict[str, JsonValue], make_client: MakeClient
) -> None:
    with pytest.raises(OutcomeUnknown):
        await issue(make_client(answers(200, json.dumps(body).encode())))


@pytest.mark.parametrize("body", UNREADABLE)
async def test_an_unreadable_success_is_unknown(body: bytes, make_client: MakeClient) -> None:
    client = make_client(answers(200, body))

    with pytest.raises(OutcomeUnknown):
        await issue(client)
    with pytest.raises(OutcomeUnknown):
        await client.payment_by_order_id(order_id=ORDER_ID)


async def test_a_refusal_carries_tosss_words(make_client: MakeClient) -> None:
    message = "한도초과\n" + "가" * 1000 + AUTH_KEY
    body = problem("REJECT_CARD_PAYMENT", message)

    with pytest.raises(Refused) as caught:
        await issue(make_client(answers(403, body)))

    refused = caught.value
    assert refused.toss_code == "REJECT_CARD_PAYMENT"
    assert refused.toss_message.startswith("한도초과가")
    assert len(refused.toss_message) == 200
    assert refused.message == f"Toss refused: status 403, REJECT_CARD_PAYMENT, trace {TRACE_ID}."


async def test_a_trace_id_that_is_none_is_left_out(make_client: MakeClient) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        headers = {"x-tosspayments-trace-id": "x\ty <script>"}
        return httpx.Response(500, headers=headers)

    with pytest.raises(OutcomeUnknown) as caught:
        await issue(make_client(handler))

    assert caught.value.trace_id == ""
    assert caught.value.message == "Toss's answer settles nothing: status 500."


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (204, b""),
        (400, problem("ALREADY_REMOVED_BILLING_KEY", "이미 삭제된 빌링키입니다")),
        (404, problem("NOT_FOUND_BILLING")),
    ],
)
async def test_a_key_that_is_gone_is_deleted(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, problem("ALREADY_REMOVED_BILLING_KEY")), (200, b"<html>"), (404, b"")],
)
async def test_a_deletion_that_is_not_certain_is_unknown(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    with pytest.raises(OutcomeUnknown):
        await make_client(answers(status, body)).delete_billing_key(billing_key=BILLING_KEY)


async def test_look_ups_find_the_payment(make_client: MakeClient) -> None:
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


async def test_an_answer_about_another_payment_is_unknown(make_client: MakeClient) -> None:
    client = make_client(answers(200, json.dumps(PAYMENT).encode()))

    with pytest.raises(OutcomeUnknown):
        await client.payment_by_key(payment_key="tgen_other")
    with pytest.raises(OutcomeUnknown):
        await client.payment_by_order_id(order_id="order_other")


async def test_what_is_sent(make_client: MakeClient) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        body = json.dumps(BILLING) if request.method == "POST" else ""
        return httpx.Response(200, content=body)

    client = make_client(handler, base_url="http://127.0.0.1:3000/sandbox")
    await issue(client)
    await client.delete_billing_key(billing_key="a/b?c#d%e=")

    post, delete = sent
    assert post.url == "http://127.0.0.1:3000/sandbox/v1/billing/authorizations/issue"
    assert json.loads(post.content) == {"authKey": AUTH_KEY, "customerKey": CUSTOMER_KEY}
    assert post.headers["idempotency-key"] == IDEMPOTENCY_KEY
    assert post.headers["content-type"] == "application/json"
    basic = base64.b64encode(f"{SECRET_KEY}:".encode()).decode()
    assert post.headers["authorization"] == delete.headers["authorization"] == f"Basic {basic}"
    assert delete.url.raw_path == b"/sandbox/v1/billing/a%2Fb%3Fc%23d%25e%3D"


@pytest.mark.parametrize("key", ["", ".", "..", "..."])
async def test_a_key_that_would_reach_another_endpoint_is_not_sent(
    key: str, make_client: MakeClient
) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="only dots"):
        await client.delete_billing_key(billing_key=key)
    with pytest.raises(ValueError, match="only dots"):
        await client.payment_by_key(payment_key=key)


@pytest.mark.parametrize("key", ["", "x" * 301, "키", "a\r\nb"])
async def test_a_bad_idempotency_key_is_not_sent(key: str, make_client: MakeClient) -> None:
    client = make_client(answers(200))

    with pytest.raises(ValueError, match="printable ASCII"):
        await client.issue_billing_key(
            auth_key=AUTH_KEY, customer_key=CUSTOMER_KEY, idempotency_key=key
        )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
known_fields = st.sampled_from([*BILLING, *PAYMENT, "code", "message", "masked"])
bodies = st.one_of(
    st.binary(),
    st.dictionaries(known_fields | st.text(), json_values).map(lambda v: json.dumps(v).encode()),
    st.dictionaries(st.sampled_from(list(BILLING)), json_values, max_size=2).map(
        lambda changes: json.dumps({**BILLING, **changes}).encode()
    ),
    st.dictionaries(st.sampled_from(list(PAYMENT)), json_values, max_size=2).map(
        lambda changes: json.dumps({**PAYMENT, **changes}).encode()
    ),
    st.tuples(st.from_regex(r"\A[A-Z_]{1,30}\Z"), st.text()).map(lambda pair: problem(*pair)),
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(status=st.integers(200, 599), body=bodies)
async def test_any_answer_gives_a_value_or_exactly_one_error(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    client = make_client(answers(status, body))

    for call in (
        issue(client),
        client.delete_billing_key(billing_key=BILLING_KEY),
        client.payment_by_key(payment_key=PAYMENT_KEY),
        client.payment_by_order_id(order_id=ORDER_ID),
    ):
        try:
            await call
        except TossError as error:
            assert type(error) in {Refused, GatewayRefused, OutcomeUnknown}  # noqa: PT017
            assert error.__context__ is None  # noqa: PT017
