"""The file: its version, restarts, and death at the worst moment."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.box import Box
from tests.sandbox.process import running
from tossbill_sandbox.app import create_app
from tossbill_sandbox.store.schema import WrongSchemaVersion


async def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    app = create_app(database=tmp_path / "old.db")
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://box.test") as http:
        with pytest.raises(WrongSchemaVersion, match="schema 99"):
            await http.get("/_control/ledger")
    await app.aclose()


async def test_a_file_of_the_version_before_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its address of ours, which it does not know from others, moves with us all the same."""
    here, there, theirs = (f"http://localhost:{port}/webhooks/toss" for port in (1, 2, 3))
    file = tmp_path / "sandbox.db"

    async def life(url: str) -> list[str]:
        app = create_app(database=file, webhook_url=url)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://box.test") as http:
            await http.post("/_control/webhooks", json={"url": theirs})
            known = (await http.get("/_control/webhooks")).json()["endpoints"]
        await app.aclose()
        return [each["url"] for each in known]

    assert await life(here) == [here, theirs]
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE webhook_endpoint DROP COLUMN is_own")
        connection.execute("PRAGMA user_version = 3")

    assert await life(here) == [here, theirs, theirs]
    assert await life(there) == [there, theirs, theirs, theirs]


@pytest.mark.processes
async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (box, _):
        auth_key = await box.auth_key()
        await box.fault("lookup", "error_500_before")
        first = await box.issue(auth_key, key="k")

    async with running(database) as (box, _):
        replay = await box.issue(auth_key, key="k")
        rules = (await box.http.get("_control/faults")).json()

    assert replay.content == first.content
    assert len(rules) == 1


@pytest.mark.processes
async def test_killed_between_effect_and_answer_leaves_neither(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database, die_mid_transaction=True) as (box, process):
        auth_key = await box.auth_key()
        with pytest.raises(httpx.TransportError):
            await box.issue(auth_key, key="k")
        await process.wait()

    async with running(database) as (box, _):
        effects = await box.effects()
        again = await box.issue(auth_key, key="k")

        assert (effects, again.status_code) == ([], 200)
        assert await box.effects() == ["billing_key_issued"]


@pytest.mark.parametrize(("kind", "happened"), [("delay_before", 0), ("delay_after", 1)])
@pytest.mark.processes
async def test_killed_before_or_after_the_commit_the_key_is_free_and_the_answer_one(
    tmp_path: Path, kind: str, happened: int
) -> None:
    database = tmp_path / "sandbox.db"
    async with running(database) as (box, process):
        auth_key = await box.auth_key()
        await box.fault("issue", kind, count=1, delay_ms=60_000)
        lost = asyncio.create_task(box.issue(auth_key, key="k"))
        await _is_under_way(box, happened)
        process.kill()
        with pytest.raises(httpx.TransportError):
            await lost

    async with running(database) as (box, _):
        effects = len(await box.effects())
        replay = await box.issue(auth_key, key="k")

        assert effects == happened
        assert replay.status_code == 200
        [key] = (await box.ledger())["billing_keys"]
        assert key["billing_key"] == replay.json()["billingKey"]


@pytest.mark.processes
async def test_a_cut_connection_is_cut_on_a_real_socket(tmp_path: Path) -> None:
    async with running(tmp_path / "sandbox.db") as (box, _):
        for kind, happened in [("reset_before", 0), ("reset_after", 1)]:
            auth_key = await box.auth_key()
            await box.fault("issue", kind, count=1)

            # Either is a cut; which of them the kernel reports is a matter of moments.
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await box.issue(auth_key, key=kind)

            assert len(await box.effects()) == happened


async def _is_under_way(box: Box, effects: int) -> None:
    """Wait until the rule was used, and the effect is there if there is to be one."""
    while (await box.http.get("_control/faults")).json()[0]["count"] > 0:
        pass
    while len(await box.effects()) < effects:
        pass


def test_a_box_in_memory_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def open_and_close() -> None:
        sandbox = create_app()
        await sandbox.start()
        await sandbox.aclose()

    monkeypatch.chdir(tmp_path)
    asyncio.run(open_and_close())

    assert list(tmp_path.iterdir()) == []
