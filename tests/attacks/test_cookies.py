"""Cookies and headers that a stranger chose, planted or repeated."""

from __future__ import annotations

import ast
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tests.conftest import NOON
from tests.support.customer import Customer
from tests.support.server import Server
from tests.support.shop import open_shop
from tests.support.stranger import cookie_of_a_visit
from tossbill_ui import runtime
from tossbill_ui.build import ROOT
from tossbill_ui.core import cookies
from tossbill_ui.core.crypto import Signer
from tossbill_ui.customers.session import COOKIE_NAME, from_cookie_header, new_session, seal
from tossbill_ui.http.headers import COOKIE_NAMES, HEADER_BYTES, OwnHeaders
from tossbill_ui.http.routes import ROUTES

SIGNER = Signer(["k" * 32])
SEALED = seal(SIGNER, new_session())
LONG = "x" * HEADER_BYTES


def test_cookie_is_read_as_it_was_sent() -> None:
    header = ' a = 1 ;b="\\101"; c==; d; =e; a=2;A=3'

    assert cookies.values(header, "a") == ["1", "2"]
    assert cookies.only(header, "b") == '"\\101"'
    assert cookies.only(header, "c") == "="
    assert cookies.only(header, "d") == ""
    assert cookies.only(header, "missing") == ""


@pytest.mark.parametrize(
    "header",
    [
        f"{COOKIE_NAME}={SEALED}; {COOKIE_NAME}=planted",
        f"{COOKIE_NAME}=; a=b; {COOKIE_NAME}={SEALED}",
        f"{COOKIE_NAME}={SEALED};{COOKIE_NAME}={SEALED}",
        f'{COOKIE_NAME}="{SEALED}"',
        f"\xa0{COOKIE_NAME}={SEALED}",
    ],
)
def test_second_or_altered_session_cookie_is_no_session(header: str) -> None:
    assert from_cookie_header(SIGNER, header) is None


def test_narrowed_header_keeps_a_second_cookie_so_that_it_is_noticed() -> None:
    sent = [f"theme=dark; {COOKIE_NAME}={SEALED}".encode(), f"{COOKIE_NAME}=b".encode() * 3]

    kept = cookies.narrowed([*sent, LONG.encode()], COOKIE_NAMES)

    assert "theme" not in kept
    assert len(kept) < 2 * cookies.VALUE_LENGTH
    assert from_cookie_header(SIGNER, kept) is None


async def received(scope: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    """Return the headers that the app behind `OwnHeaders` sees."""
    seen: list[tuple[bytes, bytes]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.extend(scope["headers"])

    async def nothing(*_: Any) -> Any:
        raise AssertionError("nothing is read or sent")

    await OwnHeaders(app)({"path": "/", "query_string": b"", **scope}, nothing, nothing)
    return seen


async def test_app_sees_one_cookie_header_with_its_own_cookies_only() -> None:
    headers = [
        (b"cookie", b"theme=dark"),
        (b"user-agent", b"x"),
        (b"cookie", b"tossbill_language=en"),
    ]

    assert await received({"type": "http", "headers": headers}) == [
        (b"user-agent", b"x"),
        (b"cookie", b"tossbill_language=en"),
    ]


async def test_websocket_keeps_only_the_headers_that_are_read() -> None:
    read = [(b"host", b"a"), (b"origin", b"http://a"), (b"accept-language", b"ko")]
    headers = [*read, (b"user-agent", b"x" * 9000), (b"cookie", b"theme=dark")]

    assert await received({"type": "websocket", "headers": headers}) == read


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Cookie": LONG}),
        ("/healthz", {f"X-{number}": "x" * 1000 for number in range(17)}),
        (f"/?{LONG}", {}),
        (f"/{LONG}", {}),
    ],
)
def test_long_headers_are_refused(server: Server, path: str, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{server.url}{path}", headers=headers)

    assert answer.status_code == 431
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_websocket_with_long_headers_is_refused(server: Server) -> None:
    # In several lines: the websocket's own library refuses a single one of 8 kB.
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    long = {f"X-{number}": "x" * 1000 for number in range(17)}

    answer = httpx.get(f"{server.url}/_event/", headers=handshake | long)

    assert answer.status_code == 431


def test_planted_second_cookie_shows_nothing_of_either_customer(server: Server) -> None:
    planted = cookie_of_a_visit(server.url)
    with Customer(server.url) as customer:
        assert customer.register() == "issued"
        own = customer.cookie

    for cookie in (f"{own}; {planted}", f"{planted}; {own}"):
        page = httpx.get(f"{server.url}/methods/", headers={"Cookie": cookie})
        assert "현대카드" not in page.text
        assert page.cookies["tossbill_session"] not in cookie
    assert "현대카드" in httpx.get(f"{server.url}/methods/", headers={"Cookie": own}).text


def test_second_cookie_header_is_no_way_around(server: Server) -> None:
    own, planted = cookie_of_a_visit(server.url), cookie_of_a_visit(server.url)

    answer = httpx.get(f"{server.url}/", headers=[("Cookie", own), ("Cookie", planted)])

    assert answer.cookies["tossbill_session"] not in own + planted


def test_requests_cookies_are_never_parsed_by_a_library() -> None:
    """Starlette's ``request.cookies`` unquotes too, and only an import can be banned."""
    sources = [
        path for part in ("ui", "sandbox") for path in (ROOT / f"tossbill_{part}").rglob("*.py")
    ]
    nodes = ((path, node) for path in sources for node in ast.walk(ast.parse(path.read_text())))

    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in nodes
        if isinstance(node, ast.Attribute) and node.attr == "cookies"
    ]
    assert found == []


@pytest.fixture
async def https(tmp_path: Path, database_url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """The route that sets the session cookie, of a shop with TLS."""
    async with open_shop(tmp_path, database_url, NOON) as shop:
        secure = {"tossbill_public_url": "https://shop.test"}
        settings = shop.rt.settings.model_copy(update=secure)
        runtime.install(replace(shop.rt, settings=settings, signer=SIGNER))
        transport = httpx.ASGITransport(OwnHeaders(Starlette(routes=ROUTES)))
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.test") as http:
            yield http
        runtime.install(shop.rt)


async def test_new_session_has_the_prefix_on_https(https: httpx.AsyncClient) -> None:
    [cookie] = (await https.get("/session")).headers.get_list("set-cookie")

    assert cookie.startswith("__Host-tossbill_session=")
    attributes = set(cookie.lower().split("; ")[1:])
    assert attributes >= {"secure", "httponly", "path=/", "samesite=lax"}
    assert not any(attribute.startswith("domain") for attribute in attributes)


async def test_session_of_an_earlier_version_moves_to_the_new_name(
    https: httpx.AsyncClient,
) -> None:
    answer = await https.get("/session", headers={"Cookie": f"{COOKIE_NAME}={SEALED}"})

    new, old = answer.headers.get_list("set-cookie")
    assert new.startswith(f"__Host-tossbill_session={SEALED};")
    assert old.startswith('tossbill_session="";')
    assert "Max-Age=0" in old
