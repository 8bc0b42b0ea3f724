"""Links of the demo: signed, short-lived, and in the sandbox only."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from tests.conftest import NOON
from tests.support.commands import call
from tossbill_ui import runtime
from tossbill_ui.core.clock import FrozenClock
from tossbill_ui.core.errors import SettingsError
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import demo_link, session
from tossbill_ui.customers.models import Customer
from tossbill_ui.customers.service import ensure_customer
from tossbill_ui.http.demo import demo_routes
from tossbill_ui.runtime import Runtime

CUSTOMER = "c" * 32
REAL_KEYS = {
    mode: {"toss_client_key": f"{mode}_ck_a", "toss_secret_key": SecretStr(f"{mode}_sk_a")}
    for mode in ("test", "live")
}


@pytest.fixture
def sandbox(rt: Runtime) -> Runtime:
    return replace(rt, machine=FrozenClock(NOON))


def with_keys(rt: Runtime, mode: str) -> Runtime:
    """Return the same shop, with the same signing keys, after it got keys of Toss."""
    return replace(rt, settings=Settings(**REAL_KEYS[mode]))


def link_of(rt: Runtime) -> str:
    return demo_link.link_path(rt, CUSTOMER).partition("link=")[2]


async def stored(rt: Runtime) -> None:
    async with rt.db.write() as db:
        await ensure_customer(rt, db, customer_id=CUSTOMER)


@pytest.fixture
async def http(sandbox: Runtime) -> AsyncGenerator[httpx.AsyncClient]:
    runtime.install(sandbox)
    app = Starlette(routes=demo_routes(sandbox.settings))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client
    runtime.install(None)


async def test_a_link_signs_the_browser_in(http: httpx.AsyncClient, sandbox: Runtime) -> None:
    await stored(sandbox)

    answer = await http.get(demo_link.link_path(sandbox, CUSTOMER))

    header = answer.headers["set-cookie"].partition(";")[0]
    signed_in = session.from_cookie_header(sandbox.signer, header)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "http://localhost:3000/subscription/",
    )
    assert signed_in
    assert signed_in.customer_id == CUSTOMER
    assert answer.headers["cache-control"] == "no-store"


async def test_each_browser_gets_a_session_of_its_own(sandbox: Runtime) -> None:
    await stored(sandbox)

    one, other = [await demo_link.sign_in(sandbox, link_of(sandbox)) for _ in range(2)]

    assert one
    assert other
    assert one.id != other.id


async def test_customer_who_was_merged_or_erased_is_not_signed_in_as_such(sandbox: Runtime) -> None:
    await stored(sandbox)
    async with sandbox.db.write() as db:
        stays = await ensure_customer(sandbox, db, customer_id="d" * 32)
        (await db.get_one(Customer, CUSTOMER)).merged_into = stays.id

    merged = await demo_link.sign_in(sandbox, link_of(sandbox))
    assert merged
    assert merged.customer_id == stays.id

    async with sandbox.db.write() as db:
        (await db.get_one(Customer, stays.id)).blocked_at = NOON
    assert await demo_link.sign_in(sandbox, link_of(sandbox)) is None


@pytest.mark.parametrize("change", ["", "x", "other customer", "later", "session cookie"])
async def test_a_link_that_we_did_not_sign_is_not_found(
    change: str, http: httpx.AsyncClient, sandbox: Runtime
) -> None:
    customer, until, token = link_of(sandbox).split(".")
    cookie = session.seal(sandbox.signer, session.new_session())
    changed = {
        "other customer": f"{'d' * 32}.{until}.{token}",
        "later": f"{customer}.{int(until) + 1}.{token}",
        "session cookie": cookie,
    }.get(change, change)

    answer = await http.get(demo_link.PATH, params={"link": changed})

    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("late", "is_valid"), [(timedelta(0), True), (timedelta(seconds=1), False)]
)
async def test_a_link_expires(late: timedelta, is_valid: bool, sandbox: Runtime) -> None:
    link = link_of(sandbox)
    later = replace(sandbox, machine=FrozenClock(NOON + demo_link.VALID_FOR + late))

    await stored(sandbox)

    assert bool(await demo_link.sign_in(later, link)) == is_valid


@pytest.mark.parametrize("mode", REAL_KEYS)
async def test_no_demo_link_is_made_accepted_or_routed_with_keys_of_toss(
    mode: str, sandbox: Runtime
) -> None:
    link, real = link_of(sandbox), with_keys(sandbox, mode)

    with pytest.raises(SettingsError):
        demo_link.link_path(real, CUSTOMER)
    await stored(sandbox)
    assert await demo_link.sign_in(real, link) is None
    assert demo_routes(real.settings) == []


@pytest.mark.parametrize("mode", REAL_KEYS)
def test_the_demo_refuses_keys_of_toss(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOSS_CLIENT_KEY", f"{mode}_ck_a")
    monkeypatch.setenv("TOSS_SECRET_KEY", f"{mode}_sk_PLANTED")

    result = call("demo")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: The demo needs the sandbox: unset TOSS_CLIENT_KEY and TOSS_SECRET_KEY.\n"
    )
    assert not Settings().tossbill_data_dir.exists()
