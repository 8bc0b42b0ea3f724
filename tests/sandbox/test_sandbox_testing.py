"""The Python testing API: fixtures, the app without sockets, the standalone command."""

import sys
from pathlib import Path

import httpx
import pytest

from tossbill_sandbox.app import create_app
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_sandbox.testing import TossSandbox, WindowFailed

TOSSBILL = Path(sys.executable).parent / "tossbill"
# About one second on an idle machine; the rest is margin for a busy one.
START_SECONDS = 60


async def test_fixture_registers_and_deletes_without_sockets(toss_sandbox: TossSandbox) -> None:
    billing_key = await toss_sandbox.billing_key()

    async with httpx.AsyncClient(
        transport=toss_sandbox.transport,
        base_url=toss_sandbox.base_url,
        auth=(toss_sandbox.secret_key, ""),
    ) as own:
        assert (await own.delete(f"/v1/billing/{billing_key}")).status_code == 200

    ledger = await toss_sandbox.control("GET", "ledger")
    assert [entry["effect"] for entry in ledger["entries"]] == [
        "billing_key_issued",
        "billing_key_deleted",
    ]


async def test_account_registers_and_failing_persona_raises(toss_sandbox: TossSandbox) -> None:
    assert await toss_sandbox.auth_key(method="TRANSFER")

    with pytest.raises(WindowFailed, match="REJECT_CARD_COMPANY"):
        await toss_sandbox.auth_key("refused_in_window")


@pytest.mark.parametrize("name", sorted(PERSONAS_BY_NAME))
async def test_every_persona_is_accepted(toss_sandbox: TossSandbox, name: str) -> None:
    if PERSONAS_BY_NAME[name].window_code:
        with pytest.raises(WindowFailed):
            await toss_sandbox.auth_key(name)
    else:
        assert await toss_sandbox.auth_key(name)


async def test_webhooks_reach_the_shops_app_without_sockets() -> None:
    received: list[bytes] = []

    def shop(request: httpx.Request) -> httpx.Response:
        received.append(request.content)
        return httpx.Response(200)

    toss = TossSandbox(create_app(webhook_transport=httpx.MockTransport(shop)))
    await toss.control("POST", "webhooks", {"url": "http://shop.test/hook"})
    await toss.http.delete(f"/v1/billing/{await toss.billing_key()}")
    await toss.control("POST", "webhooks/flush")
    await toss.app.aclose()

    assert len(received) == 1


def test_server_fixture_serves_on_a_real_socket(
    toss_server: TossSandbox,
) -> None:
    answer = httpx.get(f"{toss_server.base_url}/v1/payments/p", auth=(toss_server.secret_key, ""))

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND_PAYMENT")
