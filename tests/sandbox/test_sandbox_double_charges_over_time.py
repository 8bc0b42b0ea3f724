"""The judge over time: slow and simultaneous calls, restarts, resets and older files."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.sandbox.client import SandboxClient
from tests.sandbox.losing import lost_charge, named, opened, try_to_charge, unheard
from tossbill_sandbox.api import fault_effects


@pytest.mark.parametrize("kind", ["delay_after", "slow_drip"])
async def test_answer_on_its_way_is_noted_until_it_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """A process killed meanwhile has lost it."""
    monkeypatch.setattr(fault_effects, "DRIP_SECONDS", 0.001)
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await client.billing_key()
        await client.fault("charge", kind, count=1, delay_ms=60)
        charging = asyncio.create_task(client.charge(billing_key))
        while not (await client.ledger())["entries"][1:]:
            pass
        meanwhile = unheard(file)
        await charging

    assert meanwhile == [("disconnected", False)]
    assert unheard(file) == []


async def test_snapshot_taken_during_a_delay_loses_no_answer(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_after", count=1, delay_ms=60)
    charging = asyncio.create_task(client.charge(billing_key))
    while not (await client.ledger())["entries"][1:]:
        pass
    await client.http.post("_control/snapshots", json={"name": "mid"})
    await charging

    await client.http.post("_control/snapshots/mid/restore")
    await client.http.delete("_control/faults")
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


async def test_charge_made_once_after_many_lost_ones_is_named_once(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_before", count=3, delay_ms=60)
    for number in range(1, 4):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.015):
                await client.charge(billing_key, f"order-{number}")

    await client.charge(billing_key, "order-9")
    while not (await client.ledger())["entries"][4:]:
        await asyncio.sleep(0)

    found = await named(client)
    assert "order-9" in [again for _, again in found]
    assert len({again for _, again in found}) == len({first for first, _ in found}) == len(found)


async def test_charges_at_the_same_time_name_nobody(client: SandboxClient) -> None:
    """The second request is sent before anybody can know that the first has no answer."""
    billing_key = await client.billing_key()
    await client.fault("charge", "no_answer_after", count=1)
    first = asyncio.create_task(client.charge(billing_key))
    while not (await client.ledger())["entries"][1:]:
        pass

    await client.charge(billing_key, "order-2")
    first.cancel()
    await asyncio.wait([first])
    before = await named(client)
    await client.charge(billing_key, "order-3")

    assert (before, await named(client)) == ([], [("order-1", "order-3")])


async def test_lookup_while_the_answer_is_awaited_is_news(client: SandboxClient) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "no_answer_after", count=1)
    first = asyncio.create_task(client.charge(billing_key))
    while (await client.lookup("order-1")).status_code != 200:
        pass

    first.cancel()
    await asyncio.wait([first])
    await client.charge(billing_key, "order-2")

    assert await named(client) == []


@pytest.mark.parametrize("kind", ["delay_before", "delay_after", "slow_drip"])
async def test_client_that_hung_up_has_not_heard(client: SandboxClient, kind: str) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", kind, count=1, delay_ms=50)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await client.charge(billing_key)
    while not (await client.ledger())["entries"][1:]:
        await asyncio.sleep(0)
    await client.charge(billing_key, "order-2")

    [found] = (await client.check())["double_charges"]
    assert (found["reason"], found["unheard"]["order_id"]) == ("disconnected", "order-1")


async def test_charge_that_happens_only_after_its_repetition_is_named(
    client: SandboxClient,
) -> None:
    billing_key = await client.billing_key()
    await client.fault("charge", "delay_before", count=1, delay_ms=200)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await client.charge(billing_key)

    await client.charge(billing_key, "order-2")
    while not (await client.ledger())["entries"][2:]:
        await asyncio.sleep(0)

    assert await named(client) == [("order-1", "order-2")]


async def test_restart_forgets_neither_lost_answers_nor_findings(tmp_path: Path) -> None:
    """An answer that a killed process was about to lose is lost."""
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await lost_charge(client)
        await client.fault("charge", "reset_after", count=1)
        await try_to_charge(client, billing_key, "order-2")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE unheard_charge SET lost_at = NULL")

    async with opened(file) as client:
        before = await named(client)
        await client.charge(billing_key, "order-3")
        after = await named(client)

    assert before == [("order-1", "order-2")]
    assert after == [("order-2", "order-3"), ("order-1", "order-2")]


@pytest.mark.parametrize("again", ["reset", "snapshots/before/restore"])
async def test_call_of_before_has_no_effect_after_a_reset_or_a_restore(
    client: SandboxClient, again: str
) -> None:
    """The same seed gives the same billing key, so the charge would even be possible."""
    seed = {"seed": "7", "at": "2026-12-01"}
    await client.http.post("_control/reset", json=seed)
    billing_key = await client.billing_key()
    await client.http.post("_control/snapshots", json={"name": "before"})
    await client.fault("charge", "delay_before", count=1, delay_ms=200)
    delayed = asyncio.create_task(client.charge(billing_key))
    while (await client.http.get("_control/faults")).json()[0]["count"]:
        await asyncio.sleep(0)

    await client.http.post(f"_control/{again}", json=seed)
    same = billing_key if "restore" in again else await client.billing_key()
    refused = await delayed
    await client.charge(same, "order-2")

    paid = [each["order_id"] for each in (await client.ledger())["entries"] if each["order_id"]]
    assert same == billing_key
    assert (refused.status_code, refused.json()["code"]) == (500, "COMMON_ERROR")
    assert paid == ["order-2"]


async def test_reset_forgets_findings(client: SandboxClient) -> None:
    await client.charge(await lost_charge(client), "order-2")

    await client.http.post("_control/reset")

    assert await named(client) == []


async def test_file_of_the_previous_version_gets_the_tables(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"
    async with opened(file) as client:
        billing_key = await client.billing_key()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            "DROP TABLE unheard_charge; DROP TABLE double_charge; PRAGMA user_version = 7"
        )

    async with opened(file) as client:
        await client.fault("charge", "reset_after", count=1)
        await try_to_charge(client, billing_key)
        await client.charge(billing_key, "order-2")
        assert await named(client) == [("order-1", "order-2")]
