"""Pairs of keys: the published ones, registered ones, and what is said about others."""

import sqlite3
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.conformance.case import CARD_BODY, CHARGE_BODY
from tests.sandbox.client import AUTH, WINDOW, ManualClock, SandboxClient
from tossbill_sandbox import hints
from tossbill_sandbox.app import (
    DOCS_CLIENT_KEY,
    DOCS_SECRET_KEY,
    SANDBOX_CLIENT_KEY,
    create_app,
)
from tossbill_sandbox.english import ENGLISH

DOCS = (DOCS_SECRET_KEY, "")
PAIR = {"client_key": "test_ck_mine", "secret_key": "test_sk_DevelopersOwnKey1234"}


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


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


@pytest.mark.parametrize(
    ("header", "code", "hint"),
    [
        ("", "UNAUTHORIZED_KEY", hints.BASIC),
        ("Bearer test_sk_a", "UNAUTHORIZED_KEY", hints.BASIC),
        ("Basic ***", "UNAUTHORIZED_KEY", hints.BASIC),
        (basic("test_sk_tossbillSandboxSecretKey00:p"), "UNAUTHORIZED_KEY", hints.BASIC),
        (basic("test_sk_nobody"), "INCORRECT_BASIC_AUTH_FORMAT", hints.COLON),
        (basic("test_sk_nobody:"), "UNAUTHORIZED_KEY", hints.UNKNOWN_SECRET_KEY),
        (basic("test_gsk_docs_OaPz8L5KdmQXkzRz3y47BMw6:"), "UNAUTHORIZED_KEY", hints.WIDGET_KEY),
        (basic("test_gck_a:"), "UNAUTHORIZED_KEY", hints.WIDGET_KEY),
        (basic("live_sk_a:"), "UNAUTHORIZED_KEY", hints.LIVE_KEY),
        (basic("test_ck_a:"), "UNAUTHORIZED_KEY", hints.CLIENT_KEY),
        (basic("key:"), "UNAUTHORIZED_KEY", hints.FORM_OF_SECRET_KEY),
        (basic("test_sk_:"), "UNAUTHORIZED_KEY", hints.FORM_OF_SECRET_KEY),
        (basic("test_sk_a-b:"), "UNAUTHORIZED_KEY", hints.FORM_OF_SECRET_KEY),
        (basic(":"), "UNAUTHORIZED_KEY", hints.EMPTY_SECRET_KEY),
        ("Basic ", "INCORRECT_BASIC_AUTH_FORMAT", hints.EMPTY_SECRET_KEY),
    ],
)
async def test_refused_key_is_explained_beside_the_answer_of_toss(
    client: SandboxClient, header: str, code: str, hint: str
) -> None:
    answer = await client.http.get(
        "v1/payments/p", headers={"authorization": header} if header else {}
    )

    assert list(answer.json()) == ["code", "message"]
    assert answer.json()["code"] == code
    assert answer.headers["x-tossbill-hint"] == ENGLISH[hint]


async def test_hint_is_in_the_panel_and_once_in_the_log(
    client: SandboxClient, caplog: pytest.LogCaptureFixture
) -> None:
    for key in ("test_sk_first", "test_sk_second"):
        await client.http.get("v1/payments/p", auth=(key, ""))
    await client.http.get("v1/payments/p", auth=AUTH)
    korean = await client.http.get("_control/panel?language=ko")
    english = await client.http.get("_control/panel?language=en")

    shown = [
        [each["hint"] for each in answer.json()["state"]["requests"]]
        for answer in (korean, english)
    ]
    sentence = ENGLISH[hints.UNKNOWN_SECRET_KEY]
    assert shown == [
        ["", hints.UNKNOWN_SECRET_KEY, hints.UNKNOWN_SECRET_KEY],
        ["", sentence, sentence],
    ]
    assert [each.getMessage() for each in caplog.records] == [sentence]


async def test_authkey_of_another_pair_is_explained(client: SandboxClient) -> None:
    auth_key = await client.auth_key(clientKey=DOCS_CLIENT_KEY)

    answer = await client.issue(auth_key)

    assert answer.json()["code"] == "INVALID_API_KEY"
    assert answer.headers["x-tossbill-hint"] == ENGLISH[hints.OTHER_PAIR]


