from collections.abc import AsyncGenerator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from tossbill_ui.core.crypto import Signer
from tossbill_ui.core.settings import Settings
from tossbill_ui.http import accounts, limits
from tossbill_ui.http.accounts import Accounts
from tossbill_ui.http.limits import Limits


async def echo_length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def client_from(app: Limits, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def refuse(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("", 429)


def limited(app: ASGIApp) -> Limits:
    settings = Settings()
    return Limits(
        app,
        settings=settings,
        accounts=Accounts(settings, Signer(["k" * 32])),
        refuse=refuse,
        is_handler={"known"}.__contains__,
    )


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Limits:
    monkeypatch.setattr(accounts, "PATIENCE_SECONDS", 0.0)
    return limited(Starlette(routes=[Route("/", echo_length, methods=["POST"])]))


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
        burst = Settings().tossbill_limit_requests * accounts.SAVED_SECONDS
        answers = [(await flood.post("/")).status_code for _ in range(int(burst) + 50)]
        calm = await other.post("/")

    assert 429 in answers
    assert calm.status_code == 200


@pytest.mark.parametrize(("header", "is_limited"), [("", True), ("Bearer tb_x", False)])
async def test_api_has_limits_of_its_own_for_keys_alone(
    monkeypatch: pytest.MonkeyPatch, header: str, is_limited: bool
) -> None:
    monkeypatch.setattr(accounts, "PATIENCE_SECONDS", 0.0)
    app = limited(Starlette(routes=[Route("/api/v1/x", echo_length, methods=["POST"])]))
    burst = Settings().tossbill_limit_requests * accounts.SAVED_SECONDS
    async with client_from(app, "10.0.0.1") as flood:
        headers = {"authorization": header}
        sent = [await flood.post("/api/v1/x", headers=headers) for _ in range(int(burst) + 50)]

    assert (429 in [answer.status_code for answer in sent]) is is_limited
