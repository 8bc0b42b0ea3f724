"""Pairs of keys: the published ones, registered ones, and what is said about others."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from tests.sandbox.client import SandboxClient
from tossbill_sandbox.app import (
    DOCS_CLIENT_KEY,
    DOCS_SECRET_KEY,
    SANDBOX_CLIENT_KEY,
    create_app,
)

DOCS = (DOCS_SECRET_KEY, "")
PAIR = {"client_key": "test_ck_mine", "secret_key": "test_sk_DevelopersOwnKey1234"}


async def client_keys(client: SandboxClient) -> list[str]:
    return [each["client_key"] for each in (await client.http.get("_control/shops")).json()]


async def test_keys_of_toss_documentation_work_at_once(client: SandboxClient) -> None:
    auth_key = await client.auth_key(clientKey=DOCS_CLIENT_KEY)

    issued = await client.issue(auth_key, auth=DOCS)

    assert (issued.status_code, issued.json()["mId"]) == (200, "tvivarepublica")
    theirs = await client.issue(await client.auth_key(clientKey=DOCS_CLIENT_KEY))
    assert theirs.json()["code"] == "INVALID_API_KEY"


async def test_file_of_before_gets_the_documentation_keys_and_keeps_its_own(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.db"

    async def run(*, reset: bool = False) -> list[str]:
        app = create_app(database=file)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
            if reset:
                await http.post("_control/reset")
            else:
                await http.post("_control/shops", json=PAIR)
            found = await client_keys(SandboxClient(http))
        await app.aclose()
        return found

    assert await run() == [SANDBOX_CLIENT_KEY, DOCS_CLIENT_KEY, "test_ck_mine"]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM shop WHERE client_key = ?", (DOCS_CLIENT_KEY,))

    assert await run() == [SANDBOX_CLIENT_KEY, "test_ck_mine", DOCS_CLIENT_KEY]
    assert await run(reset=True) == [SANDBOX_CLIENT_KEY, DOCS_CLIENT_KEY]


async def test_pairs_are_listed_without_their_secrets(client: SandboxClient) -> None:
    made = await client.http.post("_control/shops", json=PAIR)
    short = {"client_key": "test_ck_s", "secret_key": "test_sk_short"}
    await client.http.post("_control/shops", json=short | {"m_id": "m", "api_version": "1.4"})

    answer = await client.http.get("_control/shops")

    assert (made.status_code, made.json()) == (201, {"client_key": "test_ck_mine"})
    assert answer.json()[2:] == [
        {
            "client_key": "test_ck_mine",
            "secret_key": "test_sk_********1234",
            "m_id": "tossbillbox",
            "api_version": "2024-06-01",
        },
        {
            "client_key": "test_ck_s",
            "secret_key": "test_sk_********",
            "m_id": "m",
            "api_version": "1.4",
        },
    ]
    assert "DevelopersOwnKey" not in answer.text


async def test_pair_may_get_another_secret_key(client: SandboxClient) -> None:
    await client.http.post("_control/shops", json=PAIR)
    again = await client.http.post(
        "_control/shops", json={**PAIR, "secret_key": "test_sk_next", "m_id": "other"}
    )

    auth_key = await client.auth_key(clientKey="test_ck_mine")
    issued = await client.issue(auth_key, auth=("test_sk_next", ""))

    assert (again.status_code, issued.json()["mId"]) == (201, "other")
    old = await client.issue(auth_key, auth=(PAIR["secret_key"], ""))
    assert old.json()["code"] == "UNAUTHORIZED_KEY"
