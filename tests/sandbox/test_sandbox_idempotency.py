"""Idempotency-Key: one effect and one response per key (contract §6)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sandbox.client import CARD, ManualClock, SandboxClient
from tossbill_sandbox.api.idempotency import identity_of


async def test_replay_is_byte_identical_and_echoes_the_key(client: SandboxClient) -> None:
    auth_key = await client.auth_key()

    first = await client.issue(auth_key, key="k")
    replay = await client.issue(auth_key, key="k")

    assert (replay.status_code, replay.content) == (200, first.content)
    assert replay.headers["idempotency-key"] == "k"
    new, original = replay.headers["x-tosspayments-trace-id"].split(", ")
    assert new != original == first.headers["x-tosspayments-trace-id"]
    assert await client.effects() == ["billing_key_issued"]


async def test_refusal_is_replayed_even_if_the_body_is_corrected(client: SandboxClient) -> None:
    auth_key = await client.auth_key()

    refused = await client.issue(auth_key, customer_key="customer_2", key="k")
    corrected = await client.issue(auth_key, key="k", language="en")

    assert (corrected.status_code, corrected.content) == (400, refused.content)
    assert (await client.issue(auth_key, key="k2")).status_code == 200


async def test_response_is_stored_for_fifteen_days(
    client: SandboxClient, manual_clock: ManualClock
) -> None:
    auth_key = await client.auth_key()
    first = await client.issue(auth_key, key="k")

    manual_clock.forward(timedelta(days=15) - timedelta(seconds=1))
    kept = await client.issue(auth_key, key="k")
    manual_clock.forward(timedelta(seconds=1))
    forgotten = await client.issue(auth_key, key="k")

    assert kept.content == first.content
    assert forgotten.json()["code"] == "NOT_FOUND_BILLING"


@pytest.mark.parametrize(("length", "code"), [(300, "NOT_FOUND_BILLING"), (301, None)])
async def test_key_has_at_most_300_characters(
    client: SandboxClient, length: int, code: str | None
) -> None:
    answer = await client.issue("unknown", key="k" * length)

    assert answer.json()["code"] == (code or "INVALID_IDEMPOTENCY_KEY")


def test_identity_depends_on_key_api_key_url_and_method() -> None:
    same = {"key": "k", "secret_key": "s", "method": "POST", "url": "/v1/x"}
    changes = [{"key": "k2"}, {"secret_key": "s2"}, {"method": "PUT"}, {"url": "/v1/y"}]

    identities = {identity_of(**{**same, **change}) for change in [{}, *changes]}

    assert len(identities) == 5


async def test_failed_authentication_does_not_use_up_the_key(client: SandboxClient) -> None:
    auth_key = await client.auth_key()

    stranger = await client.issue(auth_key, key="k", auth=("test_sk_nobody", ""))

    assert stranger.status_code == 401
    assert (await client.issue(auth_key, key="k")).status_code == 200


async def test_get_and_delete_ignore_the_key(client: SandboxClient) -> None:
    billing_key: str = (await client.issue(await client.auth_key())).json()["billingKey"]

    first = await client.delete(billing_key, key="k")
    second = await client.delete(billing_key, key="k")

    assert (first.status_code, second.status_code) == (200, 400)


async def test_concurrent_request_with_the_same_key_gets_409(
    client: SandboxClient,
) -> None:
    auth_key = await client.auth_key()
    await client.fault("issue", "delay_before", count=1, delay_ms=300)

    answers = await asyncio.gather(*[client.issue(auth_key, key="k") for _ in range(2)])

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [running] = [answer for answer in answers if answer.status_code == 409]
    assert running.json()["code"] == "IDEMPOTENT_REQUEST_PROCESSING"
    assert (await client.issue(auth_key, key="k")).status_code == 200
    assert await client.effects() == ["billing_key_issued"]


async def test_concurrent_requests_with_different_keys_have_one_effect(
    client: SandboxClient,
) -> None:
    auth_key = await client.auth_key()

    answers = await asyncio.gather(*[client.issue(auth_key, key=f"k{i}") for i in range(20)])

    assert sorted(a.status_code for a in answers) == [200, *[404] * 19]
    assert await client.effects() == ["billing_key_issued"]


async def test_client_disconnect_does_not_cancel_the_work(client: SandboxClient) -> None:
    auth_key = await client.auth_key()
    await client.fault("issue", "delay_before", count=1, delay_ms=100)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.issue(auth_key, key="k"), 0.03)
    while (await client.issue(auth_key, key="k")).status_code == 409:
        pass

    assert await client.effects() == ["billing_key_issued"]
    assert (await client.issue(auth_key, key="k")).status_code == 200


async def test_no_card_number_is_written_to_the_file(client: SandboxClient, tmp_path: Path) -> None:
    await client.issue(await client.auth_key(), key="k")
    await client.charge(await client.billing_key(), key="c")

    files = [path.read_bytes() for path in (tmp_path / "deep").iterdir()]

    assert files
    assert not any(CARD["number"].encode() in content for content in files)
