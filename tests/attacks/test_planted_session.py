"""A session that a stranger planted, or knows, is worth nothing once a method is registered."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.support.customer import Customer, view_of
from tests.support.server import Server
from tests.support.stranger import stranger

CARD = "현대카드"


def methods_page(server: Server, cookie: str) -> str:
    return httpx.get(f"{server.url}/methods/", headers={"Cookie": cookie}).text


def test_planted_session_ends_with_the_first_method(server: Server) -> None:
    with Customer(server.url) as victim:
        address = victim.through_window(victim.open_register())
        planted = victim.cookie
        assert victim.arrive(address) in ("issued", "working")
        own = victim.cookie

    assert own != planted
    assert CARD in methods_page(server, own)
    assert CARD not in methods_page(server, planted)
    answer = httpx.get(f"{server.url}/history.csv", headers={"Cookie": planted})
    assert len(answer.text.splitlines()) == 1


def test_second_return_in_flight_leads_to_the_same_method_and_session(server: Server) -> None:
    with Customer(server.url) as one, Customer(server.url) as other:
        address = one.through_window(one.open_register())
        other.http.cookies.update(one.http.cookies)
        assert one.arrive(address) in ("issued", "working")
        late = other.http.get(address)
        assert "problem" not in late.headers["location"]
        other.wait_for(late.headers["location"], "issued")
        assert other.http.cookies["tossbill_session"] == one.http.cookies["tossbill_session"]


def test_page_of_another_tab_does_not_bring_the_old_session_back(server: Server) -> None:
    with Customer(server.url) as victim:
        address = victim.through_window(victim.open_register())
        planted = victim.cookie
        victim.arrive(address)

    answer = httpx.get(f"{server.url}/subscription/", headers={"Cookie": planted})

    assert answer.cookies["tossbill_session"] not in planted


async def test_websocket_of_a_planted_session_is_closed(server: Server) -> None:
    with Customer(server.url) as victim:
        address = victim.through_window(victim.open_register())
        planted = victim.cookie
        async with stranger(server.url, cookie=planted, token="planted") as thief:
            await thief.hydrate("/history/")
            await asyncio.to_thread(victim.arrive, address)
            async with asyncio.timeout(20):
                await thief.client.wait()

        async with stranger(server.url, cookie=planted, token="planted") as thief:
            await thief.hydrate("/history/")
            await thief.until('"phase_rx_state_": "empty"')
            assert CARD not in thief.everything()
        async with stranger(server.url, cookie=victim.cookie) as owner:
            await owner.hydrate("/history/")
            await owner.until(CARD)


def test_failed_return_of_a_replaced_session_shows_nothing(server: Server) -> None:
    with Customer(server.url) as victim:
        call = victim.open_register()
        address = victim.through_window(call)
        planted = victim.cookie
        victim.arrive(address)
    registration = httpx.URL(call["success_url"]).params["registration"]

    page = httpx.get(
        f"{server.url}/fail/?registration={registration}&authKey=x", headers={"Cookie": planted}
    ).text

    assert CARD not in page
    assert view_of(page) != "issued"


@pytest.mark.parametrize("problem", ["authKey=", "authKey=x"])
def test_replaced_session_returns_to_nothing_without_the_auth_key(
    server: Server, problem: str
) -> None:
    with Customer(server.url) as victim:
        call = victim.open_register()
        address = victim.through_window(call)
        planted = victim.cookie
        victim.arrive(address)
        own = victim.http.cookies["tossbill_session"]

    answer = httpx.get(
        f"{call['success_url']}&customerKey={call['customer_key']}&{problem}",
        headers={"Cookie": planted},
    )

    assert "problem=other_session" in answer.headers["location"]
    assert own not in answer.headers.get("set-cookie", "")
    assert "tossbill_session=" not in answer.headers.get("set-cookie", "")
