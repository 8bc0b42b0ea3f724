"""A shop whose customers come by a link or a code only: no page makes one by itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from tests.customers.links import member
from tossbill_ui import runtime
from tossbill_ui.core.settings import Settings
from tossbill_ui.customers import session as cookies
from tossbill_ui.customers import sessions
from tossbill_ui.customers.models import Via
from tossbill_ui.customers.session import Session, new_session, seal
from tossbill_ui.customers.sessions import Entrance
from tossbill_ui.http.downloads import download_routes
from tossbill_ui.http.pages import page_routes
from tossbill_ui.http.routes import ROUTES
from tossbill_ui.prerender import OF_A_CUSTOMER
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.first_paint import PAINTS, first_paints
from tossbill_ui.ui.history.csv_file import history_csv
from tossbill_ui.ui.history.print_view import history_paper

US = "http://localhost:3000"
BARE = "<html ><head><title></title></head><body></body></html>"
FILES = {"/history.csv": history_csv, "/history/print": history_paper}
OPEN = sorted({*PAINTS} - OF_A_CUSTOMER)


@pytest.fixture
def rt(rt: Runtime) -> Runtime:
    return replace(rt, settings=Settings(tossbill_sign_up="linked"))


@pytest.fixture
async def http(rt: Runtime, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    runtime.install(rt)
    for path in PAINTS:
        folder = tmp_path / path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(BARE)
    pages = page_routes(tmp_path, first_paints(rt.settings))
    app = Starlette(routes=[*ROUTES, *download_routes(FILES), *pages])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=US) as client:
        yield client
    await rt.tasks.drain(seconds=60)
    runtime.install(None)


def with_session(rt: Runtime, session: Session) -> dict[str, str]:
    return {"cookie": f"{cookies.COOKIE_NAME}={seal(rt.signer, session)}"}


def test_sandbox_is_open_and_a_shop_with_keys_is_linked() -> None:
    keys = {"toss_client_key": "test_ck_a", "toss_secret_key": SecretStr("test_sk_a")}

    assert not Settings().is_linked
    assert Settings(**keys).is_linked
    assert not Settings(**keys, tossbill_sign_up="open").is_linked
    assert Settings(tossbill_sign_up="linked").is_linked


@pytest.mark.parametrize("path", sorted({*OF_A_CUSTOMER, *FILES}))
async def test_page_of_a_customer_leads_visitors_to_the_way_in(
    http: httpx.AsyncClient, rt: Runtime, path: str
) -> None:
    expected = httpx.QueryParams({"why": "needed", "next": f"{path}?plan=basic"})
    for headers in ({}, with_session(rt, new_session())):
        answer = await http.get(path, params={"plan": "basic"}, headers=headers)

        location = httpx.URL(answer.headers["location"])
        assert (answer.status_code, location.path) == (303, "/enter/")
        assert location.params == expected
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", OPEN)
async def test_other_pages_are_read_without_a_session(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)

    assert answer.status_code == 200
    assert cookies.COOKIE_NAME not in answer.headers.get("set-cookie", "")


async def test_no_session_is_given_away(http: httpx.AsyncClient) -> None:
    answer = await http.get("/session", params={"next": "/methods/"})

    assert answer.headers["location"] == f"{US}/enter/?why=needed&next=%2Fmethods%2F"
    assert "set-cookie" not in answer.headers


async def test_customer_sees_their_pages(http: httpx.AsyncClient, rt: Runtime) -> None:
    customer = await member(rt)
    async with rt.db.write() as db:
        entrance = Entrance(via=Via.CODE)
        session = sessions.open_session(rt, db, customer_id=customer.id, entrance=entrance)

    for path in ("/subscription/", "/history.csv"):
        assert (await http.get(path, headers=with_session(rt, session))).status_code == 200
