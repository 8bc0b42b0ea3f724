import json
from datetime import UTC, datetime
from typing import Annotated

import pytest
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from tests.toss.responses import (
    BILLING,
    BILLING_KEY,
    BILLING_OLD,
    BILLING_TRANSFER,
    CARD,
    CUSTOMER_KEY,
    PAYMENT,
)
from tossbill_ui.toss import wire
from tossbill_ui.toss.receipts import receipt_link
from tossbill_ui.toss.wire import Billing, Payment


@pytest.mark.parametrize("answer", [BILLING_OLD, BILLING], ids=["2022-11-16", "2024-06-01"])
def test_both_api_versions_yield_the_same_card(answer: dict[str, JsonValue]) -> None:
    billing = Billing.model_validate(answer)

    assert billing.billing_key.get_secret_value() == BILLING_KEY
    assert billing.customer_key == CUSTOMER_KEY
    assert billing.m_id == "tosspayments"
    assert billing.authenticated_at == datetime(2021, 1, 1, 1, tzinfo=UTC)
    assert billing.card is not None
    assert (billing.card.issuer_code, billing.card.owner_type) == ("61", "개인")
    assert billing.transfers is None


def test_account_is_read_from_the_list_of_transfers() -> None:
    billing = Billing.model_validate(BILLING_TRANSFER)

    assert billing.card is None
    assert billing.transfers is not None
    assert billing.transfers[0].bank_name == "토스뱅크"


