"""Websockets of strangers: how many, how fast, how silent, and with which packets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message

from tests.http.test_limits import limited
from tossbill_ui.http import accounts, sockets
from tossbill_ui.http.limits import Limits
from tossbill_ui.http.packets import Packet, read

KNOWN = "known"


def event(name: str = KNOWN, **fields: Any) -> str:
    found = {"name": name, "payload": {}, "router_data": {"pathname": "/", "asPath": "/"}} | fields
    return f"42/_event,{json.dumps(['event', found])}"


def deep(levels: int) -> Any:
    return [] if levels == 0 else [deep(levels - 1)]


VALID = [
    ("3", Packet.SERVICE),
    ("1", Packet.SERVICE),
    ("41/_event,", Packet.SERVICE),
    ("40/_event,", Packet.CONNECT),
    ('40/_event,{"state_schema":"abc"}', Packet.CONNECT),
    ('42/_event,["ping"]', Packet.EVENT),
    (event(), Packet.EVENT),
    (event(payload={"form": {"a": [1, 2]}}), Packet.EVENT),
    (event(router_data={"pathname": "/", "asPath": "/?" + 4096 * "x"}), Packet.EVENT),
    (event(router_data={"asPath": "/?q=\U0001f4a3", "query": {"q": "한글"}}), Packet.EVENT),
    (event("known.handle_frontend_exception"), Packet.REPORT),
    ('42/_event,["client_error",{"message":"x"}]', Packet.REPORT),
]
INVALID = [
    "",
    "0",
    "2probe",
    "5",
    "4",
    "40",
    "40/other,",
    '40/_event,{"event":{"name":"unknown"}}',
    "40/_event,[]",
    "43/_event,1[]",
    '451-/_event,["event",{"_placeholder":true,"num":0}]',
    '42["event",{}]',
    "42/_event,",
    '42/_event,["event"',
    '42/_event,["event"]',
    '42/_event,["event","text"]',
    '42/_event,["event",[]]',
    '42/_event,["event",{}]',
    '42/_event,["client_error"]',
    '42/_event,["ping",1]',
    '42/_event,["connect",{}]',
    '42/_event,7["ping"]',
    "42/_event," + "[" * 60_000,
    "42/_event," + "9" * 60_000,
    event("unknown"),
    event(name="known" * 100),
    event(payload=[]),
    event(payload={"deep": deep(40)}),
    event(router_data=[]),
    event(router_data={"pathname": 1}),
    event(router_data={"pathname": "/" + 2048 * "x"}),
    event(router_data={"asPath": "/" + 2048 * "x"}),
    event(router_data={"asPath": "/?" + 8192 * "x"}),
    event(router_data={"query": "text"}),
    event(router_data={"asPath": "/register/?plan=\ud800"}),
    event(router_data={"pathname": "/\udfff"}),
    event(router_data={"query": {"plan": "\ud800"}}),
    event(router_data={"query": {"\ud800": "basic"}}),
]


def is_handler(name: str) -> bool:
    return name.startswith(KNOWN)


@pytest.mark.parametrize(("text", "packet"), VALID, ids=lambda each: str(each)[:40])
def test_packets_of_pages_are_read(text: str, packet: Packet) -> None:
    assert read(text, is_handler) is packet


@pytest.mark.parametrize("text", INVALID, ids=lambda each: str(each)[:40])
def test_packets_that_no_page_sends_are_invalid(text: str) -> None:
    assert read(text, is_handler) is Packet.INVALID


@dataclass
class Connection:
    """The server's side of a websocket; ``taken`` is what our app received of it."""

    address: str
    incoming: asyncio.Queue[Message] = field(default_factory=asyncio.Queue[Message])
    taken: list[str] = field(default_factory=list[str])
    sent: list[Message] = field(default_factory=list[Message])

    def say(self, *texts: str) -> None:
        for text in texts:
            self.incoming.put_nowait({"type": "websocket.receive", "text": text})

    async def send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self.incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    @property
    def code(self) -> int | None:
        """The code that it was closed with, or the status of the refusal."""
        codes = [each.get("code", each.get("status")) for each in self.sent]
        return next((code for code in codes if code), None)


