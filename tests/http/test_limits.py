from collections.abc import AsyncGenerator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from tossbill_ui.http import limits
from tossbill_ui.http.limits import Limits


async def echo_length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client_from(app: Limits, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
def app() -> Limits:
    return Limits(Starlette(routes=[Route("/", echo_length, methods=["POST"])]))


async def test_body_within_the_limit_is_accepted(app: Limits) -> None:
    async with client_from(app, "10.0.0.1") as client:
        assert (await client.post("/", content=b"x" * 100)).text == "100"


@pytest.mark.parametrize("chunked", [False, True])
async def test_body_over_the_limit_is_refused(app: Limits, chunked: bool) -> None:
    async def chunks() -> AsyncGenerator[bytes]:
        for _ in range(5):
            yield b"x" * (limits.BODY_BYTES // 4)

    async with client_from(app, "10.0.0.1") as client:
        body = chunks() if chunked else b"x" * (limits.BODY_BYTES + 1)
        assert (await client.post("/", content=body)).status_code == 413


async def test_flood_from_one_client_does_not_affect_another(app: Limits) -> None:
    async with client_from(app, "10.0.0.1") as flood, client_from(app, "10.0.0.2") as other:
        answers = [
            (await flood.post("/")).status_code for _ in range(int(limits.REQUEST_BURST) + 50)
        ]
        calm = await other.post("/")

    assert 429 in answers
    assert calm.status_code == 200


async def test_flood_of_events_closes_only_its_own_socket() -> None:
    received: list[Message] = []

    async def listen(_scope: object, receive: object, _send: object) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":  # pyright: ignore
            received.append(message)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.receive", "text": "event"}

    scope = {"type": "websocket", "client": ("10.0.0.1", 1)}
    await Limits(listen)(scope, receive, send)  # pyright: ignore

    assert limits.EVENT_BURST <= len(received) <= limits.EVENT_BURST + limits.EVENTS_A_SECOND
    assert sent == [{"type": "websocket.close", "code": limits.POLICY_VIOLATION}]
