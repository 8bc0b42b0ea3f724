"""Attacks through Reflex's websocket: they change and reveal nothing.

They target Reflex's own behavior: every public method can be called with any arguments, a client
token is a bearer token, router data comes from the client, any origin may connect.
"""

import json
from typing import Any

import pytest
import socketio.exceptions

from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.stranger import ROOT_STATE, cookie_of_a_visit, stranger
from tossbill_ui.ui.history.state import HistoryState
from tossbill_ui.ui.methods.state import MethodsState
from tossbill_ui.ui.registration.result_state import ResultState
from tossbill_ui.ui.registration.state import RegisterState

HISTORY, METHODS, REGISTER, RESULT = (
    state.get_full_name() for state in (HistoryState, MethodsState, RegisterState, ResultState)
)

# The history page of a customer without cards.
EMPTY = '"phase_rx_state_": "empty"'


@pytest.fixture
def victim(server: Server) -> Any:
    with Customer(server.url) as customer:
        assert customer.register() == "issued"
        yield customer


def method_ids(server: Server) -> set[str]:
    return {row[0] for row in server.rows("SELECT id FROM payment_method WHERE status='active'")}


async def test_owner_sees_the_history(server: Server, victim: Customer) -> None:
    async with stranger(server.url, cookie=victim.cookie) as owner:
        await owner.hydrate("/history/")
        await owner.until("현대카드 ···· 123")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
async def test_other_origin_cannot_connect(server: Server, origin: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with stranger(server.url, origin=origin):
            pass


async def test_stolen_client_token_reveals_nothing(server: Server, victim: Customer) -> None:
    async with stranger(server.url, cookie=victim.cookie, token="stolen-token") as owner:
        await owner.hydrate("/history/")
        await owner.until("현대카드")

    for cookie in ("", cookie_of_a_visit(server.url)):
        async with stranger(server.url, cookie=cookie, token="stolen-token") as thief:
            await thief.hydrate("/history/")
            await thief.until(EMPTY)
            assert "현대카드" not in thief.everything()


async def test_other_customers_method_cannot_be_removed(server: Server, victim: Customer) -> None:
    before = method_ids(server)

    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as thief:
        await thief.hydrate("/history/")
        for method_id in before:
            await thief.send(f"{METHODS}.remove", {"method_id": method_id}, path="/history/")
        await thief.until(EMPTY)
        await thief.settle()
        assert "현대카드" not in thief.everything()

    assert method_ids(server) == before


async def test_other_customers_registration_cannot_be_viewed(
    server: Server, victim: Customer
) -> None:
    [newest, *_] = server.rows("SELECT id FROM registration WHERE status='issued'")

    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as thief:
        await thief.hydrate(
            "/success/",
            query={"registration": newest[0]},
            asPath=f"/success/?registration={newest[0]}",
        )
        await thief.until("not_shown")
        assert "현대카드" not in thief.everything()


async def test_forged_router_data_does_not_choose_the_return_address(server: Server) -> None:
    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as visitor:
        evil: dict[str, Any] = {
            "asPath": "https://evil.example/register/",
            "headers": {"origin": "https://evil.example", "host": "evil.example", "cookie": "x"},
            "ip": "6.6.6.6",
        }
        await visitor.hydrate("/register/", **evil)
        await visitor.send(f"{REGISTER}.load", path="/register/", **evil)
        await visitor.until("success_url")
        calls = visitor.everything()

    assert f"{server.url}/success/" in calls
    assert "evil.example/success" not in calls
    assert "evil.example/fail" not in calls


NONSENSE: list[Any] = [None, "", "x" * 2000, -1, 10**30, True, [], ["a"], {"a": 1}, "\x00", "'; --"]


async def test_invalid_arguments_do_no_harm(server: Server, victim: Customer) -> None:
    before = method_ids(server)
    calls = [
        (f"{METHODS}.ask", "method_id"),
        (f"{METHODS}.remove", "method_id"),
        (f"{REGISTER}.sdk_error", "code"),
        (f"{REGISTER}.rejected", "code"),
    ]

    async with stranger(server.url, cookie=victim.cookie) as visitor:
        await visitor.hydrate("/history/")
        for name, argument in calls:
            for value in NONSENSE:
                payload = {argument: value}
                if name.startswith(REGISTER):
                    payload["message"] = value
                await visitor.send(name, payload, path="/history/")
        await visitor.settle()
        assert "Traceback" not in visitor.everything()

    assert method_ids(server) == before


async def test_state_variables_cannot_be_set(server: Server) -> None:
    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as visitor:
        await visitor.hydrate("/success/")
        for name, payload in (
            (f"{RESULT}.setvar", {"var_name": "shown", "value": {"view": "PLANTED"}}),
            (f"{RESULT}.set_shown", {"value": {"view": "PLANTED"}}),
            (f"{HISTORY}.setvar", {"var_name": "rows", "value": ["PLANTED"]}),
            (f"{HISTORY}._show", {"kind": "all", "page": 1}),
            (f"{ROOT_STATE}.update_vars_internal", {"vars": {f"{RESULT}.shown": "PLANTED"}}),
            ("no.such.state.at_all", {}),
        ):
            await visitor.send(name, payload, path="/success/")
        await visitor.settle()
        await visitor.send(f"{ROOT_STATE}.hydrate_and_load", path="/success/")
        await visitor.settle()
        assert "PLANTED" not in visitor.everything()


async def test_no_state_contains_a_secret(server: Server, victim: Customer) -> None:
    secrets = json.loads((server.data / "secrets.json").read_text())
    planted = [secrets["secret_keys"], secrets["encryption_keys"], *server.keys_here()]
    planted += ["test_sk_", victim.cookie.partition("=")[2]]

    async with stranger(server.url, cookie=victim.cookie) as owner:
        for path in ("/", "/register/", "/success/", "/fail/", "/history/"):
            await owner.hydrate(path)
        await owner.until("현대카드")
        received = owner.everything()

    assert [secret for secret in planted if secret in received] == []


async def test_flood_from_one_client_does_not_block_another(server: Server) -> None:
    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as flood:
        await flood.hydrate("/history/")
        for _ in range(1000):
            if not flood.client.connected:
                break
            await flood.send(f"{HISTORY}.load", path="/history/")
        with Customer(server.url) as other:
            assert other.register() == "issued"


async def test_huge_event_closes_only_its_connection(server: Server) -> None:
    async with stranger(server.url, cookie=cookie_of_a_visit(server.url)) as flood:
        await flood.send(f"{METHODS}.ask", {"method_id": "x" * 200_000})
        await flood.client.wait()

    with Customer(server.url) as other:
        assert other.register() == "issued"
