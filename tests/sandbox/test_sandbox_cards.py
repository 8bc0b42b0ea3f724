"""Declining personas: duration and code."""

import pytest

from tests.sandbox.client import ManualClock, SandboxClient


@pytest.mark.parametrize(
    ("persona", "code", "waits"),
    [
        ("monthly_limit", "REJECT_CARD_PAYMENT", {"days": 6, "hours": 11, "minutes": 59}),
        ("three_day_limit", "REJECT_CARD_PAYMENT", {"days": 2, "hours": 23}),
        ("balance_low", "REJECT_CARD_PAYMENT", {"hours": 11, "minutes": 59}),
    ],
)
async def test_soft_decline_ends_on_its_date(
    client: SandboxClient, persona: str, code: str, waits: dict[str, int]
) -> None:
    billing_key = await client.billing_key(persona)

    refused = await client.charge(billing_key)
    await client.http.post("_control/clock/advance", json=waits)
    again = await client.charge(billing_key)
    moved = await client.http.post("_control/clock/next")
    paid = await client.charge(billing_key)

    assert [refused.json()["code"], again.json()["code"]] == [code, code]
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
async def test_hard_decline_does_not_end(
    client: SandboxClient, persona: str, status: int, code: str
) -> None:
    billing_key = await client.billing_key(persona)

    first = await client.charge(billing_key)
    await client.http.post("_control/clock/advance", json={"months": 3})
    later = await client.charge(billing_key)

    assert (first.status_code, first.json()["code"]) == (status, code)
    assert later.json()["code"] == code
    assert (await client.check())["charged_krw"] == 0


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
async def test_persona_approves_or_declines_by_count(
    client: SandboxClient, persona: str, statuses: list[int]
) -> None:
    billing_key = await client.billing_key(persona)

    answers = [await client.charge(billing_key, f"order-{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == statuses


async def test_card_expires_after_its_last_month(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    billing_key = await client.billing_key()

    await client.http.post("_control/clock/set", json={"at": "2030-12-31T23:59:59"})
    last = await client.charge(billing_key, "order-1")
    await client.http.post("_control/clock/advance", json={"seconds": 1})
    over = await client.charge(billing_key, "order-2")

    assert (last.status_code, over.json()["code"]) == (200, "INVALID_CARD_EXPIRATION")
