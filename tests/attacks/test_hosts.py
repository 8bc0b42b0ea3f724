"""Requests in another host's name: DNS rebinding, pages of other sites, proxies, redirects."""

from __future__ import annotations

import socket

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.support.server import Server
from tossbill_sandbox.control.local_only import local_only
from tossbill_ui.http.safe_redirect import own_address
from tossbill_ui.http.this_machine import is_local

LOCAL = {"host": "localhost:3000"}
REFUSED: dict[str, list[tuple[str, str]]] = {
    "another host that resolves to this machine": [("host", "evil.example:3000")],
    "a name that begins like ours": [("host", "localhost.evil.example")],
    "an address in a name": [("host", "127.0.0.1.evil.example")],
    "no host": [],
    "an empty host": [("host", "")],
    "two hosts": [("host", "localhost"), ("host", "localhost")],
    "a host with a path": [("host", "localhost/evil")],
    "a host with a user": [("host", "evil@localhost")],
    "a host with blanks": [("host", "localhost evil")],
    "a page of another site": [*LOCAL.items(), ("sec-fetch-site", "cross-site")],
    "a page of another port": [*LOCAL.items(), ("sec-fetch-site", "same-site")],
    "a caller behind a proxy": [*LOCAL.items(), ("x-forwarded-for", "203.0.113.5")],
    "a caller who names a local address": [
        *LOCAL.items(),
        ("x-forwarded-for", "127.0.0.1, 203.0.113.5"),
    ],
    "a proxy that hides the caller": [*LOCAL.items(), ("x-forwarded-proto", "https")],
    "a proxy that names itself": [*LOCAL.items(), ("via", "1.1 cache")],
}
TAKEN: dict[str, list[tuple[str, str]]] = {
    "our host name": [("host", "localhost")],
    "our host name with a port": [*LOCAL.items()],
    "another case": [("host", "LocalHost:3000")],
    "a loopback address": [("host", "127.0.0.1:3000")],
    "a loopback address of IPv6": [("host", "[::1]:3000")],
    "our own page": [*LOCAL.items(), ("sec-fetch-site", "same-origin")],
    "the address bar": [*LOCAL.items(), ("sec-fetch-site", "none")],
    "a proxy for this machine": [*LOCAL.items(), ("x-forwarded-for", "127.0.0.1")],
}


def request(headers: list[tuple[str, str]], client: str = "127.0.0.1") -> Request:
    return Request(
        {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": "/",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": (client, 50000),
            "server": ("127.0.0.1", 3000),
        }
    )


async def sandbox_takes(sent: Request) -> bool:
    @local_only
    async def control(_: Request) -> Response:
        return Response()

    return (await control(sent)).status_code == 200


@pytest.mark.parametrize("way", REFUSED)
async def test_stranger_is_not_this_machine(way: str) -> None:
    assert not is_local(request(REFUSED[way]))
    assert not await sandbox_takes(request(REFUSED[way]))


@pytest.mark.parametrize("way", TAKEN)
async def test_this_machine_is_recognized(way: str) -> None:
    assert is_local(request(TAKEN[way]))
    assert await sandbox_takes(request(TAKEN[way]))
    assert not is_local(request(TAKEN[way], client="203.0.113.5"))
    assert not await sandbox_takes(request(TAKEN[way], client="203.0.113.5"))


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:8080", "null", "["])
async def test_page_of_another_origin_cannot_use_the_control_api(origin: str) -> None:
    assert not await sandbox_takes(request([*LOCAL.items(), ("origin", origin)]))
    assert await sandbox_takes(request([*LOCAL.items(), ("origin", "http://localhost:3000")]))


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/sandbox/_control/clock", 403),
        ("/sandbox/_control/panel", 403),
        ("/sandbox/_control/webhooks", 403),
        ("/mailbox", 404),
        ("/metrics", 404),
    ],
)
def test_rebound_host_name_reaches_nothing_local(server: Server, path: str, refused: int) -> None:
    def status(**headers: str) -> int:
        return httpx.get(f"{server.url}{path}", headers=headers).status_code

    assert status() == 200
    assert status(host=f"evil.example:{server.port}") == refused
    assert status(**{"Sec-Fetch-Site": "cross-site"}) == refused


def location(server: Server, path: str, host: str) -> str:
    """Send a path exactly as it is, which no client library does; return the redirect's target."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        with connection.makefile("rb") as answer:
            head = answer.read().partition(b"\r\n\r\n")[0].decode()
    assert head.splitlines()[0].split()[1] in ("307", "303"), head
    [found] = [line for line in head.splitlines() if line.lower().startswith("location: ")]
    return found.partition(": ")[2]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/register", "/register/"),
        (
            "/register?plan=a&x=%0d%0aSet-Cookie:%20a=b",
            "/register/?plan=a&x=%0d%0aSet-Cookie:%20a=b",
        ),
        ("//evil.example/../register", "/evil.example/../register/"),
        ("///register", "/register/"),
    ],
)
def test_redirect_leads_to_the_public_url_whatever_the_host(
    server: Server, path: str, shown: str
) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1", "a@evil.example", "x y"):
        assert location(server, path, host) == f"{server.url}{shown}"


@pytest.mark.parametrize(
    ("path", "query", "address"),
    [
        ("/register/", "a=b", "https://a.example/register/?a=b"),
        ("//evil.example/", "", "https://a.example/evil.example/"),
        ("/\\evil", "", "https://a.example/%5Cevil"),
        ("/a\r\nSet-Cookie: b", "", "https://a.example/a%0D%0ASet-Cookie:%20b"),
        ("/%2F?#", "a=%0d b\r\n#", "https://a.example/%252F%3F%23?a=%0d%20b%0D%0A%23"),
        ("", "", "https://a.example/"),
        ("/가", "이름=값", "https://a.example/%EA%B0%80?%EC%9D%B4%EB%A6%84=%EA%B0%92"),
    ],
)
def test_own_address_contains_nothing_but_our_origin_and_encoded_text(
    path: str, query: str, address: str
) -> None:
    assert own_address("https://a.example", path, query) == address
