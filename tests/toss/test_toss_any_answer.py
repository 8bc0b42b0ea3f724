"""Whatever comes back, there is a value or exactly one error."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.toss.toss_answers import (
    BILLING,
    BILLING_KEY,
    ORDER_ID,
    PAYMENT,
    PAYMENT_KEY,
    problem,
)
from tests.toss.toss_wires import MakeClient, answers, cancel, charge, issue, transactions
from tossbill_ui.toss.errors import GatewayRefused, OutcomeUnknown, Refused, TossError

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
        charge(client),
        cancel(client),
        transactions(client),
    ):
        try:
            await call
        except TossError as error:
            assert type(error) in {Refused, GatewayRefused, OutcomeUnknown}  # noqa: PT017
            assert error.__context__ is None  # noqa: PT017
