"""Alone, the sandbox also answers without ``/sandbox``, as Toss's own hosts do."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import pytest

from tests.sandbox.client import SandboxClient
from tossbill_sandbox import hints
from tossbill_sandbox.app import create_app
from tossbill_sandbox.standalone import standalone

HOST = "http://sandbox.test"


@pytest.fixture
async def http(tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    sandbox = create_app(database=tmp_path / "sandbox.db")
    transport = httpx.ASGITransport(standalone(sandbox))
    async with httpx.AsyncClient(transport=transport, base_url=f"{HOST}/") as http:
        yield http
    await sandbox.aclose()


@pytest.fixture(params=["", "sandbox/"])
def base(request: pytest.FixtureRequest, http: httpx.AsyncClient) -> str:
    http.base_url = f"{HOST}/{request.param}"
    return request.param


async def test_card_is_registered_and_charged(http: httpx.AsyncClient, base: str) -> None:
    client = SandboxClient(http)
    issued = await client.issue(await client.auth_key())
    charged = await client.charge(issued.json()["billingKey"])

    assert (charged.status_code, charged.json()["status"]) == (200, "DONE")


async def test_pages_lead_back_to_where_they_were_opened(
    http: httpx.AsyncClient, base: str
) -> None:
    window = await SandboxClient(http).open_window()
    page = await http.get(f"{HOST}{window}")
    described = (await http.get("openapi.json")).json()

    assert window.startswith(f"/{base}window/")
    assert f'src="/{base}static/window.js"' in page.text
    assert (await http.get("static/window.js")).status_code == 200
    assert described["servers"] == [{"url": f"/{base}".removesuffix("/") or "/"}]


async def test_key_repeats_a_call_under_either_address(http: httpx.AsyncClient) -> None:
    client = SandboxClient(http)
    billing_key = await client.billing_key()
    first = await client.charge(billing_key, key="once")
    http.base_url = f"{HOST}/sandbox/"
    second = await client.charge(billing_key, "order-2", key="once")

    assert second.content == first.content
    assert (await client.check())["charged_krw"] == 4900


@pytest.mark.parametrize("path", ["v2/standard", "v1", "v1/payment", "v1/brandpay"])
async def test_script_has_tosss_own_path(http: httpx.AsyncClient, base: str, path: str) -> None:
    own, ours = await http.get(path), await http.get(f"js/{path}")

    assert (own.status_code, own.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert own.content == ours.content


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "v1"), ("POST", "v1/payment"), ("GET", "v1/"), ("GET", "v1/payments")],
)
async def test_unknown_call_gets_tosss_404(
    http: httpx.AsyncClient, base: str, method: str, path: str
) -> None:
    answer = await http.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND_HTTP_METHOD")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/v1/payments/key", hints.TWO_SLASHES),
        ("v1//payments/key", hints.TWO_SLASHES),
        ("v1/v1/payments/key", hints.TWICE_V1),
        ("api/v1/payments/key", hints.OTHER_BASE),
    ],
)
async def test_wrong_base_url_is_explained_to_a_client_of_the_api(
    http: httpx.AsyncClient, base: str, path: str, hint: str
) -> None:
    answer = await http.get(f"{HOST}/{base}{path}", headers={"accept-language": "en"})

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND_HTTP_METHOD")
    assert answer.headers["x-tossbill-hint"] == hints.HINTS[hint]
    [logged] = (await http.get("_control/panel?language=ko")).json()["state"]["requests"]
    assert (logged["path"], logged["hint"]) == (f"/{path}", hint)


async def test_client_that_names_no_language_reads_english(
    http: httpx.AsyncClient, base: str
) -> None:
    korean = await http.get("billing/x", headers={"accept-language": "ko"})

    assert "Nothing is here." in (await http.get("billing/x")).text
    assert "여기에는 아무것도 없어요" in korean.text


async def test_other_addresses_get_a_page_that_says_where_to_go(
    http: httpx.AsyncClient, base: str
) -> None:
    answer = await http.get("billing/x", headers={"accept-language": "en"})

    assert (answer.status_code, answer.headers["content-type"][:10]) == (404, "text/plain")
    assert f"The API is at /{base}v1/, the panel at /{base}." in answer.text


async def test_home_leads_to_the_panel(http: httpx.AsyncClient) -> None:
    assert (await http.get("")).headers["location"] == "/sandbox/"
    assert (await http.get("sandbox")).headers["location"] == "/sandbox/"


async def test_scripts_are_not_in_the_log_of_calls(http: httpx.AsyncClient, base: str) -> None:
    for script in ("v1/payment", "v1/payment-widget", "v1/brandpay"):
        await http.get(script)
    await http.get("v1/payments/key")

    [logged] = (await http.get("_control/panel")).json()["state"]["requests"]
    assert logged["path"] == "/v1/payments/key"
