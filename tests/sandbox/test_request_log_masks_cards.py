"""The sandbox's log of requests shows no card details, however they were written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from tossbill_sandbox.store.request_log import MAX_BODY, Call

NUMBER = "5417936482715903"
SPACED = "5417 9364 8271 5903"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"cardNumber": "{NUMBER}", "customerKey": "kept"}}',
        f'{{"cardNumber":"{NUMBER}","customerKey":"kept"}}',
        f'{{"customerKey":"kept","cardNumber" : {NUMBER}}}',
        f'{{"customerKey":"kept","customerIdentityNumber":"{NUMBER}',
        f'{{"customerKey":"kept","customerBirthday":"{NUMBER}\\""}}',
        f"cardNumber={NUMBER}&customerKey=kept",
        f"{{'cardNumber': '{NUMBER}', 'customerKey': 'kept'}}",
        rf'{{"card\u004eumber": "{NUMBER}", "customerKey": "kept"}}',
        rf'{{"cardNumber_": "\u0035{NUMBER[1:]}", "customerKey": "kept"}}',
        f'{{"card_number": "{NUMBER}", "customerKey": "kept"}}',
        f'{{"card": {{"number": ["{SPACED}"]}}, "customerKey": "kept"}}',
    ],
)
def test_details_are_masked(body: str) -> None:
    shown = str(logged(body.encode()).to_json())

    assert NUMBER not in shown
    assert SPACED not in shown
    assert NUMBER[4:] not in shown
    assert "kept" in shown


def test_body_that_is_no_text_is_counted() -> None:
    shown = logged(f'{{"cardNumber": "{NUMBER}"}}'.encode("utf-16")).to_json()

    assert shown["request"] == "(70 bytes)"
    assert "(70 bytes)" in shown["curl"]


@pytest.mark.parametrize("number", [NUMBER, SPACED.replace(" ", "%20"), SPACED.replace(" ", "-")])
def test_numbers_in_path_query_and_headers_are_masked(number: str) -> None:
    path = f"/v1/payments/orders/{number}?cardNumber={number}"

    shown = str(logged(b"", path, {"idempotency-key": number}).to_json())

    assert number not in shown
    assert shown.count("********") == 5


@pytest.mark.parametrize(
    "kept",
    [
        "tviva20261130061512AbC1234567890123456",
        "order-20261130061512-4",
        "order_5417936482715903",
        "1764482715903123",
    ],
)
def test_ids_stay_readable(kept: str) -> None:
    shown = logged(f'{{"orderId": "{kept}"}}'.encode(), f"/v1/payments/{kept}").to_json()

    assert kept in shown["request"]
    assert kept in shown["path"]


def test_text_that_is_cut_off_within_a_character_is_shown() -> None:
    call = logged(("a" + "가" * MAX_BODY).encode()[:MAX_BODY])

    assert call.to_json()["request"].startswith("a가")


def test_number_that_is_cut_off_is_masked() -> None:
    begun = NUMBER[:12]
    body = f"{'a' * (MAX_BODY - len(begun) - 1)}={begun}".encode()

    assert begun not in str(logged(body).to_json())


def logged(body: bytes, path: str = "/v1/p", headers: Mapping[str, str] | None = None) -> Call:
    return Call(
        id=1,
        at=datetime(2026, 11, 30, tzinfo=UTC),
        method="POST",
        url=f"http://localhost{path}",
        path=path,
        headers=headers or {},
        request=bytearray(body),
    )