def test_time_without_offset_is_seoul_time() -> None:
    billing = Billing.model_validate({**BILLING, "authenticatedAt": "2021-01-01T10:00:00"})

    assert billing.authenticated_at == datetime(2021, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("detail", ["mId", "method", "card"])
def test_missing_detail_does_not_lose_the_billing_key(detail: str) -> None:
    without = {key: value for key, value in BILLING.items() if key != detail}

    assert Billing.model_validate(without).billing_key.get_secret_value() == BILLING_KEY
    assert Billing.model_validate({**without, detail: None}).customer_key == CUSTOMER_KEY


def test_json_for_display_keeps_all_fields_but_masks_secrets() -> None:
    received: dict[str, JsonValue] = {
        **BILLING_OLD,
        "note": f"key={BILLING_KEY}",
        "newField": [{"billingKey": BILLING_KEY}],
    }

    shown = Billing.model_validate(received).masked_json()

    assert BILLING_KEY not in shown
    assert "43301234" not in shown
    parsed = json.loads(shown)
    assert list(parsed) == list(received)
    assert parsed["billingKey"] == "********"
    assert parsed["note"] == "key=********"
    assert parsed["card"]["number"] == parsed["cardNumber"] == "****123*"
    assert parsed["cardCompany"] == "현대"


@pytest.mark.parametrize("number", ["4330123412345678", 4330123412345678])
def test_unmasked_card_number_is_masked(number: JsonValue) -> None:
    received = {**BILLING, "card": {**CARD, "number": number}}

    shown = Billing.model_validate(received).masked_json()

    assert json.loads(shown)["card"]["number"] == "****5678"


def test_account_number_is_masked() -> None:
    shown = Billing.model_validate(BILLING_TRANSFER).masked_json()

    assert json.loads(shown)["transfers"][0]["bankAccountNumber"] == "****5678"


def test_repr_and_validation_errors_do_not_show_the_billing_key() -> None:
    billing = Billing.model_validate(BILLING)
    with pytest.raises(ValidationError) as caught:
        Billing.model_validate({**BILLING, "customerKey": None})

    assert BILLING_KEY not in repr(billing) + str(billing) + billing.model_dump_json()
    assert BILLING_KEY not in str(caught.value) + repr(caught.value)


def test_values_are_frozen() -> None:
    billing = Billing.model_validate(BILLING)

    with pytest.raises(ValidationError, match="frozen"):
        billing.customer_key = "other"


def test_payment_is_parsed() -> None:
    payment = Payment.model_validate(PAYMENT)

    assert (payment.total_amount, payment.balance_amount) == (4900, 4900)
    assert (payment.status, payment.type, payment.method) == ("DONE", "BILLING", "카드")
    assert payment.approved_at == datetime(2022, 6, 8, 6, 40, 49, tzinfo=UTC)
    assert payment.receipt_url.startswith("https://dashboard.tosspayments.com/")
    assert payment.card is not None
    assert payment.card.approve_no == "00000000"
    assert "ps_" not in repr(payment)


def test_refunds_and_failure_are_parsed() -> None:
    cancel = {"cancelAmount": 900, "cancelReason": "변심", "canceledAt": None, "receiptKey": None}
    failure = {"code": "EXPIRED_PAYMENT", "message": "결제가 만료되었습니다."}

    payment = Payment.model_validate(
        {**PAYMENT, "cancels": [cancel], "failure": failure, "receipt": None}
    )

    assert payment.cancels is not None
    assert payment.cancels[0].cancel_amount == 900
    assert payment.failure is not None
    assert payment.failure.code == "EXPIRED_PAYMENT"
    assert payment.receipt_url == ""


@pytest.mark.parametrize("amount", [True, "4900", 49.5, -1, None, 10**30 + 0.5, 2**31, 10**30])
def test_amount_that_is_not_whole_won_is_rejected(amount: object) -> None:
    with pytest.raises(ValidationError):
        Payment.model_validate({**PAYMENT, "totalAmount": amount})


def test_whole_amount_with_a_decimal_point_is_accepted() -> None:
    assert Payment.model_validate({**PAYMENT, "totalAmount": 4900.0}).total_amount == 4900


UNSEEN = "\u202e\u2066\u200b\u200e\u2060\ufeff\u00ad\u3164\U000e0041"


def test_texts_have_no_characters_that_are_not_seen() -> None:
    spoiled = f"현대{UNSEEN}카드\x1b[2J"
    billing = Billing.model_validate(
        {**BILLING, "method": spoiled, "note": spoiled, "card": {**CARD, "cardType": spoiled}}
    )
    failure = {"code": "X", "message": spoiled}
    payment = Payment.model_validate({**PAYMENT, "orderName": spoiled, "failure": failure})

    assert billing.card
    assert payment.failure
    shown = [billing.method, billing.card.card_type, payment.order_name, payment.failure.message]
    assert shown == ["현대카드 [2J"] * 4
    assert not set(UNSEEN) & set(billing.masked_json())


@pytest.mark.parametrize("key", ["paymentKey", "orderId"])
def test_unseen_characters_do_not_make_another_key_ours(key: str) -> None:
    spoiled = {**PAYMENT, key: f"{PAYMENT[key]}\u200b"}

    try:
        found = Payment.model_validate(spoiled)
    except ValidationError:
        return
    assert found.order_id != PAYMENT["orderId"]


@pytest.mark.parametrize(
    "url",
    [
        "https://dashboard.tosspayments.com/receipt/redirection?transactionId=t_1-a&ref=PX",
        "https://tosspayments.com/x",
        "https://a.b.tosspayments.com/",
    ],
)
def test_receipt_at_toss_is_linked(url: str) -> None:
    assert receipt_link(url) == url
    assert Payment.model_validate({**PAYMENT, "receipt": {"url": url}}).receipt_url == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://dashboard.tosspayments.com/",
        "javascript:alert(1)//tosspayments.com",
        "data:text/html,tosspayments.com",
        "//dashboard.tosspayments.com/",
        "https://tosspayments.com.evil.example/",
        "https://eviltosspayments.com/",
        "https://evil.example/tosspayments.com",
        "https://evil.example\\@dashboard.tosspayments.com/",
        "https://evil.example@dashboard.tosspayments.com/",
        "https://dashboard.tosspayments.com:8443/",
        "https://dashboard.tosspayments.com@evil.example/",
        "https://dashboard.tosspayments.com/ x",
        "https://dashboard.tosspayments.com/\n",
        "https://dashboard.tosspayments.com/\u202e",
        "https://dashboard.tosspayments。com/",
        "https://[dashboard.tosspayments.com/",
        "https://dashboard.tosspayments.com/" + "x" * 500,
    ],
)
def test_receipt_elsewhere_is_not_linked(url: str | None) -> None:
    assert receipt_link(url) == ""
    assert Payment.model_validate({**PAYMENT, "receipt": {"url": url}}).receipt_url == ""


# Compared with ours as received, or with a pattern.
COMPARED = {"order_id", "customer_key", "payment_key", "transaction_key", "code"}
MODELS = [model for model in vars(wire).values() if isinstance(model, type)]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (model, name)
        for model in MODELS
        if issubclass(model, BaseModel) and model.__module__ == wire.__name__
        for name, field in model.model_fields.items()
        if field.annotation is str and name not in COMPARED
    ],
)
def test_every_text_of_toss_is_cleaned(model: type[BaseModel], name: str) -> None:
    kind = Annotated[str, *model.model_fields[name].metadata]

    assert TypeAdapter(kind).validate_python(f"a{UNSEEN}\x00b") in ("a b", "")