@pytest.mark.parametrize(
    ("client_key", "code", "hint"),
    [
        ("test_ck_nobody", "UNAUTHORIZED_KEY", hints.UNKNOWN_CLIENT_KEY),
        ("live_ck_a", "UNAUTHORIZED_KEY", hints.LIVE_KEY),
        (
            "test_gck_docs_Ovk5rk1EwkEbP0W43n07xlzm",
            "INVALID_CLIENT_KEY",
            hints.WIDGET_KEY,
        ),
        ("test_sk_a", "INVALID_CLIENT_KEY", hints.SECRET_KEY),
        ("key", "INVALID_CLIENT_KEY", hints.FORM_OF_CLIENT_KEY),
        ("test_ck_a-b", "INVALID_CLIENT_KEY", hints.FORM_OF_CLIENT_KEY),
        ("", "INVALID_CLIENT_KEY", hints.EMPTY_CLIENT_KEY),
    ],
)
async def test_page_of_a_refused_client_key_says_what_to_do(
    client: SandboxClient, client_key: str, code: str, hint: str
) -> None:
    parameters = {**WINDOW, "clientKey": client_key}

    korean = await client.http.get("window", params=parameters)
    english = await client.http.get("window", params={**parameters, "language": "en"})

    assert (korean.status_code, english.status_code) == (400, 400)
    assert f"<code>{code}</code>" in korean.text
    assert hint in korean.text
    assert ENGLISH[hint] in english.text


@pytest.fixture
async def any_key() -> AsyncGenerator[SandboxClient]:
    """A sandbox that takes pairs which nobody registered."""
    app = create_app(any_key=True, clock=ManualClock())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/") as http:
        yield SandboxClient(http)
    await app.aclose()


async def test_first_exchange_pairs_two_keys(any_key: SandboxClient) -> None:
    first = await any_key.auth_key(clientKey="test_ck_ABC")
    second, third = [await any_key.auth_key(clientKey="test_ck_ABC") for _ in range(2)]

    issued = await any_key.issue(first, auth=("test_sk_DEF", ""))
    again = await any_key.issue(second, auth=("test_sk_DEF", ""))
    stranger = await any_key.issue(third, auth=("test_sk_GHI", ""))
    other = await any_key.auth_key(clientKey="test_ck_JKL")
    mixed = await any_key.issue(other, auth=("test_sk_DEF", ""))

    assert (issued.status_code, again.status_code) == (200, 200)
    assert (stranger.json()["code"], mixed.json()["code"]) == ("INVALID_API_KEY",) * 2
    pairs = (await any_key.http.get("_control/shops")).json()[2:]
    assert [(each["client_key"], each["secret_key"]) for each in pairs] == [
        ("test_ck_ABC", "test_sk_********"),
        (None, "test_sk_********"),
        ("test_ck_JKL", None),
    ]


async def test_pairing_keeps_what_either_key_did_before(any_key: SandboxClient) -> None:
    auth = ("test_sk_DEF", "")
    issued = await any_key.http.post("v1/billing/authorizations/card", json=CARD_BODY, auth=auth)
    charge = f"v1/billing/{issued.json()['billingKey']}"
    await any_key.http.post(charge, json=CHARGE_BODY, auth=auth)

    auth_key = await any_key.auth_key(clientKey="test_ck_ABC")
    exchanged = await any_key.issue(auth_key, auth=auth)

    found = await any_key.http.get("v1/payments/orders/order-1", auth=auth)
    assert (exchanged.status_code, found.json()["status"]) == (200, "DONE")
    assert (await any_key.check())["consistent"]
    query = {"startDate": "2026-11-24T00:00:00", "endDate": "2026-11-25T00:00:00"}
    listed = await any_key.http.get("v1/transactions", params=query, auth=auth)
    assert [each["orderId"] for each in listed.json()] == ["order-1"]


