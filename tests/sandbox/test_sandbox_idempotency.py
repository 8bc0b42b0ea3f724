"""One Idempotency-Key, one effect, one answer (contract §6)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sandbox.box import CARD, Box, HandClock
from tossbill_sandbox.api.idempotency import identity_of


async def test_a_replay_is_byte_identical_and_echoes_the_key(box: Box) -> None:
    auth_key = await box.auth_key()

    first = await box.issue(auth_key, key="k")
    replay = await box.issue(auth_key, key="k")

    assert (replay.status_code, replay.content) == (200, first.content)
    assert replay.headers["idempotency-key"] == "k"
    new, original = replay.headers["x-tosspayments-trace-id"].split(", ")
    assert new != original == first.headers["x-tosspayments-trace-id"]
    assert await box.effects() == ["billing_key_issued"]


async def test_a_refusal_is_bound_even_when_the_body_is_corrected(box: Box) -> None:
    auth_key = await box.auth_key()

    refused = await box.issue(auth_key, customer_key="customer_2", key="k")
    corrected = await box.issue(auth_key, key="k", language="en")

    assert (corrected.status_code, corrected.content) == (400, refused.content)
    assert (await box.issue(auth_key, key="k2")).status_code == 200


async def test_an_answer_is_kept_for_fifteen_days(box: Box, hand_clock: HandClock) -> None:
    auth_key = await box.auth_key()
    first = await box.issue(auth_key, key="k")

    hand_clock.forward(timedelta(days=15) - timedelta(seconds=1))
    kept = await box.issue(auth_key, key="k")
    hand_clock.forward(timedelta(seconds=1))
    forgotten = await box.issue(auth_key, key="k")

    assert kept.content == first.content
    assert forgotten.json()["code"] == "NOT_FOUND_BILLING"


@pytest.mark.parametrize(("length", "code"), [(300, "NOT_FOUND_BILLING"), (301, None)])
async def test_a_key_has_at_most_300_characters(box: Box, length: int, code: str | None) -> None:
    answer = await box.issue("unknown", key="k" * length)

    assert answer.json()["code"] == (code or "INVALID_IDEMPOTENCY_KEY")


def test_an_identity_is_key_and_api_key_and_url_and_method() -> None:
    same = {"key": "k", "secret_key": "s", "method": "POST", "url": "/v1/x"}
    changes = [{"key": "k2"}, {"secret_key": "s2"}, {"method": "PUT"}, {"url": "/v1/y"}]

    identities = {identity_of(**{**same, **change}) for change in [{}, *changes]}

    assert len(identities) == 5


async def test_a_key_refused_by_authentication_is_not_bound(box: Box) -> None:
    auth_key = await box.auth_key()

    stranger = await box.issue(auth_key, key="k", auth=("test_sk_nobody", ""))

    assert stranger.status_code == 401
    assert (await box.issue(auth_key, key="k")).status_code == 200


async def test_get_and_delete_ignore_the_key(box: Box) -> None:
    billing_key: str = (await box.issue(await box.auth_key())).json()["billingKey"]

    first = await box.delete(billing_key, key="k")
    second = await box.delete(billing_key, key="k")

    assert (first.status_code, second.status_code) == (200, 400)


async def test_the_second_of_two_at_once_hears_that_the_first_is_running(box: Box) -> None:
    auth_key = await box.auth_key()
    await box.fault("issue", "delay_before", count=1, delay_ms=300)

    answers = await asyncio.gather(*[box.issue(auth_key, key="k") for _ in range(2)])

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [running] = [answer for answer in answers if answer.status_code == 409]
    assert running.json()["code"] == "IDEMPOTENT_REQUEST_PROCESSING"
    assert (await box.issue(auth_key, key="k")).status_code == 200
    assert await box.effects() == ["billing_key_issued"]


async def test_many_at_once_with_different_keys_have_one_effect(box: Box) -> None:
    auth_key = await box.auth_key()

    answers = await asyncio.gather(*[box.issue(auth_key, key=f"k{i}") for i in range(20)])

    assert sorted(a.status_code for a in answers) == [200, *[404] * 19]
    assert await box.effects() == ["billing_key_issued"]


async def test_a_caller_who_leaves_does_not_stop_the_work(box: Box) -> None:
    auth_key = await box.auth_key()
    await box.fault("issue", "delay_before", count=1, delay_ms=100)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(box.issue(auth_key, key="k"), 0.03)
    while (await box.issue(auth_key, key="k")).status_code == 409:
        pass

    assert await box.effects() == ["billing_key_issued"]
    assert (await box.issue(auth_key, key="k")).status_code == 200


async def test_no_card_number_is_written_to_the_file(box: Box, tmp_path: Path) -> None:
    await box.issue(await box.auth_key(), key="k")
    await box.charge(await box.billing_key(), key="c")

    files = [path.read_bytes() for path in (tmp_path / "deep").iterdir()]

    assert files
    assert not any(CARD["number"].encode() in content for content in files)
