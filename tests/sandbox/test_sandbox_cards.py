"""Cards that decline: for how long, and with which code."""

import pytest

from tests.sandbox.box import Box, HandClock


@pytest.mark.parametrize(
    ("persona", "code", "waits"),
    [
        ("monthly_limit", "REJECT_CARD_PAYMENT", {"days": 6, "hours": 11, "minutes": 59}),
        ("three_day_limit", "REJECT_CARD_PAYMENT", {"days": 2, "hours": 23}),
        ("balance_low", "REJECT_CARD_PAYMENT", {"hours": 11, "minutes": 59}),
    ],
)
async def test_a_soft_decline_ends_on_its_day(
    box: Box, persona: str, code: str, waits: dict[str, int]
) -> None:
    billing_key = await box.billing_key(persona)

    refused = await box.charge(billing_key)
    await box.http.post("_control/clock/advance", json=waits)
    still = await box.charge(billing_key)
    moved = await box.http.post("_control/clock/next")
    paid = await box.charge(billing_key)

    assert [refused.json()["code"], still.json()["code"]] == [code, code]
    assert (moved.status_code, paid.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("persona", "status", "code"),
    [
        ("expired", 400, "INVALID_CARD_EXPIRATION"),
        ("stolen", 400, "INVALID_CARD_LOST_OR_STOLEN"),
        ("stopped", 400, "INVALID_STOPPED_CARD"),
        ("issuer_silent", 500, "FAILED_CARD_COMPANY_RESPONSE"),
        ("unsupported", 400, "NOT_SUPPORTED_CARD_TYPE"),
        ("key_removed", 400, "ALREADY_REMOVED_BILLING_KEY"),
    ],
)
async def test_a_hard_decline_does_not_end(box: Box, persona: str, status: int, code: str) -> None:
    billing_key = await box.billing_key(persona)

    first = await box.charge(billing_key)
    await box.http.post("_control/clock/advance", json={"months": 3})
    later = await box.charge(billing_key)

    assert (first.status_code, first.json()["code"]) == (status, code)
    assert later.json()["code"] == code
    assert (await box.check())["charged_krw"] == 0


@pytest.mark.parametrize(
    ("persona", "statuses"),
    [
        ("approves_after_1", [403, 200, 200]),
        ("approves_after_2", [403, 403, 200]),
        ("approves_after_3", [403, 403, 403]),
        ("approves_once", [200, 403, 403]),
        ("approve", [200, 200, 200]),
    ],
)
async def test_a_card_may_count(box: Box, persona: str, statuses: list[int]) -> None:
    billing_key = await box.billing_key(persona)

    answers = [await box.charge(billing_key, f"order-{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == statuses


async def test_a_card_is_over_with_its_last_month(box: Box, hand_clock: HandClock) -> None:
    billing_key = await box.billing_key()

    await box.http.post("_control/clock/set", json={"at": "2030-12-31T23:59:59"})
    last = await box.charge(billing_key, "order-1")
    await box.http.post("_control/clock/advance", json={"seconds": 1})
    over = await box.charge(billing_key, "order-2")

    assert (last.status_code, over.json()["code"]) == (200, "INVALID_CARD_EXPIRATION")
