"""The sandbox's log of requests shows no card details, however they were written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tossbill_sandbox.store.request_log import Call

NUMBER = "5417936482715903"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"cardNumber": "{NUMBER}", "customerKey": "kept"}}',
        f'{{"cardNumber":"{NUMBER}","customerKey":"kept"}}',
        f'{{"customerKey":"kept","cardNumber" : {NUMBER}}}',
        f'{{"customerKey":"kept","customerIdentityNumber":"{NUMBER}',
        f'{{"customerKey":"kept","customerBirthday":"{NUMBER}\\""}}',
    ],
)
def test_details_are_masked(body: str) -> None:
    call = Call(
        id=1,
        at=datetime(2026, 11, 30, tzinfo=UTC),
        method="POST",
        url="http://localhost/v1/billing/authorizations/card",
        path="/v1/billing/authorizations/card",
        headers={},
        request=bytearray(body.encode()),
    )

    shown = str(call.to_json())

    assert NUMBER not in shown
    assert "kept" in shown
