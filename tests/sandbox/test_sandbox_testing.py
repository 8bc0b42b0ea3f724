"""The Python testing API: fixtures, the app without sockets, the standalone command."""

import asyncio
import sys
from pathlib import Path

import httpx
import pytest
from starlette.types import Send

from tossbill_sandbox.app import create_app
from tossbill_sandbox.cards.personas import PERSONAS_BY_NAME
from tossbill_sandbox.in_process import SandboxTransport
from tossbill_sandbox.testing import Refused, TossSandbox, WindowFailed

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

    with pytest.raises(WindowFailed, match="REJECT_CARD_COMPANY") as failed:
        await toss_sandbox.auth_key("refused_in_window")

    assert failed.value.code == "REJECT_CARD_COMPANY"
    assert failed.value.message == "결제 승인이 거절되었습니다."


async def test_window_that_does_not_open_says_why(toss_sandbox: TossSandbox) -> None:
    with pytest.raises(WindowFailed, match="고객키는 영문") as failed:
        await toss_sandbox.auth_key(customer_key="?")

    assert failed.value.code == "INVALID_CUSTOMER_KEY"


async def test_refused_exchange_raises_the_code_of_toss(toss_sandbox: TossSandbox) -> None:
    with pytest.raises(Refused, match=r"^INVALID_REJECT_CARD: ") as refused:
        await toss_sandbox.billing_key("refused_at_issue")

    assert refused.value.code == "INVALID_REJECT_CARD"
    assert refused.value.message in str(refused.value)
    assert refused.value.response.status_code == 400


async def test_unknown_persona_raises_an_error_that_lists_all(toss_sandbox: TossSandbox) -> None:
    with pytest.raises(ValueError, match="'aprove'") as unknown:
        await toss_sandbox.billing_key("aprove")

    assert [name for name in PERSONAS_BY_NAME if name not in str(unknown.value)] == []


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("faults", [{"endpoint": "charge"}], "kind is missing"),
        ("clock/next", None, "nothing is due"),
        ("nonsense", None, "there is no call"),
    ],
)
async def test_refused_control_call_raises_the_sandboxs_sentence(
    toss_sandbox: TossSandbox, path: str, body: object, sentence: str
) -> None:
    with pytest.raises(httpx.HTTPStatusError, match=rf"^{sentence}") as refused:
        await toss_sandbox.control("POST", path, body)

    assert isinstance(refused.value, Refused)
    assert refused.value.code == ""


def test_refusal_without_json_says_what_came() -> None:
    answer = httpx.Response(
        502, text="Bad Gateway\n", request=httpx.Request("GET", "http://t.test")
    )

    assert str(Refused(answer)) == "Bad Gateway"


async def charge(http: httpx.AsyncClient, billing_key: str, order_id: str) -> httpx.Response:
    order = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id, "orderName": "Pro"}
    return await http.post(f"/v1/billing/{billing_key}", json=order)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("no_answer_after", "no_answer_after"), ("delay_after", "disconnected")],
)
async def test_timeout_of_a_client_without_sockets_holds_and_is_judged(
    toss_sandbox: TossSandbox, kind: str, reason: str
) -> None:
    billing_key = await toss_sandbox.billing_key()
    rule = {"endpoint": "charge", "kind": kind, "count": 1, "delay_ms": 60_000}
    await toss_sandbox.control("POST", "faults", [rule])
    toss_sandbox.http.timeout = 0.05

    with pytest.raises(httpx.ReadTimeout):
        await charge(toss_sandbox.http, billing_key, "order-1")
    toss_sandbox.http.timeout = None
    await charge(toss_sandbox.http, billing_key, "order-2")

    [found] = await toss_sandbox.double_charges()
    assert (found["unheard"]["order_id"], found["again"]["order_id"]) == ("order-1", "order-2")
    assert found["reason"] == reason


async def test_response_byte_by_byte_is_no_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timeout begins anew with each byte, however long the whole takes."""
    now = asyncio.get_running_loop().time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)

    async def slow(scope: object, receive: object, send: Send) -> None:
        nonlocal now
        await send({"type": "http.response.start", "status": 200})
        for byte in (b"D", b"O", b"N", b"E"):
            now += 3
            await asyncio.sleep(0)  # what is due by now happens now
            await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": byte, "more_body": byte != b"E"})

    async with httpx.AsyncClient(transport=SandboxTransport(slow), timeout=5) as http:
        assert (await http.get("http://toss.test")).text == "DONE"


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
