"""Keys: which open the API, what for, and how often."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.api.client import Program, client_of, new_program
from tests.support.actors import KIM
from tests.support.shop import Shop
from tossbill_ui.api import authentication
from tossbill_ui.api_keys import keys
from tossbill_ui.api_keys.scopes import ApiScope
from tossbill_ui.core import budgets

LINK = {"external_id": "42"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Basic dGI6", "key_missing"),
        ("Bearer", "key_missing"),
        ("Bearer x", "key_invalid"),
        ("Bearer tb_test_" + "A" * 43, "key_invalid"),
        ("Bearer tb_live_" + "é" * 43, "key_invalid"),
    ],
)
async def test_request_without_a_valid_key_is_refused(
    program: Program, header: str | None, code: str
) -> None:
    headers = {} if header is None else {"authorization": header.encode()}

    answer = await program.http.post("/portal-links", json=LINK, headers=headers)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_revoked_key_stops_working_within_two_seconds(shop: Shop, program: Program) -> None:
    assert (await program.post("/portal-links", LINK)).status_code == 201
    await keys.revoke(shop.rt, KIM, program.key.prefix)

    shop.machine.advance(authentication.REMEMBERED)

    assert (await program.post("/portal-links", LINK)).json()["code"] == "key_invalid"


async def test_expired_key_stops_working_at_once(shop: Shop, program: Program) -> None:
    day = timedelta(days=1)
    key, secret = await keys.add(shop.rt, KIM, name="x", scope_names=["links"], valid_for=day)
    short = Program(shop.rt, program.http, key, secret)
    shop.machine.advance(day - timedelta(seconds=1))
    assert (await short.post("/portal-links", LINK)).status_code == 201

    shop.machine.advance(timedelta(seconds=1))

    assert (await short.post("/portal-links", LINK)).status_code == 401


async def test_key_without_the_scope_is_refused(shop: Shop, program: Program) -> None:
    reader = await new_program(shop.rt, program.http, ApiScope.READ)

    answer = await reader.post("/portal-links", LINK)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert "links" in answer.json()["detail"]


async def test_key_that_sends_too_much_has_to_wait(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here it may send one at once, and gets no more while the clock stands."""
    monkeypatch.setattr(authentication, "SAVED_SECONDS", 1 / shop.rt.settings.tossbill_limit_api)
    monkeypatch.setattr(budgets.Bucket.__init__, "__defaults__", (lambda: 0.0,))
    monkeypatch.setattr(budgets.Buckets.__init__, "__defaults__", (lambda: 0.0,))
    async with client_of(shop.rt) as http:
        one, other = [await new_program(shop.rt, http, name=name) for name in ("one", "other")]

        answers = [await program.post("/portal-links", LINK) for program in (one, one, other)]

    assert [answer.status_code for answer in answers] == [201, 429, 201]
    assert answers[1].json()["code"] == "too_many_requests"
    assert answers[1].headers["retry-after"] == "1"


async def test_wrong_keys_of_one_address_are_counted_and_lock_out_no_right_one(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "WRONG_KEYS", (0.001, 2.0))
    wrong = {"authorization": "Bearer tb_test_" + "A" * 43}
    async with client_of(shop.rt) as http:
        known = await new_program(shop.rt, http)
        assert (await known.post("/portal-links", LINK)).status_code == 201

        answers = await asyncio.gather(*(http.post("/portal-links", headers=wrong) for _ in "1234"))

        codes = sorted(answer.json()["code"] for answer in answers)
        assert codes == ["key_invalid"] * 2 + ["too_many_requests"] * 2
        shop.machine.advance(authentication.REMEMBERED)
        assert (await known.post("/portal-links", LINK)).status_code == 201


@pytest.mark.parametrize("path", ["/portal-links", "/nothing", "/customers/%ff", "/openapi.json"])
async def test_every_answer_has_the_id_of_its_request(program: Program, path: str) -> None:
    answer = await program.get(path)

    named = answer.json().get("request_id", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] == named


async def test_use_of_a_key_is_noted_once_a_minute(shop: Shop, program: Program) -> None:
    async def used() -> object:
        await shop.rt.tasks.drain(seconds=10)
        [key] = await keys.all_keys(shop.rt)
        return key.last_used_at

    assert await used() is None
    await program.post("/portal-links", LINK)
    first = await used()
    assert first == shop.machine.now()
    shop.machine.advance(timedelta(seconds=59))
    await program.post("/portal-links", LINK)
    assert await used() == first
    shop.machine.advance(timedelta(seconds=1))
    await program.post("/portal-links", LINK)
    assert await used() == shop.machine.now()


async def test_foreign_page_is_told_nothing(program: Program) -> None:
    answer = await program.get("/nothing", headers={"origin": "https://evil.example"})

    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