class App:
    """Stands for Reflex: takes every message."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        connection = self.connections[scope["path"]]
        while (message := await receive())["type"] != "websocket.disconnect":
            connection.taken.append(message.get("text") or message["type"])


@dataclass
class House:
    """The limits around an app, and the connections to it."""

    app: App = field(default_factory=App)
    limits: Limits = field(init=False)
    tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def __post_init__(self) -> None:
        self.limits = limited(self.app)

    async def open(self, address: str) -> Connection:
        """Open a connection, and let it settle."""
        connection = Connection(address)
        path = f"/{len(self.tasks)}"
        self.app.connections[path] = connection
        extensions: dict[str, Any] = {"websocket.http.response": {}}
        scope: Any = {"type": "websocket", "path": path, "client": (address, 1), "headers": []}
        connection.incoming.put_nowait({"type": "websocket.connect"})
        serving = self.limits(
            scope | {"extensions": extensions}, connection.incoming.get, connection.send
        )
        self.tasks.append(asyncio.ensure_future(serving))
        await self.settle()
        return connection

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    def is_open(self, connection: Connection) -> bool:
        path = next(path for path, each in self.app.connections.items() if each is connection)
        return not self.tasks[int(path[1:])].done()


@asynccontextmanager
async def house(monkeypatch: pytest.MonkeyPatch, **settings: int) -> AsyncGenerator[House]:
    for name, value in settings.items():
        monkeypatch.setenv(f"TOSSBILL_LIMIT_{name.upper()}", str(value))
    monkeypatch.setattr(accounts, "PATIENCE_SECONDS", 0.0)
    opened = House()
    try:
        yield opened
    finally:
        for task in opened.tasks:
            task.cancel()
        await asyncio.gather(*opened.tasks, return_exceptions=True)


async def test_invalid_packets_do_not_reach_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(monkeypatch) as shop:
        page = await shop.open("10.0.0.1")
        page.say("40/_event,", *INVALID[: sockets.INVALID_PACKETS], event())
        await shop.settle()

        assert page.taken == ["websocket.connect", "40/_event,", event()]
        assert shop.is_open(page)


async def test_too_many_invalid_packets_close_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house(monkeypatch) as shop:
        page = await shop.open("10.0.0.1")
        page.say(*["nonsense"] * (sockets.INVALID_PACKETS + 1), event())
        await shop.settle()

        assert page.code == sockets.POLICY_VIOLATION
        assert not shop.is_open(page)
        assert page.taken == ["websocket.connect"]


async def test_huge_message_closes_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(monkeypatch) as shop:
        page = await shop.open("10.0.0.1")
        page.say(event(payload={"x": "y" * sockets.LONGEST_MESSAGE}))
        await shop.settle()

        assert page.code == sockets.MESSAGE_TOO_BIG
        assert not shop.is_open(page)


async def test_events_of_all_sockets_of_a_caller_count_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house(monkeypatch, events=2) as shop:
        noisy = [await shop.open(f"2001:db8::{number:x}") for number in range(1, 11)]
        other = await shop.open("2001:db8:0:1::1")
        for page in noisy:
            page.say(*[event()] * 10)
        other.say(event())
        await shop.settle()

        granted = sum(page.taken.count(event()) for page in noisy)
        assert 20 <= granted <= 22
        assert other.taken.count(event()) == 1
        assert {page.code for page in noisy} == {None, sockets.TRY_AGAIN_LATER}


async def test_openings_of_a_caller_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(monkeypatch, tabs=100_000) as shop:
        for _ in range(150):
            page = await shop.open("10.0.0.1")
            page.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
        other = await shop.open("10.0.0.2")

        opened = sum("websocket.connect" in each.taken for each in shop.app.connections.values())
        assert 100 <= opened <= 110
        assert shop.is_open(other)


async def test_one_connection_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(monkeypatch, tabs=3) as shop:
        pages = [await shop.open("10.0.0.1") for _ in range(4)]

        assert [shop.is_open(page) for page in pages] == [True, True, True, False]
        assert pages[3].code == 429


async def test_caller_with_most_pages_gives_way_when_all_places_are_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house(monkeypatch, tabs=10, tabs_in_all=6) as shop:
        noisy = [await shop.open("10.0.0.1") for _ in range(6)]
        newcomers = [await shop.open(f"10.0.1.{number}") for number in range(5)]
        again = await shop.open("10.0.0.1")
        await shop.settle()

        assert all(shop.is_open(page) for page in newcomers)
        assert [shop.is_open(page) for page in noisy] == [False] * 5 + [True]
        assert noisy[0].code == sockets.TRY_AGAIN_LATER
        assert again.code == 429


async def test_silent_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(monkeypatch, seconds=1) as shop:
        silent, page = await shop.open("10.0.0.1"), await shop.open("10.0.0.1")
        page.say("40/_event,")

        async with asyncio.timeout(20):
            await shop.tasks[0]
        assert silent.code == sockets.TRY_AGAIN_LATER
        assert shop.is_open(page)


async def test_error_reports_of_pages_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    report = '42/_event,["client_error",{"message":"x"}]'
    async with house(monkeypatch) as shop:
        page = await shop.open("10.0.0.1")
        page.say(*[report] * 40, event())
        await shop.settle()

        assert 10 <= page.taken.count(report) <= 12
        assert page.taken.count(event()) == 1
