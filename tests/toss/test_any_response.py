"""Any response produces a value or exactly one error."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toss.responses import (
    BILLING,
    BILLING_KEY,
    ORDER_ID,
    PAYMENT,
    PAYMENT_KEY,
    problem,
)
from tests.toss.transports import MakeClient, answers, cancel, charge, issue, transactions
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError

# Characters that JSON can express and no database can store.
NUL, LONE_SURROGATE = "\x00", "\ud800"

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
async def test_any_response_produces_a_value_or_exactly_one_error(
    status: int, body: bytes, make_client: MakeClient
) -> None:
    client = make_client(answers(status, body))

    for call in (
        issue(client),
        client.delete_billing_key(billing_key=BILLING_KEY),
        client.payment_by_key(payment_key=PAYMENT_KEY),
        client.payment_by_order_id(order_id=ORDER_ID),
        charge(client),
        cancel(client),
        transactions(client),
    ):
        try:
            await call
        except TossError as error:
            assert type(error) in {Refused, GatewayRefused, OutcomeUnknown}  # noqa: PT017
            assert error.__context__ is None  # noqa: PT017


def texts(value: Any) -> Iterator[str]:
    """Yield every string in a value, at any depth."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else ():
        yield from texts(each)
    for each in value if isinstance(value, list) else ():
        yield from texts(each)


def with_unstorable_texts(value: Any, unstorable: str) -> Any:
    """Return JSON in which strings end in a character that cannot be stored."""
    if isinstance(value, dict):
        return {name: with_unstorable_texts(each, unstorable) for name, each in value.items()}
    if isinstance(value, list):
        return [with_unstorable_texts(each, unstorable) for each in value]
    return value + unstorable if isinstance(value, str) and not value[:1].isdigit() else value


@pytest.mark.parametrize("unstorable", [NUL, LONE_SURROGATE])
@pytest.mark.parametrize("name", ["charge", "issue"])
async def test_values_contain_no_unstorable_characters(
    make_client: MakeClient, unstorable: str, name: str
) -> None:
    sent = PAYMENT if name == "charge" else BILLING
    checked = {
        field: sent[field]
        for field in ("paymentKey", "orderId", "status", "billingKey", "currency")
        if field in sent
    }
    body = {**with_unstorable_texts(sent, unstorable), **checked}
    client = make_client(answers(200, json.dumps(body).encode()))

    value = await (charge(client) if name == "charge" else issue(client))

    found = list(texts(value.model_dump()))
    assert found
    assert [text for text in found if NUL in text or LONE_SURROGATE in text] == []


@pytest.mark.parametrize(
    "key", [f"key{NUL}", f"key{LONE_SURROGATE}", "a key", "키", "k" * 201, "", 12, None]
)
async def test_invalid_billing_key_is_not_accepted(make_client: MakeClient, key: object) -> None:
    client = make_client(answers(200, json.dumps({**BILLING, "billingKey": key}).encode()))

    with pytest.raises(OutcomeUnknown):
        await issue(client)


@pytest.mark.parametrize(
    "at",
    [
        "9999-12-31T23:59:59Z",
        "9999-12-31T14:59:59Z",
        "2100-01-01T00:00:00Z",
        "1999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+09:00",
        "2026-13-45",
        "yesterday",
        10**30,
        -1,
        True,
        [],
        {},
    ],
    ids=str,
)
async def test_time_that_cannot_be_is_as_if_toss_had_sent_none(
    make_client: MakeClient, at: object
) -> None:
    times = {"approvedAt": at, "requestedAt": at}
    cancels = [{"cancelAmount": 1, "canceledAt": at, "transactionKey": "t"}]
    paid = {**PAYMENT, **times, "cancels": cancels}
    row = {"transactionKey": "t", "paymentKey": "p", "amount": 1, "transactionAt": at}

    charged = await charge(make_client(answers(200, json.dumps(paid).encode())))
    issued = await issue(
        make_client(answers(200, json.dumps({**BILLING, "authenticatedAt": at}).encode()))
    )
    [listed] = await transactions(make_client(answers(200, json.dumps([row]).encode())))

    assert charged.approved_at is charged.requested_at is None
    assert charged.cancels
    assert charged.cancels[0].canceled_at is None
    assert issued.authenticated_at is None
    assert listed.transaction_at is None


@pytest.mark.parametrize("currency", ["USD", "JPY", "krw", "KRW ", "원", 410])
async def test_amount_in_another_currency_leaves_the_outcome_unknown(
    make_client: MakeClient, currency: object
) -> None:
    client = make_client(answers(200, json.dumps({**PAYMENT, "currency": currency}).encode()))

    for call in (charge, cancel):
        with pytest.raises(OutcomeUnknown):
            await call(client)
    found = await client.payment_by_order_id(order_id=ORDER_ID)
    assert found
    assert not found.is_in_won


@pytest.mark.parametrize("currency", ["KRW", "", None])
async def test_missing_currency_is_won(make_client: MakeClient, currency: object) -> None:
    client = make_client(answers(200, json.dumps({**PAYMENT, "currency": currency}).encode()))

    assert (await charge(client)).is_in_won


@pytest.mark.parametrize("key", [-1, 2**63, 1.5, True, "a key", "key\n", ""])
async def test_invalid_payment_key_is_not_accepted(make_client: MakeClient, key: object) -> None:
    client = make_client(answers(200, json.dumps({**PAYMENT, "paymentKey": key}).encode()))

    with pytest.raises(OutcomeUnknown):
        await charge(client)
