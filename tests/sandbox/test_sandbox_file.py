"""The database file: versions, restarts, and kills at critical points."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import SandboxClient
from tests.sandbox.process import running
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.schema import WrongSchemaVersion


async def test_file_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    app = create_app(database=tmp_path / "old.db")
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
        with pytest.raises(WrongSchemaVersion, match="schema 99"):
            await http.get("/_control/ledger")
    await app.aclose()


async def test_file_of_the_previous_version_is_migrated(tmp_path: Path) -> None:
    """The old file does not mark the app's own endpoint, but its URL is updated all the same."""
    here, there, theirs = (f"http://localhost:{port}/webhooks/toss" for port in (1, 2, 3))
    file = tmp_path / "sandbox.db"

    async def run(url: str) -> list[str]:
        app = create_app(database=file, webhook_url=url)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as http:
            await http.post("/_control/webhooks", json={"url": theirs})
            known = (await http.get("/_control/webhooks")).json()["endpoints"]
        await app.aclose()
        return [each["url"] for each in known]

    assert await run(here) == [here, theirs]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE webhook_endpoint DROP COLUMN is_own")
        connection.execute("ALTER TABLE trip DROP COLUMN language")
        connection.execute("PRAGMA user_version = 3")

    assert await run(here) == [here, theirs, theirs]
    assert await run(there) == [there, theirs, theirs, theirs]


@pytest.mark.processes
async def test_restart_loses_nothing(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (client, _):
        auth_key = await client.auth_key()
        await client.fault("lookup", "error_500_before")
        first = await client.issue(auth_key, key="k")

    async with running(database) as (client, _):
        replay = await client.issue(auth_key, key="k")
        rules = (await client.http.get("_control/faults")).json()

    assert replay.content == first.content
    assert len(rules) == 1


@pytest.mark.processes
async def test_kill_between_effect_and_stored_response_leaves_neither(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database, die_mid_transaction=True) as (client, process):
        auth_key = await client.auth_key()
        with pytest.raises(httpx.TransportError):
            await client.issue(auth_key, key="k")
        await process.wait()

    async with running(database) as (client, _):
        effects = await client.effects()
        again = await client.issue(auth_key, key="k")

        assert (effects, again.status_code) == ([], 200)
        assert await client.effects() == ["billing_key_issued"]


@pytest.mark.parametrize(("kind", "happened"), [("delay_before", 0), ("delay_after", 1)])
@pytest.mark.processes
async def test_kill_before_or_after_the_commit_frees_the_key_and_keeps_one_effect(
    tmp_path: Path, kind: str, happened: int
) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (client, process):
        auth_key = await client.auth_key()
        await client.fault("issue", kind, count=1, delay_ms=60_000)
        lost = asyncio.create_task(client.issue(auth_key, key="k"))
        await _wait_for_effects(client, happened)
        process.kill()
        with pytest.raises(httpx.TransportError):
            await lost

    async with running(database) as (client, _):
        effects = len(await client.effects())
        replay = await client.issue(auth_key, key="k")

        assert effects == happened
        assert replay.status_code == 200
        [key] = (await client.ledger())["billing_keys"]
        assert key["billing_key"] == replay.json()["billingKey"]


@pytest.mark.processes
async def test_reset_fault_cuts_a_real_socket(tmp_path: Path) -> None:
    async with running(tmp_path / "sandbox.db") as (client, _):
        for kind, happened in [("reset_before", 0), ("reset_after", 1)]:
            auth_key = await client.auth_key()
            await client.fault("issue", kind, count=1)

            # Either is a cut connection; which one the kernel reports depends on timing.
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await client.issue(auth_key, key=kind)

            assert len(await client.effects()) == happened


async def _wait_for_effects(client: SandboxClient, effects: int) -> None:
    """Wait until the rule has struck and the expected effects are in the ledger."""
    while (await client.http.get("_control/faults")).json()[0]["count"] > 0:
        pass
    while len(await client.effects()) < effects:
        pass


def test_in_memory_sandbox_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_and_close() -> None:
        sandbox = create_app()
        await sandbox.start()
        await sandbox.aclose()

    monkeypatch.chdir(tmp_path)
    asyncio.run(open_and_close())

    assert list(tmp_path.iterdir()) == []