async def test_confirm_pairs_two_keys(any_key: SandboxClient) -> None:
    back = (await any_key.pay_in_window(clientKey="test_ck_ABC")).params
    body = {name: back[name] for name in ("paymentKey", "orderId", "amount")}

    confirmed = await any_key.http.post("v1/payments/confirm", json=body, auth=("test_sk_DEF", ""))

    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "DONE")
    stranger = await any_key.http.get(f"v1/payments/{back['paymentKey']}", auth=("test_sk_GHI", ""))
    assert stranger.json()["code"] == "NOT_FOUND_PAYMENT"


async def test_any_key_refuses_what_is_no_test_key_of_the_api(any_key: SandboxClient) -> None:
    for key in ("live_sk_a", "test_gsk_a", "test_ck_a", "test_sk_", "test_sk_a b", "any_a"):
        answer = await any_key.http.get("v1/payments/p", auth=(key, ""))
        assert answer.json()["code"] == "UNAUTHORIZED_KEY", key
        assert "--any-key" not in answer.headers["x-tossbill-hint"], key
    for key in ("live_ck_a", "test_gck_a", "test_ck_"):
        answer = await any_key.http.get("window", params={**WINDOW, "clientKey": key})
        assert (answer.status_code, "--any-key" in answer.text) == (400, False), key
    assert len(await client_keys(any_key)) == 2


async def test_registered_keys_are_never_paired_with_others(any_key: SandboxClient) -> None:
    theirs = await any_key.auth_key(clientKey=DOCS_CLIENT_KEY)
    loose = await any_key.auth_key(clientKey="test_ck_ABC")

    stranger = await any_key.issue(theirs, auth=("test_sk_DEF", ""))
    known = await any_key.issue(loose, auth=DOCS)

    assert [each.json()["code"] for each in (stranger, known)] == ["INVALID_API_KEY"] * 2


async def test_keys_that_were_used_can_be_registered(any_key: SandboxClient) -> None:
    server = await any_key.http.get("v1/payments/p", auth=(PAIR["secret_key"], ""))
    first = await any_key.http.post("_control/shops", json=PAIR)
    again = await any_key.http.post("_control/shops", json={**PAIR, "secret_key": "test_sk_new"})
    issued = await any_key.issue(
        await any_key.auth_key(clientKey=PAIR["client_key"]), auth=("test_sk_new", "")
    )

    assert server.status_code == 404
    assert [each.status_code for each in (first, again, issued)] == [201, 201, 200]
    assert (await client_keys(any_key))[2:] == [PAIR["client_key"]]


async def test_both_keys_of_a_pair_may_be_used_before_it_is_registered(
    any_key: SandboxClient,
) -> None:
    auth_key = await any_key.auth_key(clientKey=PAIR["client_key"])
    await any_key.http.get("v1/payments/p", auth=(PAIR["secret_key"], ""))

    made = await any_key.http.post("_control/shops", json=PAIR)

    issued = await any_key.issue(auth_key, auth=(PAIR["secret_key"], ""))
    assert (made.status_code, issued.status_code) == (201, 200)
    assert (await client_keys(any_key))[2:] == [PAIR["client_key"]]


async def test_look_up_pairs_no_keys(any_key: SandboxClient) -> None:
    back = (await any_key.pay_in_window(clientKey="test_ck_ABC")).params
    path = f"v1/payments/{back['paymentKey']}"

    found = [await any_key.http.get(path, auth=("test_sk_GHI", ""))]
    found.append(await any_key.http.post(f"{path}/cancel", json={}, auth=("test_sk_GHI", "")))
    body = {name: back[name] for name in ("paymentKey", "orderId", "amount")}
    confirmed = await any_key.http.post("v1/payments/confirm", json=body, auth=("test_sk_DEF", ""))

    assert 200 not in [each.status_code for each in found]
    assert confirmed.status_code == 200


async def test_secret_key_of_another_pair_is_not_registered(any_key: SandboxClient) -> None:
    await any_key.http.post("_control/shops", json=PAIR)
    await any_key.open_window(clientKey="test_ck_seen")

    taken = await any_key.http.post("_control/shops", json={**PAIR, "client_key": "test_ck_other"})
    seen = await any_key.http.post(
        "_control/shops", json={"client_key": "test_ck_seen", "secret_key": "test_sk_new"}
    )

    assert taken.json() == {"error": "the secret_key belongs to another client_key"}
    assert seen.status_code == 201
